"""Whether an action worked."""

import datetime as dt
import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import event

from feedback.record.db import Record
from feedback.record.models import Action
from insights.outcomes.effect import Day, dispersion, measure
from tests.insights import made_up

NOW = dt.datetime.now(dt.UTC)


def history(before: int, after: int, *, days_after: int = 28, peak: int = 0) -> dict[int, Day]:
    """So many reports a day before and after, among a hundred pieces; in the last week `peak` instead."""
    days = {-day: Day(peak if peak and day <= 7 else before, 100) for day in range(1, 57)}
    return days | {day: Day(after, 100) for day in range(days_after)}


def test_a_rate_that_falls_to_a_third_has_worked() -> None:
    found = measure(history(6, 2), until=28)
    assert (found.verdict, found.before, found.after) == ("worked", 0.06, 0.02)
    assert found.change == pytest.approx(-2 / 3, abs=0.02)
    assert found.interval and found.interval[0] < -2 / 3 < found.interval[1] < 0
    assert found.probability and found.probability > 0.99


def test_a_peak_that_merely_passes_is_no_success() -> None:
    assert measure(history(3, 3, peak=9), until=28).verdict == "no_effect"


def test_what_rises_is_worse() -> None:
    assert measure(history(2, 6), until=28).verdict == "worse"


@pytest.mark.parametrize("days", [0, 1, 6])
def test_the_first_week_is_too_early(days: int) -> None:
    assert measure(history(6, 0, days_after=days), until=days).verdict == "too_early"


def test_silence_about_what_was_hardly_reported_tells_nothing() -> None:
    few = history(0, 0) | {-20: Day(1, 100), -30: Day(1, 100)}
    assert measure(few, until=28).verdict == "too_early"


def test_fewer_reports_of_a_service_that_is_used_less_are_no_success() -> None:
    days = history(6, 6) | {day: Day(2, 33) for day in range(28)}
    assert measure(days, until=28).verdict == "no_effect"


def test_a_surge_found_by_a_signal_counts_though_it_is_young() -> None:
    days = {-2: Day(9, 100), -1: Day(9, 100)} | {day: Day(0, 100) for day in range(8)}
    assert measure(days, since=-2, until=8, surge=True).verdict == "worked"


def test_nothing_is_said_where_there_is_nothing_to_compare() -> None:
    found = measure({}, until=30)
    assert (found.before, found.change, found.interval, found.verdict) == (None, None, None, "too_early")


def test_days_that_vary_wildly_widen_the_interval() -> None:
    assert dispersion([Day(2, 100)] * 20) == 1
    assert dispersion([Day(0, 100), Day(20, 100)] * 10) > 5


@pytest.fixture
def acted(record: Record, blue_badge: str, client: TestClient[Litestar], admin: dict[str, str]) -> uuid.UUID:
    """An issue that was reported on the web twice a day, and by phone, until ten days ago; by phone it goes on."""
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        other = made_up.issue(session, blue_badge, "Anything else")
        for day in range(1, 50):
            at = NOW - dt.timedelta(days=day, hours=-1)
            for channel, size in (("web", 2 * (day > 10)), ("call", 1)):
                for _ in range(size):
                    made_up.report(session, issue, "Photo fails", channel, said_at=at, language="en")
                made_up.report(session, other, "Something", channel, said_at=at, language="en")
        issue_id = issue.id
    body = {"what": "Release 12", "at": (NOW - dt.timedelta(days=10)).isoformat()}
    assert client.post(f"/v1/issues/{issue_id}/actions", json=body, headers=admin).status_code == 201
    return issue_id


def outcome(client: TestClient[Litestar], headers: dict[str, str], issue: uuid.UUID) -> dict[str, Any]:
    [found] = client.get(f"/v1/issues/{issue}/outcomes", headers=headers).json()["items"]
    return dict(found)


def test_outcomes_over_http_show_whom_a_fix_leaves_behind(
    client: TestClient[Litestar], admin: dict[str, str], acted: uuid.UUID
) -> None:
    found = outcome(client, admin, acted)
    [action] = client.get(f"/v1/issues/{acted}/actions", headers=admin).json()["items"]
    assert found["action"] == action["id"]
    assert found["before"] == pytest.approx(600) and found["after"] == pytest.approx(1000 / 3)
    assert found["by_channel"]["web"]["verdict"] == "worked"
    assert found["by_channel"]["call"]["verdict"] != "worked"
    assert found["by_language"]["en"]["before"] == found["before"]


def test_the_ledger_holds_every_action(client: TestClient[Litestar], admin: dict[str, str], acted: uuid.UUID) -> None:
    ledger = client.get("/v1/services/blue-badge/ledger", headers=admin).json()
    assert ledger["acted_on"] == 1 and sum(ledger["counts"].values()) == 1
    assert ledger["items"][0]["issue"] == str(acted)


@pytest.fixture
def hundreds(record: Record, acted: uuid.UUID) -> int:
    """A busy quarter: two more issues that were acted on every few hours. Returns how many actions there are."""
    with record.transaction() as session:
        for title in ("Queue", "Lift"):
            issue = made_up.issue(session, "blue-badge", title)
            made_up.report(session, issue, "Again", said_at=NOW - dt.timedelta(days=30))
            moments = [NOW - dt.timedelta(hours=7 * turn) for turn in range(150)]
            session.add_all(Action(issue_id=issue.id, what="Swept", at=at, by="x") for at in moments)
    return 301


def test_hundreds_of_actions_are_measured_by_a_few_statements_and_come_in_pages(
    client: TestClient[Litestar], app: Litestar, admin: dict[str, str], hundreds: int
) -> None:
    statements: list[str] = []
    engine = app.state.record.engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    seen, cursor, path = [], "", "/v1/services/blue-badge/ledger"
    while cursor is not None:
        statements.clear()
        page = client.get(path, params={"limit": 120, "cursor": cursor}, headers=admin).json()
        assert len(statements) < 20 and sum(page["counts"].values()) == hundreds and page["acted_on"] == 3
        seen += [entry["outcome"]["action"] for entry in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == hundreds


def test_the_outcomes_of_one_issue_come_in_pages_and_each_ends_with_the_next_action(
    client: TestClient[Litestar], admin: dict[str, str], acted: uuid.UUID
) -> None:
    whole = outcome(client, admin, acted)
    later = {"what": "Release 13", "at": (NOW - dt.timedelta(days=8)).isoformat()}
    assert client.post(f"/v1/issues/{acted}/actions", json=later, headers=admin).status_code == 201
    first = client.get(f"/v1/issues/{acted}/outcomes", params={"limit": 1}, headers=admin).json()
    [cut], cursor = first["items"], first["next_cursor"]
    assert cut["action"] == whole["action"]
    assert [found["by_channel"]["web"]["verdict"] for found in (whole, cut)] == ["worked", "too_early"]
    for listed in ("outcomes", "actions"):
        rest = client.get(f"/v1/issues/{acted}/{listed}", params={"cursor": cursor}, headers=admin).json()
        assert [item["what"] for item in rest["items"]] == ["Release 13"] and rest["next_cursor"] is None
