"""Who comes in, and for how long; and what other sites cannot do in their name."""

import datetime as dt

import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Credential
from feedback.record.settings import Settings
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.insights.pages.signed_in import OURS, Client, credential


def test_a_link_opens_a_session_that_scripts_and_other_sites_cannot_use(
    client: Client, record: Record, blue_badge: str
) -> None:
    answer = client.get(f"/sign-in/{credential(record, 'link')}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie and "Max-Age=43200" in cookie
    assert client.get("/dashboard").status_code == 200


def test_over_https_the_cookie_never_travels_in_the_clear(record: Record, servers: RealServers) -> None:
    settings = Settings(data=servers.data, intake_rate=0, public_url="https://feedback.example.org")
    with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as client:
        answer = client.get(f"/sign-in/{credential(record, 'link')}", follow_redirects=False)
        assert "Secure" in answer.headers["set-cookie"]


def test_a_session_ends_by_itself(staff: Client, record: Record) -> None:
    assert staff.get("/dashboard", follow_redirects=False).status_code == 200
    with record.transaction() as session:
        found = session.scalars(select(Credential).where(Credential.kind == "session")).one()
        assert found.expires_at is not None
        found.expires_at -= dt.timedelta(hours=12)
    assert staff.get("/dashboard", follow_redirects=False).status_code == 303


def test_a_link_is_no_session(client: Client, record: Record, blue_badge: str) -> None:
    client.cookies.set("feedback_session", credential(record, "link"))
    assert client.get("/dashboard", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("kind", ["key", "session"])
def test_only_a_link_opens_by_address(client: Client, record: Record, kind: str) -> None:
    page = client.get(f"/sign-in/{credential(record, kind)}")
    assert page.status_code == 401 and "This link is no longer valid" in page.text
    assert "set-cookie" not in page.headers


def test_a_key_signs_in_and_leads_to_where_one_was_going(client: Client, record: Record, photo: str) -> None:
    asked = client.get(photo)
    assert asked.url.path == "/sign-in" and f'name="next" value="{photo}"' in asked.text
    entered = client.post("/sign-in", data={"key": credential(record, "key"), "next": photo}, headers=OURS)
    assert entered.url.path == photo and entered.status_code == 200


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org/dashboard", "/dashboard.example.org", "/docs"])
def test_signing_in_leads_nowhere_else(client: Client, record: Record, blue_badge: str, path: str) -> None:
    data = {"key": credential(record, "key"), "next": path}
    assert client.post("/sign-in", data=data, headers=OURS, follow_redirects=False).headers["location"] == "/dashboard"


@pytest.mark.parametrize("key", ["", "fb_made-up"])
def test_a_wrong_key_is_asked_for_again(client: Client, blue_badge: str, key: str) -> None:
    page = client.post("/sign-in", data={"key": key}, headers=OURS)
    assert page.status_code == 400 and "There is a problem" in page.text and "set-cookie" not in page.headers
    assert "fb_made-up" not in page.text


def test_signing_out_ends_the_session_and_not_only_its_cookie(staff: Client) -> None:
    kept = staff.cookies["feedback_session"]
    assert staff.post("/sign-out", headers=OURS).url.path == "/"
    staff.cookies.set("feedback_session", kept)
    assert staff.get("/dashboard", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver.local"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {},
    ],
)
def test_what_another_site_sends_changes_nothing(staff: Client, headers: dict[str, str]) -> None:
    assert staff.post("/sign-out", headers=headers).status_code == 403
    assert staff.patch("/v1/services/blue-badge", json={"name": "Mine"}, headers=headers).status_code == 403
    assert staff.post("/sign-in", data={"key": ""}, headers=headers).status_code == 403
    assert staff.get("/dashboard").status_code == 200


def test_a_browser_that_names_only_its_origin_is_believed(staff: Client) -> None:
    assert staff.post("/sign-out", headers={"Origin": str(staff.base_url)}).url.path == "/"


def test_a_key_needs_no_page_of_ours(client: Client, blue_badge: str, admin: dict[str, str]) -> None:
    assert client.patch("/v1/services/blue-badge", json={"name": "Badges"}, headers=admin).status_code == 200
