"""Ids by which a piece is told when it comes again: of strangers and channels no more than a digest is kept."""

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Feedback

Client = TestClient[Litestar]
PATH = "/v1/services/blue-badge/feedback"


def test_of_an_idempotency_key_only_a_digest_is_kept(
    client: Client, record: Record, blue_badge: str, admin: dict[str, str]
) -> None:
    key = {"Idempotency-Key": "jane.doe@home.example"}
    for headers in (key, {**key, **admin}):
        first = client.post(PATH, json={"message": "Twice"}, headers=headers).json()
        assert client.post(PATH, json={"message": "Twice"}, headers=headers).json() == first
    with record.transaction() as session:
        kept = session.scalars(select(Feedback.external_id)).all()
    assert len(kept) == 2 and "jane" not in repr(kept)


def test_an_external_id_under_a_key_is_shown_as_it_came(
    client: Client, record: Record, blue_badge: str, admin: dict[str, str]
) -> None:
    body = {"message": "From the CRM", "external_id": "CRM-17"}
    identity = client.post(PATH, json=body, headers=admin).json()["id"]
    assert client.get(f"/v1/feedback/{identity}", headers=admin).json()["external_id"] == "CRM-17"
