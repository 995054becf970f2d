"""What tests of the pages for citizens send, and what is stored of it."""

import re
from collections.abc import Mapping

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Feedback
from feedback.record.privacy import raw

Client = TestClient[Litestar]

FORM = "/services/blue-badge/feedback"
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


def send(client: Client, words: str = "The photo will not upload", **fields: str) -> Response:
    return client.post(FORM, data={"message": words, "contact": "", "page_url": "", "key": "one-form", **fields})


def receipt_of(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    found = CODE.search(answer.text)
    assert found
    return found[0]


def stored(record: Record) -> list[Feedback]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback)))


def said(record: Record) -> Mapping[str, object]:
    [piece] = stored(record)
    with record.transaction() as session:
        return raw.read(session, record.keys, [piece.id])[piece.id]
