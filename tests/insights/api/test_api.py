"""Who may ask what."""

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access, services
from feedback.record.db import Record

Client = TestClient[Litestar]


def key(record: Record, role: str, slug: str) -> dict[str, str]:
    with record.transaction() as session:
        secret = access.create(session, "key", access.Role[role], access.service(session, slug))
        return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def two(record: Record) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        services.add(session, "parks", "Parks")


STAFF = ["summary", "issues", "emerging", "feedback"]


@pytest.mark.parametrize("what", STAFF)
def test_staff_endpoints_need_a_key(client: Client, two: None, what: str) -> None:
    answer = client.get(f"/v1/services/bins/{what}")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get(f"/v1/services/bins/{what}", headers={"Authorization": "Bearer fb_made-up"}).status_code == 401


@pytest.mark.parametrize("what", STAFF)
def test_a_key_of_one_service_sees_nothing_of_another(client: Client, record: Record, two: None, what: str) -> None:
    mine = key(record, "owner", "bins")
    assert client.get(f"/v1/services/bins/{what}", headers=mine).status_code == 200
    other = client.get(f"/v1/services/parks/{what}", headers=mine)
    missing = client.get(f"/v1/services/nowhere/{what}", headers=mine)
    assert other.status_code == missing.status_code == 404
    assert other.json()["detail"] == missing.json()["detail"].replace("nowhere", "parks")


def test_a_list_of_services_holds_those_of_the_key(
    client: Client, record: Record, two: None, admin: dict[str, str]
) -> None:
    def slugs(headers: dict[str, str]) -> list[str]:
        return [service["slug"] for service in client.get("/v1/services", headers=headers).json()["items"]]

    assert slugs(key(record, "reader", "bins")) == ["bins"]
    assert slugs(admin) == ["bins", "parks"]


def test_a_reader_cannot_set_a_service_and_its_owner_can(client: Client, record: Record, two: None) -> None:
    change = {"tolerance": 0.5}
    assert client.patch("/v1/services/bins", json=change, headers=key(record, "reader", "bins")).status_code == 403
    answer = client.patch("/v1/services/bins", json=change, headers=key(record, "owner", "bins"))
    assert answer.json()["properties"] == {"tolerance": 0.5}


def test_a_property_that_does_not_exist_is_refused(client: Client, two: None, admin: dict[str, str]) -> None:
    assert client.patch("/v1/services/bins", json={"tolerence": 1}, headers=admin).status_code == 400


def test_a_revoked_key_opens_nothing(client: Client, record: Record, two: None) -> None:
    mine = key(record, "reader", "bins")
    with record.transaction() as session:
        who = access.identify(session, mine["Authorization"].removeprefix("Bearer "), "key")
        access.revoke(session, who.credential_id)
    assert client.get("/v1/services/bins/summary", headers=mine).status_code == 401


def test_all_feedback_is_listed_page_by_page(client: Client, two: None, admin: dict[str, str]) -> None:
    for number in range(5):
        client.post("/v1/services/bins/feedback", json={"message": f"Bin {number}"})
    seen, cursor = [], ""
    while True:
        page = client.get(f"/v1/services/bins/feedback?limit=2{cursor}", headers=admin).json()
        seen += [item["id"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
    assert client.get("/v1/services/bins/feedback?cursor=x", headers=admin).status_code == 400


def test_the_summary_counts_what_waits(client: Client, two: None, admin: dict[str, str]) -> None:
    client.post("/v1/services/bins/feedback", json={"message": "Not emptied"})
    found = client.get("/v1/services/bins/summary", headers=admin).json()
    assert (found["feedback"], found["waiting"], found["by_channel"]) == (1, 1, {"web": 1})


def test_the_reference_names_every_endpoint_without_another_host(client: Client) -> None:
    page = client.get("/docs").text
    assert "/v1/services/{service}/issues" in page
    assert re.findall(r'(?:src|href|action|data)="(?:https?:)?//[^"]*', page) == []
    assert client.get("/openapi.json").json()["openapi"].startswith("3.")
