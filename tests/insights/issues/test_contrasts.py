"""What is new in a surge: what its reports have, beyond chance, that the earlier reports on its issue had not."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from feedback.record.db import Record
from feedback.record.models import Alert, Feedback, Issue, Service, Signal, SignalContrasts, Statement
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.rules import fan_out
from insights.issues.contrasts import finding as contrasts
from insights.issues.contrasts import kept
from insights.issues.tallies import keeping
from insights.presentation.contrasts import Contrast
from tests.insights import made_up
from tests.insights.pages.signed_in import signed_in, words_of

NOW = made_up.NOW
EARLIER = [
    "My card payment failed, [NAME] could not help",
    "Paying by card failed at the till",
    "The card page shows an error",
    "I was charged twice on my card",
]
WALLET = [
    "My card payment failed with the wallet on my watch",
    "The wallets page shows an error, and paying failed",
    "Paying by card failed at the till: no wallet was taken",
    "I was charged twice by the wallet, says [NAME]",
    "The wallet does not know my card",
]
Told = tuple[str, str, dict[str, Any]]


def told(texts: Sequence[str], channel: str = "web", **more: Any) -> list[Told]:
    return [(text, channel, more) for text in texts]


def surge(session: Any, slug: str, earlier: list[Told], new: list[Told], kind: str = "surge") -> Issue:
    """The new ones came within the last hour, the earlier ones a day apart before it."""
    issue = made_up.issue(session, slug, "Paying by card")
    for day, (text, channel, more) in enumerate(earlier, 1):
        at = NOW - dt.timedelta(days=day)
        made_up.report(session, issue, text, channel, said_at=at, **more)
    at = NOW - dt.timedelta(minutes=30)
    reports = [made_up.report(session, issue, text, channel, said_at=at, **more) for text, channel, more in new]
    made_up.signal(session, issue, reports)
    session.execute(update(Signal).values(since=NOW - dt.timedelta(hours=1), kind=kind, observed=len(reports)))
    return issue


def found(record: Record, slug: str, earlier: list[Told], new: list[Told], kind: str = "surge") -> list[Contrast]:
    with record.transaction() as session:
        surge(session, slug, earlier, new, kind)
        signals = session.scalars(select(Signal)).all()
        return contrasts.of_signals(session, signals).get(signals[0].id, [])


MANY = told(EARLIER * 8)


def test_a_word_that_the_earlier_reports_had_not_is_new_and_what_they_shared_is_not(
    record: Record, blue_badge: str
) -> None:
    [word] = found(record, blue_badge, MANY, told(WALLET))
    counted = (word.reports, word.known, word.earlier, word.earlier_known)
    assert (word.aspect, word.value, counted) == ("word", "wallet", (5, 5, 0, 32))  # "wallets" is the same word
    assert word.odds < 0.0001


def test_a_channel_and_a_place_are_new_as_a_word_is(record: Record, blue_badge: str) -> None:
    earlier = told(EARLIER * 8, attributes={"ward": "North"})
    new = found(record, blue_badge, earlier, told(EARLIER + EARLIER[:2], "call", attributes={"ward": "Mill Lane"}))
    assert [(one.aspect, one.value, one.is_attribute) for one in new] == [
        ("channel", "call", False),
        ("ward", "Mill Lane", True),
    ]


@pytest.mark.parametrize(
    ("earlier", "new", "kind"),
    [
        (MANY, told(EARLIER), "surge"),  # more of the same
        (MANY, told(WALLET), "new"),
        ([], told(WALLET), "surge"),  # nothing to hold it against
        (told(EARLIER[:2]), told(WALLET[:3]), "surge"),  # too few to be sure
        (MANY, told([*EARLIER, WALLET[0], WALLET[1]]), "surge"),  # two reports
        (told(WALLET * 8), told(WALLET), "surge"),
        (
            told([*(EARLIER * 8)[1:], WALLET[4]]),
            told([*EARLIER[:2], *WALLET[:3]]),
            "surge",
        ),  # of so many that were tried
        (MANY, told(EARLIER, attributes={"ward": "North"}), "surge"),  # nobody was asked for it earlier
        (MANY, told([f"[NAME] and [PHONE]: {text}" for text in EARLIER]), "surge"),
    ],
    ids=range(9),
)
def test_what_is_not_beyond_chance_is_not_told(
    record: Record, blue_badge: str, earlier: list[Told], new: list[Told], kind: str
) -> None:
    assert found(record, blue_badge, earlier, new, kind) == []


def test_what_counts_in_no_issue_counts_here_no_more(record: Record, blue_badge: str) -> None:
    assert not found(record, blue_badge, MANY, [*told(EARLIER), *told(WALLET, weight=0)])


def test_of_reports_in_another_language_the_language_is_new_and_not_each_word(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = surge(session, blue_badge, told(EARLIER * 8, language="en"), told(WALLET, language="cy"))
        since = NOW - dt.timedelta(hours=1)
        welsh = (Statement.issue_id == issue.id, Statement.said_at >= since)
        session.execute(update(Statement).where(*welsh).values(language="cy"))
        [signal] = session.scalars(select(Signal))
        assert [(one.aspect, one.value) for one in contrasts.of_signals(session, [signal])[signal.id]] == [
            ("language", "cy")
        ]


def test_two_surges_are_told_apart(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        first = surge(session, blue_badge, MANY, told(WALLET))
        second = surge(session, blue_badge, MANY, told([f"The queue {n} was long" for n in range(5)]))
        signals = session.scalars(select(Signal)).all()
        new = contrasts.of_signals(session, signals)
        words = {one.issue_id: {it.value for it in new[one.id]} for one in signals}
    assert words == {first.id: {"wallet"}, second.id: {"queue", "long"}}


def test_the_alert_and_the_card_and_the_api_tell_it(
    client: TestClient[Litestar], record: Record, blue_badge: str, admin: dict[str, str]
) -> None:
    said = "What is new in these reports: “wallet” (5 of 5; before, 0 of 32)."
    with record.transaction() as session:
        issue = surge(session, blue_badge, MANY, told(WALLET))
        kept.refresh(session)
        fan_out.raise_alerts(session, issue.service_id)
        alert = session.scalars(select(Alert)).one()
        event = payload.event(session, alert, "http://x")
        service = session.get_one(Service, issue.service_id)
        assert said in message.write(event, service, NOW).lines
    [new] = event["data"]["signal"]["contrasts"]
    assert (new["value"], new["reports"], new["earlier_known"]) == ("wallet", 5, 32)
    [card] = client.get(f"/v1/services/{blue_badge}/emerging", headers=admin).json()["items"]
    assert card["signal"]["now"]["contrasts"] == [new]
    staff = signed_in(client, record)
    for page in (f"/dashboard/{blue_badge}", f"/dashboard/issues/{issue.id}"):
        assert said in words_of(staff.get(page))


def kept_now(record: Record) -> list[str]:
    """What the page shows, once the scheduler has looked."""
    with record.transaction() as session:
        kept.note_changed(session, keeping.refresh(session))
        kept.refresh(session)
        assert kept.refresh(session) == 0  # nothing is looked through twice
        told = kept.of_signals(session, session.scalars(select(Signal)).all())
    return [one.value for found in told.values() for one in found]


def test_what_is_kept_follows_the_reports_and_goes_with_the_surge(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        surge(session, blue_badge, MANY, told(WALLET))
    assert kept_now(record) == ["wallet"]
    with record.transaction() as session:
        session.execute(update(Feedback).where(Feedback.text.contains("wallet")).values(weight=0))
    assert kept_now(record) == []
    with record.transaction() as session:
        session.execute(update(Feedback).values(weight=1))
    assert kept_now(record) == ["wallet"]
    with record.transaction() as session:
        session.execute(update(Signal).values(ended_at=NOW))
    kept_now(record)
    with record.transaction() as session:
        assert not session.scalars(select(SignalContrasts)).all()
