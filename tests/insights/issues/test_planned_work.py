"""What planned work explains is shown, and not sent; unless it goes on after that."""

import datetime as dt
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Issue
from tests.insights import made_up
from tests.insights.alerts.people import subscribe
from tests.insights.pages.signed_in import OURS, signed_in, words_of
from tests.insights.raising import raise_signal, tell_again, waiting

Client = TestClient[Litestar]
Headers = dict[str, str]
NOW = made_up.NOW
CHANGES = "/v1/services/blue-badge/changes"


def hours(ago: float) -> dt.datetime:
    return NOW - dt.timedelta(hours=ago)


def announce(client: Client, headers: Headers, begin: float, end: float) -> Any:
    times = {"at": hours(begin).isoformat(), "until": hours(end).isoformat()}
    work = {"kind": "planned_work", "what": "The payment page moves", **times}
    return client.post(CHANGES, json=work, headers=headers)


@pytest.mark.parametrize(
    ("begin", "end", "sent"),
    [(10, -1, 0), (10, 8, 0), (8, -1, 1), (20, 10, 1)],
    ids=["while it lasts", "when it is over", "what began before it", "what began after it"],
)
def test_what_begins_while_it_lasts_is_not_sent(
    client: Client, admin: Headers, record: Record, blue_badge: str, begin: float, end: float, sent: int
) -> None:
    subscribe(client, admin)
    assert announce(client, admin, begin, end).status_code == 201
    raise_signal(record, since=hours(9))
    assert len(waiting(record)) == sent
    [issue] = client.get("/v1/services/blue-badge/emerging", headers=admin).json()["items"]
    assert (issue["signal"]["explained_by"] is None) == bool(sent)


def test_what_goes_on_after_it_is_sent_from_five_reports_on(
    client: Client, admin: Headers, record: Record, blue_badge: str
) -> None:
    subscribe(client, admin)
    announce(client, admin, 10, 2)
    signal = raise_signal(record, since=hours(9))
    for count in range(5):
        tell_again(record, signal)
        assert waiting(record) == [], f"after {count} reports"
        with record.transaction() as session:
            made_up.report(session, session.get_one(Issue, signal.issue_id), f"Still broken {count}")
    tell_again(record, signal)
    assert len(waiting(record)) == 1


def test_it_takes_a_beginning_and_an_end(client: Client, admin: Headers, blue_badge: str) -> None:
    work = {"kind": "planned_work", "what": "The payment page moves", "at": NOW.isoformat()}
    assert client.post(CHANGES, json=work, headers=admin).status_code == 400
    assert announce(client, admin, 2, 3).status_code == 400


def test_staff_announce_it_on_a_page_in_the_time_of_the_service(
    client: Client, record: Record, blue_badge: str
) -> None:
    path = "/dashboard/blue-badge/planned-work"
    signed_in(client, record, Role.editor, "blue-badge")
    form = {"what": "The payment page moves", "at": "2026-07-01T22:00", "until": "2026-07-02T06:00"}
    wrong = client.post(path, data=form | {"until": "2026-06-01T06:00"}, headers=OURS)
    assert wrong.status_code == 400 and 'id="until-error"' in wrong.text and "The payment page moves" in wrong.text
    assert client.post(path, data=form | {"at": "soon"}, headers=OURS).status_code == 400
    page = words_of(client.post(path, data=form, headers=OURS))
    assert "1 Jul 2026, 22:00 to 2 Jul 2026, 06:00: planned work The payment page moves" in page
    signed_in(client, record, Role.reader, "blue-badge")
    assert "<button>Announce</button>" not in client.get(path).text
    assert client.post(path, data=form, headers=OURS).status_code == 403


def test_the_page_says_what_explains_a_signal(client: Client, record: Record, blue_badge: str, admin: Headers) -> None:
    announce(client, admin, 10, -1)
    raise_signal(record, since=hours(9))
    signed_in(client, record, Role.reader, "blue-badge")
    assert "Explained by planned work The payment page moves" in words_of(client.get("/dashboard/blue-badge"))
