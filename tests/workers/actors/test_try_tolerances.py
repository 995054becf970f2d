"""Owners choose a tolerance by what each would have raised over the last year of their own service."""

import datetime as dt

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Role
from feedback.record.models import Feedback, ServiceWork, Statement, ToleranceTrial
from feedback.record.work.claims import SET_ASIDE
from insights.alerts.rules import tolerance_trials
from tests.feedback.web.setup.test_bringing import brought, taken_in
from tests.insights import made_up
from tests.insights.made_up import NOW
from tests.insights.pages.signed_in import OURS, signed_in, words_of
from tests.workers.stored import keep
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors import try_tolerances
from workers.actors.try_tolerances import TRY_TOLERANCES
from workers.runtime.actor import Worker, work_once

PATH = "/dashboard/blue-badge/tolerance"
SETTINGS = "/dashboard/blue-badge/settings"


@pytest.fixture(autouse=True)
def two_tolerances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a backtest of its own, which takes a while."""
    monkeypatch.setattr(tolerance_trials, "TOLERANCES", (0.02, 0.5))


def put_down_history(worker: Worker, now: dt.datetime = NOW) -> None:
    """A month of the usual, and twelve days ago something that broke."""
    usual = said(USUAL, 150)
    keep(worker, usual, [now - dt.timedelta(days=32, hours=-5 * place) for place in range(len(usual))])
    keep(worker, said(BROKEN, 20), [now - dt.timedelta(days=12, hours=-2 * place) for place in range(20)])


def test_whoever_brought_a_year_long_past_is_shown_what_would_have_stood_out_in_it(
    worker: Worker, client: TestClient[Litestar], blue_badge: str
) -> None:
    owner = signed_in(client, worker.record, Role.owner, blue_badge)
    path = brought(owner)
    taken_in(owner, worker, path)
    long_ago = dt.timedelta(days=3_000)
    put_down_history(worker, NOW - long_ago)
    with worker.record.transaction() as session:
        session.execute(update(Feedback).values(stage="done"))
    waiting = owner.get(path)
    assert "is being looked through as if it came in day by day" in words_of(waiting) and "Refresh" in waiting.headers
    assert work_once(worker, TRY_TOLERANCES)
    seen = owner.get(path)
    assert "you would have been told this, the latest first:" in words_of(seen) and "Refresh" not in seen.headers
    assert "reports in" in words_of(seen) and f"{(NOW - long_ago).year}" in words_of(seen)


def confirm_what_broke(worker: Worker) -> None:
    """What was found is in an issue by now, which somebody acknowledged."""
    with worker.record.transaction() as session:
        issue = made_up.issue(session, "blue-badge", status="acknowledged")
        session.execute(update(Statement).where(Statement.text.icontains("photo")).values(issue_id=issue.id))


def test_an_owner_sees_what_each_tolerance_would_have_raised_and_chooses_one(
    worker: Worker, client: TestClient[Litestar], blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(try_tolerances, "TELL_EVERY_SECONDS", 0)
    owner = signed_in(client, worker.record, Role.owner, blue_badge)
    put_down_history(worker)
    assert "Nothing has been looked through yet" in words_of(owner.get(PATH))
    for _ in range(2):  # whoever asks twice has it done once
        page = owner.post(PATH, data={"do": "try"}, headers=OURS)
    assert "0 of 2 tolerances are done" in words_of(page) and page.headers["Refresh"].startswith("3; url=/dashboard/")
    assert work_once(worker, TRY_TOLERANCES)
    assert "1 of 2 tolerances are done" in words_of(owner.get(PATH))
    assert work_once(worker, TRY_TOLERANCES)
    assert not work_once(worker, TRY_TOLERANCES)
    page = owner.get(PATH)
    assert "Refresh" not in page.headers and "More has been said" not in words_of(page)
    with worker.record.transaction() as session:
        trials = session.scalars(select(ToleranceTrial).order_by(ToleranceTrial.tolerance)).all()
    counts = [len(trial.found) for trial in trials]
    assert [trial.tolerance for trial in trials] == [0.02, 0.5]
    assert counts[1] >= counts[0] >= 1
    assert "photo" not in str([trial.found for trial in trials])
    assert f"0.02 about once a year {counts[0]} warnings at 0.02 {counts[0]}" in words_of(page)
    assert "Nobody has confirmed it" in words_of(page)
    confirm_what_broke(worker)
    settings = words_of(owner.get(SETTINGS))
    assert f"would have warned you {counts[0]} time" in settings
    assert f"{counts[0] - 1} of them on nothing you confirmed" in settings
    assert "Photo will not upload , new" in words_of(owner.get(PATH))
    assert "Use 0.02" in words_of(owner.post(PATH, data={"tolerance": "0.5"}, headers=OURS))
    with worker.record.transaction() as session:
        assert access.service(session, blue_badge).properties.tolerance == 0.5
        session.delete(session.scalars(select(Feedback).limit(1)).one())
    assert "More has been said, or other settings made" in words_of(owner.get(PATH))


def test_a_trial_that_was_given_up_says_so_and_may_be_asked_for_again(
    worker: Worker, client: TestClient[Litestar], blue_badge: str
) -> None:
    owner = signed_in(client, worker.record, Role.owner, blue_badge)
    owner.post(PATH, data={"do": "try"}, headers=OURS)
    with worker.record.transaction() as session:
        session.execute(update(ServiceWork).values(stage=SET_ASIDE))
    page = owner.get(PATH)
    assert "could not be worked out" in words_of(page) and "Refresh" not in page.headers
    assert "0 of 2 tolerances are done" in words_of(owner.post(PATH, data={"do": "try"}, headers=OURS))


def test_owners_alone_choose_and_only_what_makes_sense(
    worker: Worker, client: TestClient[Litestar], blue_badge: str
) -> None:
    owner = signed_in(client, worker.record, Role.owner, blue_badge)
    for value in ("", "x", "nan", "inf", "0", "101"):
        assert owner.post(PATH, data={"tolerance": value}, headers=OURS).status_code == 400, value
    editor = signed_in(client, worker.record, Role.editor, blue_badge)
    assert editor.get(PATH).status_code == editor.post(PATH, data={"do": "try"}, headers=OURS).status_code == 403
