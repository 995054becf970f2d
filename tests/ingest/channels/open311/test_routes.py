"""Open311 over a real server: a civic app's own client, and what the public may not read."""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import select, text

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Contact, Feedback, Issue, Publication, Statement
from feedback.record.privacy import contacts
from feedback.record.states import IssueStatus
from ingest.channels.open311 import routes
from tests.conftest import RealServers
from tests.serving import served
from tests.walking import walk
from workers.runtime.actor import Worker

WORDS = "The street lamp is broken, Ann Smith on 07700 900123 can tell more"


@pytest.fixture
def site(record: Record, servers: RealServers, blue_badge: str) -> Iterator[str]:
    with served(record, servers) as url:
        yield f"{url}/open311/v2"


@pytest.fixture
def app(site: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The `three` client, which was written for Python 2."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    from three import Three

    return Three(site, api_key="any")


def file_one(site: str, **fields: str) -> str:
    """Its id."""
    form = {"service_code": "blue-badge", "description": WORDS, "lat": "51.501364", "long": "-0.14189", **fields}
    answer = httpx.post(f"{site}/requests.json", data=form)
    assert answer.status_code == 201
    return str(answer.json()[0]["service_request_id"])


def read_back(site: str, identity: str) -> dict[str, Any]:
    answer = httpx.get(f"{site}/requests/{identity}.json").raise_for_status()
    [found] = answer.json()
    return dict(found)


def test_a_civic_app_lists_services_files_a_request_and_reads_it_back(app: Any, worker: Worker) -> None:
    assert [one["service_code"] for one in app.services()] == ["blue-badge"]
    assert app.services("blue-badge")["service_code"] == "blue-badge"
    assert app.discovery()["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    [filed] = app.post("blue-badge", description=WORDS, address="12 High Street, Anytown", name="Ann Smith")
    walk(worker)
    [found] = app.request(filed["service_request_id"])
    assert (found["status"], found["service_code"]) == ("open", "blue-badge")
    assert found["description"].startswith("The street lamp is broken")
    assert app.requests("blue-badge", count=10) == [found]


def test_a_form_that_is_sent_again_is_the_same_request_and_any_other_is_another(
    site: str, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = file_one(site)
    assert file_one(site) == first
    others = {
        file_one(site, description="The lamp flickers"),
        file_one(site, device_id="d2"),
        file_one(site, lat="51.6"),
    }
    monkeypatch.setattr(routes, "dt", SimpleNamespace(UTC=dt.timezone(dt.timedelta(hours=1)), datetime=dt.datetime))
    others.add(file_one(site))
    assert len(others | {first}) == 5
    with record.transaction() as session:
        assert {str(it) for it in session.scalars(select(Feedback.id))} == others | {first}


def test_lists_that_take_long_leave_others_their_connections(
    site: str, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LONGEST_LIST", "60s")
    with ThreadPoolExecutor(30) as many:
        with record.engine.begin() as held:
            held.execute(text("LOCK TABLE feedback"))
            answers = as_completed([many.submit(httpx.get, f"{site}/requests.json", timeout=90) for _ in range(30)])
            told = [next(answers).result() for _ in range(30 - routes.LISTS_AT_ONCE)]
            assert httpx.get(f"{site}/services.json").is_success
        assert {(answer.status_code, answer.headers["Retry-After"]) for answer in told} == {(429, "6")}
        assert {answer.result().status_code for answer in answers} == {200}


def test_a_list_that_takes_too_long_is_given_up(site: str, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "LONGEST_LIST", "100ms")
    with record.engine.begin() as held:
        held.execute(text("LOCK TABLE feedback"))
        assert httpx.get(f"{site}/requests.json").status_code == 503
    assert httpx.get(f"{site}/requests.json").is_success


def test_a_request_is_listed_at_street_level_and_without_anything_personal(site: str, worker: Worker) -> None:
    identity = file_one(site, address_string="Flat 2, 12a High Street, Anytown SW1A 1AA", email="ann@example.org")
    assert read_back(site, identity)["description"] == ""  # it is not redacted yet
    walk(worker)
    found = read_back(site, identity)
    assert (found["lat"], found["long"], found["address"]) == (51.501, -0.142, "High Street, Anytown SW1A")
    told = str(found | {"service_request_id": "any"})
    assert not any(word in told for word in ("Ann", "900123", "12a", "example.org"))


def test_only_what_was_filed_here_and_is_still_there_is_read_back(site: str, record: Record) -> None:
    web = httpx.post(f"{site}/../../v1/services/blue-badge/feedback", json={"message": WORDS}).json()["id"]
    identity = file_one(site)
    listed = httpx.get(f"{site}/requests.json").json()
    assert [one["service_request_id"] for one in listed] == [identity]
    with record.transaction() as session:
        receipt = session.get_one(Feedback, uuid.UUID(identity)).receipt
    httpx.delete(f"{site}/../../v1/receipts/{receipt}").raise_for_status()
    for gone in (web, identity, "nobody"):
        assert httpx.get(f"{site}/requests/{gone}.json").status_code == 404
    assert receipt not in str(listed)


def test_words_of_danger_or_abuse_are_not_shown_to_the_public(site: str, record: Record, worker: Worker) -> None:
    identity = file_one(site)
    walk(worker)
    with record.transaction() as session:
        session.get_one(Feedback, uuid.UUID(identity)).urgent = {"kind": "safeguarding"}
    assert read_back(site, identity)["description"] == ""


def test_a_request_is_closed_once_all_that_it_is_about_is(site: str, record: Record, worker: Worker) -> None:
    identity, other = file_one(site), file_one(site, description="The counter is never staffed")
    with record.transaction() as session:
        first, second = (session.get_one(Feedback, uuid.UUID(one)) for one in (identity, other))
        for row, status in ((first, "resolved"), (second, "open")):
            issue = Issue(service_id=row.service_id, title="Lamps", model="test", centroid=[1.0], radius=0.5)
            issue.status, issue.status_at = IssueStatus(status), row.received_at
            session.add(issue)
            session.flush()
            session.add(statement(row, issue))
            if status == "resolved":
                session.add(publication(issue))
    assert (read_back(site, identity)["status"], read_back(site, other)["status"]) == ("closed", "open")
    assert (read_back(site, identity)["status_notes"], read_back(site, other)["status_notes"]) == ("New lamps", "")
    for status, ids in (("closed", [identity]), ("open", [other]), ("open,closed", [other, identity])):
        listed = httpx.get(f"{site}/requests.json", params={"status": status}).json()
        assert [one["service_request_id"] for one in listed] == ids


def publication(issue: Issue) -> Publication:
    return Publication(
        issue_id=issue.id,
        service_id=issue.service_id,
        said="It is dark",
        did="New lamps",
        released_at=dt.datetime.now(dt.UTC),
        released_by="staff",
    )


def statement(row: Feedback, issue: Issue) -> Statement:
    return Statement(
        feedback_id=row.id,
        service_id=row.service_id,
        said_at=row.said_at,
        position=0,
        text="x",
        begin=0,
        end=1,
        language="en",
        kind="problem",
        filler=False,
        evidence=True,
        severity=1,
        issue_id=issue.id,
    )


def test_how_to_reach_the_citizen_is_sealed_and_only_kept_if_agreed(site: str, record: Record) -> None:
    file_one(site, email="ann@example.org")
    agreed = file_one(site, email="ann@example.org", **{"attribute[contact_agreed]": "yes"})
    with record.transaction() as session:
        assert [str(kept) for kept in session.scalars(select(Contact.feedback_id))] == [agreed]
        assert contacts.read(session, record.keys, [uuid.UUID(agreed)]) == {uuid.UUID(agreed): "ann@example.org"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services/no-such", 404),
        ("requests/no-such", 404),
        ("requests?start_date=2024-01-01T00:00:00Z&end_date=2025-01-01T00:00:00Z", 400),
        ("requests?start_date=2025-01-01T00:00:00", 400),
    ],
)
def test_errors_are_told_in_the_form_of_the_specification(site: str, path: str, status: int) -> None:
    name, _, query = path.partition("?")
    answer = httpx.get(f"{site}/{name}.xml?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/xml; charset=utf-8")
    assert ElementTree.fromstring(answer.content).findtext("error/code") == str(status)
    assert httpx.get(f"{site}/{name}.json?{query}").json()[0]["code"] == str(status)


def test_what_cannot_be_filed_is_told_in_the_form_of_the_specification(site: str, record: Record) -> None:
    for form, status in (
        ({"service_code": "blue-badge"}, 400),
        ({"service_code": "no-such", "description": "x"}, 404),
    ):
        answer = httpx.post(f"{site}/requests.json", data=form)
        assert (answer.status_code, answer.json()[0]["code"]) == (status, str(status))
    assert httpx.post(f"{site}/requests.xml", content=b"<x/>", headers={"Content-Type": "text/xml"}).status_code == 415


def test_a_service_that_takes_keys_alone_is_neither_listed_nor_written_to(site: str, record: Record) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"anyone_may_write": False})
    assert httpx.get(f"{site}/services.json").json() == []
    assert httpx.get(f"{site}/services/blue-badge.json").status_code == 404
    form = {"service_code": "blue-badge", "description": "x"}
    assert httpx.post(f"{site}/requests.json", data=form).status_code == 403


def test_requests_are_found_by_when_they_last_changed_and_page_by_page(
    site: str, record: Record, worker: Worker
) -> None:
    ids = [file_one(site, description=f"{WORDS}, lamp {number}") for number in range(3)]
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=200)
    with record.transaction() as session:
        for row in session.scalars(select(Feedback).where(Feedback.id.in_(map(uuid.UUID, ids[:2])))):
            row.received_at = row.done_at = old
        session.get_one(Feedback, uuid.UUID(ids[1])).done_at = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)

    def asked(**query: str) -> list[str]:
        answer = httpx.get(f"{site}/requests.json", params=query).raise_for_status()
        return [one["service_request_id"] for one in answer.json()]

    since = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).isoformat()
    assert asked() == [ids[2]]
    assert asked(updated_after=since) == [ids[2], ids[1]]
    assert asked(updated_after=since, page="2", page_size="1") == [ids[1]]
    assert asked(updated_before=(old + dt.timedelta(days=1)).isoformat()) == [ids[0]]
    assert httpx.get(f"{site}/requests.json?updated=today").status_code == 400
