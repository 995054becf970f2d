"""What other tolerances would have raised in a service over the last year: asked for, kept, and held against what
people have confirmed since.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from feedback.record.limits import LATEST
from feedback.record.models import Action, Issue, IssueEvent, Service, ServiceWork, Statement, ToleranceTrial
from feedback.record.states import IssueStatus, WorkKind, WorkStage
from feedback.record.work.service_work import ask
from insights.issues.queries.issues import titles
from insights.presentation.schemas import IssueTitle

SPAN = dt.timedelta(days=365)
MOST_STATEMENTS = 100_000
"""Of a service that hears more in a year, the latest so many are read: a backtest of them takes minutes and 200 MB."""

TOLERANCES = (0.005, 0.02, 0.1, 0.5)
"""False alarms a week: one in four years, one a year, one in ten weeks, one in two."""

STATEMENTS_KEPT = 20
"""Statements of a signal that are kept with it, by which it is found in which issue they are now."""

SHARE = "share"
"""The key, in the state of the work, of how much of the history has been gone through at the tolerance in hand."""

CONFIRMED = (IssueStatus.ACKNOWLEDGED, IssueStatus.IN_PROGRESS, IssueStatus.RESOLVED)
_SAID_OF_IT = (*(status.replace("_", " ") for status in CONFIRMED), "missed by the machine")


class TrialBasis(msgspec.Struct, frozen=True):
    """What a backtest reads: the statements said after `since`, up to the id `newest`; so many there were."""

    since: dt.datetime
    newest: int
    statements: int


class TrialSignal(msgspec.Struct, frozen=True):
    """A signal that would have been raised; `statements` are the first of its own, by their ids."""

    at: dt.datetime
    kind: str
    observed: int
    expected: float
    window_hours: float
    statements: list[int]


@dataclass(frozen=True, slots=True)
class JudgedSignal:
    """A signal of a trial, with the issue in which its statements are now, if any, and whether that is confirmed.

    Without an issue `title` is what its first statement says, as long as that is kept.
    """

    signal: TrialSignal
    issue: uuid.UUID | None
    title: str | None
    is_confirmed: bool
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedTrial:
    """What one tolerance would have raised, the latest first."""

    tolerance: float
    signals: Sequence[JudgedSignal]

    @property
    def unconfirmed(self) -> int:
        """How many were on nothing that people confirmed."""
        return sum(not one.is_confirmed for one in self.signals)


@dataclass(frozen=True, slots=True)
class TrialProgress:
    """How far the trials of a service are: so many of `of` tolerances are done, and a `share` of the next.

    `has_failed`: the work was given up, and may be asked for again.
    """

    done: int
    of: int
    share: float
    has_failed: bool


def last_said(session: Session, service_id: int, now: dt.datetime) -> dt.datetime:
    """Returns when the last thing was said in a service by now; `now` where nothing was."""
    said = select(func.max(Statement.said_at)).where(Statement.service_id == service_id, Statement.said_at <= now)
    return session.scalar(said) or now


def basis(session: Session, service_id: int, now: dt.datetime) -> TrialBasis:
    """Returns what a trial would read now: the year that ends with the last thing said, long ago as that may be."""
    since = last_said(session, service_id, now) - SPAN
    mine = (Statement.service_id == service_id, Statement.said_at > since, Statement.said_at < LATEST)
    counted = select(func.coalesce(func.max(Statement.id), 0), func.count()).where(*mine)
    newest, count = session.execute(counted).one()
    if count > MOST_STATEMENTS:
        latest = select(Statement.said_at).where(*mine).order_by(Statement.said_at.desc())
        since, count = session.scalars(latest.offset(MOST_STATEMENTS).limit(1)).one(), MOST_STATEMENTS
    return TrialBasis(since, newest, count)


def tolerances(service: Service) -> list[float]:
    """Returns which are tried: the ones to choose from, and the service's own."""
    return sorted({*TOLERANCES, service.properties.tolerance})


def in_turn(service: Service) -> list[float]:
    """Returns them as they are tried: the service's own first, which its owner waits for, then the laxer ones."""
    own = service.properties.tolerance
    return sorted(tolerances(service), key=lambda each: (each != own, each < own, each))


def begin(session: Session, service: Service) -> None:
    """Asks for the trials, unless they are at work already."""
    running = progress(session, service)
    if running is None or running.has_failed:
        ask(session, [service.id], WorkKind.TRY_TOLERANCES, note={SHARE: 0})


def progress(session: Session, service: Service) -> TrialProgress | None:
    """Tells how far the trials are; None where none is at work."""
    mine = (ServiceWork.service_id == service.id, ServiceWork.kind == WorkKind.TRY_TOLERANCES)
    row = session.scalar(select(ServiceWork).where(*mine, ServiceWork.asked > ServiceWork.done))
    if row is None:
        return None
    done = len(row.state.get("done", ()))
    return TrialProgress(done, len(tolerances(service)), row.state.get(SHARE, 0), row.stage == WorkStage.SET_ASIDE)


def kept(session: Session, service: Service) -> list[ToleranceTrial]:
    """Returns what was tried last, the strictest first."""
    mine = select(ToleranceTrial).where(ToleranceTrial.service_id == service.id)
    return list(session.scalars(mine.order_by(ToleranceTrial.tolerance)))


def is_current(session: Session, service: Service, trials: Sequence[ToleranceTrial], now: dt.datetime) -> bool:
    """Tells whether nothing has been said, or erased, and no other tolerance set since the trials."""
    tried = {trial.tolerance for trial in trials}
    read = {(trial.newest, trial.statements) for trial in trials}
    known = basis(session, service.id, now)
    return tried >= set(tolerances(service)) and read == {(known.newest, known.statements)}


def judged(session: Session, trials: Sequence[ToleranceTrial]) -> list[JudgedTrial]:
    """Holds what each would have raised against what people have confirmed by now."""
    signals = {
        trial.tolerance: [msgspec.convert(one, TrialSignal) for one in reversed(trial.found)] for trial in trials
    }
    keys = {key for found in signals.values() for signal in found for key in signal.statements}
    said = {
        row.id: row
        for row in session.execute(
            select(Statement.id, Statement.text, Statement.issue_id).where(Statement.id.in_(keys))
        )
    }
    issues = titles(session, {row.issue_id for row in said.values() if row.issue_id})
    confirmed = _confirmed(session, issues)
    return [
        JudgedTrial(tolerance, [_judged(signal, said, issues, confirmed) for signal in found])
        for tolerance, found in signals.items()
    ]


def _confirmed(session: Session, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those that somebody acknowledged, worked on, resolved, acted on, or said to have been missed."""
    acted = select(Action.issue_id).where(Action.issue_id == Issue.id)
    told = select(IssueEvent.id).where(IssueEvent.issue_id == Issue.id, IssueEvent.what.in_(_SAID_OF_IT))
    chosen = or_(Issue.status.in_(CONFIRMED), acted.exists(), told.exists())
    return set(session.scalars(select(Issue.id).where(Issue.id.in_(list(ids)), chosen)))


def _judged(
    signal: TrialSignal, said: Mapping[int, Any], issues: Mapping[uuid.UUID, IssueTitle], confirmed: set[uuid.UUID]
) -> JudgedSignal:
    rows = [said[key] for key in signal.statements if key in said]
    found = Counter(row.issue_id for row in rows if row.issue_id).most_common(1)
    if found:
        named = issues[found[0][0]]
        return JudgedSignal(signal, named.id, named.title, named.id in confirmed, named.titles)
    return JudgedSignal(signal, None, rows[0].text if rows else None, is_confirmed=False)
