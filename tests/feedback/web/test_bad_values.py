"""What cannot be stored, or means nothing, is refused at every door, with 400 or 404 and the name of what is wrong."""

import datetime as dt
import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.record.db import Record
from feedback.record.models import Feedback
from tests.insights import made_up

Client = TestClient[Litestar]
Headers = dict[str, str]

NOW = dt.datetime.now(dt.UTC)
SOON, IN_TWO_DAYS, IN_ELEVEN_YEARS = (
    (NOW + dt.timedelta(days=days)).isoformat(timespec="seconds") for days in (0.9, 2, 365 * 11)
)
NEVER = ("0001-01-01T00:00:00+14:00", "1899-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00")
NOBODY = "00000000-0000-7000-8000-000000000000"
NUL = "%00"


def stored(record: Record) -> int:
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0


@pytest.fixture
def issue(record: Record, blue_badge: str) -> str:
    with record.transaction() as session:
        found = made_up.issue(session, blue_badge)
        made_up.report(session, found, "The photo fails")
        return str(found.id)


@pytest.mark.parametrize("said", [*NEVER, pytest.param(IN_TWO_DAYS, id="in two days"), "1899-12-31", "9999-12-31"])
def test_what_was_said_at_no_time_that_may_be_is_refused(
    client: Client, record: Record, blue_badge: str, said: str
) -> None:
    answer = client.post(f"/v1/services/{blue_badge}/feedback", json={"message": "x", "submitted_at": said})
    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (400, "submitted_at")
    assert stored(record) == 0


@pytest.mark.parametrize("host", ["::1,::1", "a:b", "a:99999", "[::1", "a:-1"])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_what_is_no_host_is_refused(client: Client, blue_badge: str, host: str, accept: str) -> None:
    for path in (f"/services/{blue_badge}/feedback", "/dashboard", "/health/live", "/open311/v2/services.json"):
        assert client.get(path, headers={"Host": host, "Accept": accept}).status_code == 400


@pytest.mark.parametrize("said", [pytest.param(SOON, id="soon"), "1900-01-01T00:00:00Z", "1900-01-01", "2020-02-29"])
def test_a_clock_that_is_a_little_ahead_and_a_long_memory_are_taken(client: Client, blue_badge: str, said: str) -> None:
    answer = client.post(f"/v1/services/{blue_badge}/feedback", json={"message": "x", "submitted_at": said})
    assert answer.status_code == 202


@pytest.mark.parametrize("at", [*NEVER, pytest.param(IN_ELEVEN_YEARS, id="in eleven years")])
def test_plans_lie_within_ten_years_and_what_was_done_lies_before_tomorrow(
    client: Client, admin: Headers, blue_badge: str, issue: str, at: str
) -> None:
    subscribed = client.post(
        "/v1/subscriptions", json={"service": blue_badge, "kind": "email", "address": "a@b.example"}, headers=admin
    ).json()["id"]
    doors = [
        ("POST", f"/v1/issues/{issue}/actions", "at", {"what": "Mended"}),
        ("POST", f"/v1/services/{blue_badge}/changes", "at", {"what": "Release"}),
        ("POST", f"/v1/services/{blue_badge}/changes", "until", {"what": "Release"}),
        ("PATCH", f"/v1/issues/{issue}", "due", {}),
        ("PATCH", f"/v1/subscriptions/{subscribed}", "quiet_until", {}),
        ("PUT", f"/v1/subscriptions/{subscribed}/quiet/{issue}", "until", {}),
    ]
    for method, path, field, more in doors:
        value = at[:10] if field == "due" else at
        answer = client.request(method, path, json={**more, field: value}, headers=admin)
        assert (answer.status_code, answer.json()["errors"][0]["key"]) == (400, field), path


