"""Every page and endpoint that staff read, by the application's own table of routes, with ids that lead somewhere."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from litestar.testing import TestClient
from sqlalchemy import text

from feedback.record.db import Record
from feedback.record.models import Issue
from tests.attacks.operations import is_refused, operations, path_of
from tests.attacks.tenants import plant

LARGEST = """
SELECT issue_id FROM statements WHERE issue_id IS NOT NULL AND service_id = :service
GROUP BY issue_id ORDER BY count(*) DESC LIMIT 1
"""
ENDLESS = {"/v1/services/{service:str}/events"}
"""What is answered for as long as somebody listens."""
SEARCHES = ("/search", "/v1/services/{service:str}/search", "/v1/search", "/dashboard/{service:str}/search")
FEEDBACK = "/v1/services/{service:str}/feedback"
NARROWER = ("rating=1", "language=cy", "since={day}")
"""How lists of feedback are narrowed down; an export is of one day."""


def of_staff(client: TestClient[Any], record: Record, service: int) -> Iterator[tuple[str, str]]:
    """Yields each by its name with the path to ask for; what has nothing to show here is named where it is left out."""
    ids = _ids(record, service)
    newest = client.get(f"/v1/services/{ids['service']}/feedback?limit=1").raise_for_status().json()["items"][0]
    day = f"{newest['said_at'][:10]}T00:00:00Z"
    for method, template in operations(client.app):
        path = path_of(template, ids)
        path += "?q=does+not+work" if template in SEARCHES else f"?since={day}" if "/export." in template else ""
        if method != "GET" or template in ENDLESS or not _is_for_staff(client, path):
            continue
        answer = client.get(path, follow_redirects=False)
        if answer.status_code != 200:
            print(f"{_name(template)} is left out: {answer.status_code}")
            continue
        yield _name(template), path
        for narrower in NARROWER if template == FEEDBACK else ():
            yield f"{_name(template)}, {narrower.partition('=')[0]}", f"{path}?{narrower.format(day=day)}"


def _is_for_staff(client: TestClient[Any], path: str) -> bool:
    return is_refused(client.get(path, headers={"Authorization": ""}, follow_redirects=False))


def _name(template: str) -> str:
    """Short, as the table has little room."""
    return re.sub(r":\w+\}", "}", template).replace("/v1/services/{service}", "API …").replace("/v1/", "API /")


def _ids(record: Record, service: int) -> dict[str, str]:
    """Those of the largest issue of the service, and of a row of every kind that is made for it."""
    with record.transaction() as session:
        largest = session.get_one(Issue, session.scalar(text(LARGEST), {"service": service}))
        return plant(session, record.keys, largest, f"planted{uuid4().hex[:8]}")
