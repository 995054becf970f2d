"""Pages and JSON are compressed, except where the length of a body could tell a secret in it (BREACH)."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access
from feedback.record.db import Record

Client = TestClient[Litestar]
LONG = "word " * 500
PAGE = "/services/blue-badge/feedback"


@pytest.fixture
def staff(client: Client, record: Record, blue_badge: str) -> Client:
    with record.transaction() as session:
        client.get(f"/sign-in/{access.create(session, 'link', access.Role.admin, None)}")
    return client


@pytest.mark.parametrize("path", [PAGE, "/dashboard", "/dashboard/blue-badge", "/docs", "/openapi.json"])
def test_pages_and_json_are_compressed_for_who_takes_that(staff: Client, path: str) -> None:
    answer = staff.get(path)
    assert answer.headers["content-encoding"] == "gzip" and "Accept-Encoding" in answer.headers["vary"]
    assert int(answer.headers["content-length"]) < len(answer.content) / 1.5
    plain = staff.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_nothing_is_compressed_for_the_page_of_another_site(staff: Client, site: str) -> None:
    assert "content-encoding" not in staff.get("/dashboard", headers={"Sec-Fetch-Site": site}).headers


def test_no_answer_that_shows_a_secret_once_is_compressed(
    client: Client, blue_badge: str, admin: dict[str, str]
) -> None:
    wanted = {"service": blue_badge, "kind": "webhook", "url": f"https://example.org/{'a' * 900}"}
    shown = [
        client.post(PAGE, data={"message": LONG}),
        client.post("/v1/services/blue-badge/feedback", json={"message": LONG}),
        client.post("/v1/subscriptions", json=wanted, headers=admin),
        client.post("/v1/services/blue-badge/feed", headers=admin),
    ]
    for answer in shown:
        assert answer.is_success and "content-encoding" not in answer.headers, answer.url


def test_no_receipt_is_compressed(client: Client, blue_badge: str) -> None:
    receipt = client.post("/v1/services/blue-badge/feedback", json={"message": LONG}).json()["receipt"]
    for path in (f"/receipts/{receipt}", f"/v1/receipts/{receipt}"):
        answer = client.get(path)
        assert answer.status_code == 200 and "content-encoding" not in answer.headers


def test_a_file_is_compressed_once(client: Client) -> None:
    assert client.get("/widget.js").text.lstrip().startswith("/*")


def test_an_answer_that_depends_on_its_origin_says_so_beside_the_encoding(
    client: Client, blue_badge: str, admin: dict[str, str]
) -> None:
    client.patch("/v1/services/blue-badge", json={"origins": ["https://a.example"]}, headers=admin)
    sent = {"Origin": "https://a.example"}
    answer = client.get("/v1/services/blue-badge/feedback", headers=sent | admin)
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert "Origin" in answer.headers["vary"]