def test_a_day_that_cannot_be_is_refused_on_the_pages_beside_its_field(
    client: Client, admin: Headers, issue: str
) -> None:
    page = f"/dashboard/issues/{issue}"
    for act, values in (
        ("act", {"what": "Mended", "at": "0001-01-01"}),
        ("decide", {"title": "x", "due": "0001-01-01"}),
    ):
        answer = client.post(f"{page}/{act}", data={**values, "status": "open"}, headers=admin)
        assert answer.status_code == 400
        assert "must be a date" in answer.text


def operations(app: Litestar) -> list[tuple[str, str]]:
    """Every method and path of the application, with ids and names that nothing has."""
    found = []
    for route in app.routes:
        path = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:uuid\}", NOBODY, route.path))
        found += [(method, path) for method in getattr(route, "methods", ()) if method not in ("OPTIONS", "HEAD")]
    return found


def test_a_nul_is_refused_in_every_path_query_and_body(client: Client, app: Litestar, admin: Headers) -> None:
    json = {"Content-Type": "application/json"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for method, path in operations(app):
        named = re.sub(r"\{\w+:\w+\}", "a", path)
        tries: list[tuple[str, Any, Headers]] = [(f"{named}?q={NUL}", None, {})]
        if named != path:
            tries.append((re.sub(r"\{\w+:\w+\}", f"a{NUL}", path), None, {}))
        if method in ("POST", "PUT", "PATCH"):
            tries += [(named, b'{"message": "a\\u0000b"}', json), (named, b"message=a%00b", form)]
        for address, content, headers in tries:
            answer = client.request(method, address, content=content, headers=admin | headers)
            assert answer.status_code == 400, (method, address, content, answer.text[:200])


@pytest.mark.parametrize(
    "body",
    [
        {"message": "a\0b"},
        {"message": "a", "page_url": "https://a.example/\0"},
        {"message": "a", "contact": "a\0@b.example"},
        {"message": "a", "attributes": {"office": "a\0"}},
        {"message": "a", "attributes": {"off\0ice": "a"}},
    ],
)
def test_a_nul_is_refused_in_every_text_of_a_piece_whatever_the_body_says_it_is(
    client: Client, record: Record, blue_badge: str, body: dict[str, Any]
) -> None:
    path = f"/v1/services/{blue_badge}/feedback"
    assert client.post(path, json=body).status_code == 400
    for kind in ("text/plain", "multipart/mixed", ""):
        answer = client.post(path, json=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 415)
    assert stored(record) == 0


def test_a_nul_in_the_form_is_refused_in_either_encoding_of_forms(
    client: Client, record: Record, blue_badge: str, admin: Headers
) -> None:
    for path in (f"/services/{blue_badge}/feedback", f"/dashboard/{blue_badge}/enter"):
        assert client.post(path, data={"message": "a\0b"}, headers=admin).status_code == 400
        parts = {"message": (None, b"a\0b")}
        assert client.post(path, files=parts, headers=admin).status_code == 400
    assert stored(record) == 0


def test_a_backslash_that_somebody_typed_is_no_nul(client: Client, record: Record, blue_badge: str) -> None:
    answer = client.post(f"/v1/services/{blue_badge}/feedback", json={"message": r"C:\u0000 and \\u0000"})
    assert answer.status_code == 202


def test_half_a_character_is_refused_in_json_and_replaced_in_a_form(client: Client, blue_badge: str) -> None:
    json = {"Content-Type": "application/json"}
    for half in (rb"\ud800", rb"a\udc00", b"\xed\xa0\x80"):
        body = b'{"message": "' + half + b'"}'
        assert client.post(f"/v1/services/{blue_badge}/feedback", content=body, headers=json).status_code == 400
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = client.post(f"/services/{blue_badge}/feedback", content=b"message=a%ED%A0%80b", headers=form)
    assert sent.status_code == 200


def test_dates_beyond_the_store_in_a_filter_are_no_fault_of_ours(
    client: Client, admin: Headers, blue_badge: str, issue: str
) -> None:
    for path in ("feedback", "issues", "export.csv"):
        for at in NEVER:
            answer = client.get(f"/v1/services/{blue_badge}/{path}", params={"since": at, "until": at}, headers=admin)
            assert answer.status_code in (200, 400)


def test_what_is_nested_deeper_than_anybody_means_is_refused(client: Client, app: Litestar, admin: Headers) -> None:
    headers = admin | {"Content-Type": "application/json"}
    for method, path in operations(app):
        if method in ("POST", "PUT", "PATCH"):
            answer = client.request(method, re.sub(r"\{\w+:\w+\}", "a", path), content=b"[" * 60_000, headers=headers)
            assert answer.status_code < 500, (method, path)
    piece = client.post("/v1/services/a/feedback", content=b"[" * 60_000, headers=headers)
    assert piece.status_code == 400


def test_a_number_of_thousands_of_digits_in_a_form_is_no_fault_of_ours(
    client: Client, admin: Headers, issue: str, blue_badge: str
) -> None:
    made = {"service": blue_badge, "kind": "email", "address": "a@b.example"}
    subscription = client.post("/v1/subscriptions", json=made, headers=admin).json()["id"]
    long = "9" * 5_000
    sorting = {"statement": long, "do": "apart"}
    assert client.post(f"/dashboard/issues/{issue}/sort", data=sorting, headers=admin).status_code == 400
    page = f"/dashboard/subscriptions/{subscription}/snooze"
    assert client.post(page, data={"days": long}, headers=admin).status_code == 400


@pytest.mark.parametrize("charset", ["utf-99", '"a b"', "../x", "idna"])
def test_a_part_of_a_form_in_an_encoding_that_nobody_knows_is_refused_or_read(
    client: Client, admin: Headers, issue: str, blue_badge: str, charset: str
) -> None:
    kind = f"Content-Type: text/plain; charset={charset}"
    names = ("message", "code", "key", "do", "title")
    parts = [f'--a\r\nContent-Disposition: form-data; name="{name}"\r\n{kind}\r\n\r\nhello\r\n' for name in names]
    body = "".join([*parts, "--a--\r\n"]).encode()
    headers = admin | {"Content-Type": "multipart/form-data; boundary=a"}
    for path in (
        f"/services/{blue_badge}/feedback",
        "/receipts",
        "/sign-in",
        f"/dashboard/{blue_badge}/enter",
        f"/dashboard/{blue_badge}/alerts",
        f"/dashboard/issues/{issue}/sort",
        f"/dashboard/issues/{issue}/decide",
    ):
        own = {"Origin": "http://testserver.local", "Host": "testserver.local"}
        assert client.post(path, content=body, headers=headers | own).status_code < 500, path


def test_a_refusal_quotes_nothing_of_the_address_that_was_asked_for(
    client: Client, admin: Headers, blue_badge: str
) -> None:
    for path in (f"/v1/services/{blue_badge}/search?q={'quokka' * 90}", "/v1/services?limit=quokka"):
        answer = client.get(path, headers=admin)
        assert answer.status_code == 400 and "quokka" not in answer.text
        assert answer.json()["errors"][0]["key"] in ("q", "limit")


@pytest.mark.parametrize("origin", ["http://[", "http://[evil", "null", "//"])
def test_an_origin_that_cannot_be_read_is_another_site(client: Client, origin: str) -> None:
    assert client.post("/sign-in", data={"key": "x"}, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("moment", ["253402300800", "253402300799.9999999"])
def test_the_first_second_that_no_calendar_has_is_refused(
    client: Client, admin: Headers, blue_badge: str, issue: str, moment: str
) -> None:
    asked = client.get(f"/v1/services/{blue_badge}/feedback", params={"since": moment}, headers=admin)
    done = client.post(f"/v1/issues/{issue}/actions", json={"what": "x", "at": float(moment)}, headers=admin)
    assert (asked.status_code, done.status_code) == (400, 400)


def test_a_part_of_an_open311_form_that_holds_nul_is_refused(client: Client, record: Record, blue_badge: str) -> None:
    form = {"service_code": (None, blue_badge), "description": (None, "a\x00b")}
    assert client.post("/open311/v2/requests.json", files=form).status_code == 400
    assert stored(record) == 0
