"""What several services hear at once becomes a signal of a theme."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Signal, Statement, Theme, ThemeEvent, ThemeIssue, ThemeSignal, new_id
from insights.alerts.rules import theme_alerts
from insights.detection.cross_service import ServiceObservation, SharedProblem, shared_problems
from insights.statement_arrays import halves, matrix
from nlp.embed.strata import stratum_of

LOOKED_AT = dt.timedelta(days=33)
MOST_STATEMENTS = 20_000
"""The latest statements alone are looked at, so that a look takes a second at most."""

SAME_SIMILARITY = 0.75
"""The cosine similarity of two centres from which they are one thing."""

ENDS_AFTER = dt.timedelta(hours=120)
"""How long a signal stands without a further report."""


ObservationsByLanguage = dict[str, list[ServiceObservation]]
"""By the language that statements are grouped under, since the model cannot compare them."""


@dataclass(frozen=True, slots=True)
class ProblemOfLanguage:
    """A problem that several services share, in the language that it was said in."""

    language: str
    problem: SharedProblem


def find(observations: ObservationsByLanguage) -> list[ProblemOfLanguage]:
    """Find the problems that several services share, in each language by itself."""
    return [
        ProblemOfLanguage(language, problem)
        for language, its in sorted(observations.items())
        for problem in shared_problems(its)
    ]


def read(session: Session, now: dt.datetime) -> ObservationsByLanguage:
    """Read what may count, of the last weeks; a text that came to several services counts in the first alone."""
    rows = session.execute(
        select(
            Statement.service_id,
            Statement.feedback_id,
            Statement.said_at,
            Statement.language,
            Statement.embedded_by,
            Statement.issue_id,
            halves(Statement.vector).label("vector"),
            Feedback.history,
            case((Feedback.bands.is_not(None), Feedback.fingerprint)).label("long_fingerprint"),
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.said_at > now - LOOKED_AT, Statement.said_at <= now, Statement.vector.is_not(None))
        .where(Statement.evidence, Feedback.weight > 0, Feedback.stage == "done")
        .order_by(Statement.said_at.desc())
        .limit(MOST_STATEMENTS)
    ).all()
    rows = _comparable(_without_copies(rows[::-1]))
    told = set(session.scalars(select(Signal.issue_id).where(Signal.ended_at.is_(None), Signal.tier == "signal")))
    found: ObservationsByLanguage = defaultdict(list)
    for row, vector in zip(rows, matrix([row.vector for row in rows]), strict=True):
        age = (now - row.said_at).total_seconds() / 3600
        fresh = not row.history and row.issue_id not in told
        said = ServiceObservation(row.service_id, str(row.feedback_id), vector, age, fresh)
        found[stratum_of(row.language, "problem", row.embedded_by).language].append(said)
    return found


def _without_copies(rows: Sequence[Any]) -> list[Any]:
    """What is so short that it has no bands is said alike by chance, and is nobody's copy."""
    first: dict[bytes, int] = {}
    return [
        row
        for row in rows
        if not row.long_fingerprint or first.setdefault(row.long_fingerprint, row.service_id) == row.service_id
    ]


def _comparable(rows: Sequence[Any]) -> list[Any]:
    """While an operator changes the model there are vectors of two lengths; the commoner ones count."""
    lengths = Counter(len(row.vector) for row in rows)
    return [row for row in rows if len(row.vector) == lengths.most_common(1)[0][0]]


def store(session: Session, found: Iterable[ProblemOfLanguage], now: dt.datetime) -> None:
    """Let what stands already grow, and make a new signal of the rest; what is no longer reported ends."""
    standing = [
        (signal, theme)
        for signal, theme in session.execute(
            select(ThemeSignal, Theme)
            .join(Theme, Theme.id == ThemeSignal.theme_id)
            .where(ThemeSignal.ended_at.is_(None))
        )
    ]
    for one in found:
        known = next((signal for signal, theme in standing if _same(one, signal, theme)), None)
        if known:
            _grow(session, known, one.problem, now)
        else:
            _raise(session, one, now)
    for signal, _ in standing:
        if now - signal.last_report_at > ENDS_AFTER:
            signal.ended_at = now
            session.add(ThemeEvent(theme_id=signal.theme_id, what="signal ended"))


def _same(found: ProblemOfLanguage, signal: ThemeSignal, theme: Theme) -> bool:
    before = {identity for ids in signal.reports.values() for identity in ids}
    if before & _ids(found.problem):
        return True
    centre = np.array(theme.centroid, np.float32)
    alike = len(centre) == len(found.problem.centre) and float(centre @ found.problem.centre) >= SAME_SIMILARITY
    return alike and theme.language == found.language


def _ids(problem: SharedProblem) -> set[str]:
    return {identity for ids in problem.reports.values() for identity in ids}


def _grow(session: Session, signal: ThemeSignal, problem: SharedProblem, now: dt.datetime) -> None:
    reports = {number: set(ids) for number, ids in signal.reports.items()}
    before = sum(map(len, reports.values()))
    for service, ids in problem.reports.items():
        reports.setdefault(str(service), set()).update(ids)
    signal.reports = {number: sorted(ids) for number, ids in reports.items()}
    signal.observed = sum(map(len, reports.values()))
    if signal.observed > before:
        signal.last_report_at = now
        signal.score = max(signal.score, problem.score)
        theme_alerts.raise_alerts(session, signal)


def _raise(session: Session, found: ProblemOfLanguage, now: dt.datetime) -> None:
    problem = found.problem
    rows = session.execute(
        select(Statement.issue_id, Statement.text, Statement.said_at, Statement.vector)
        .where(Statement.feedback_id.in_([uuid.UUID(identity) for identity in _ids(problem)]), Statement.evidence)
        .order_by(func.length(Statement.text), Statement.id)
    ).all()
    nearest = max(
        rows, key=lambda row: float(np.array(row.vector, np.float32) @ problem.centre) if row.vector else -1.0
    )
    theme = _theme(session, [row.issue_id for row in rows if row.issue_id])
    if theme is None:
        theme = Theme(id=new_id(), title=nearest.text[:80], language=found.language, centroid=problem.centre.tolist())
        session.add(theme)
        session.flush()
        session.add(ThemeEvent(theme_id=theme.id, what="began"))
    signal = ThemeSignal(
        id=new_id(),
        theme_id=theme.id,
        since=min(row.said_at for row in rows),
        detected_at=now,
        last_report_at=now,
        observed=problem.observed,
        expected=problem.expected,
        score=problem.score,
        window_hours=problem.window,
        reports={str(service): list(ids) for service, ids in problem.reports.items()},
    )
    session.add_all([signal, ThemeEvent(theme_id=theme.id, what="signal")])
    session.flush()
    theme_alerts.raise_alerts(session, signal)


def _theme(session: Session, issues: Sequence[uuid.UUID]) -> Theme | None:
    """The one that most of these reports are of already, where nothing stands about it."""
    rows = session.scalars(select(ThemeIssue).where(ThemeIssue.issue_id.in_(issues)))
    theme_of = {row.issue_id: row.theme_id for row in rows}
    votes = Counter(theme_of[issue] for issue in issues if issue in theme_of)
    told = set(session.scalars(select(ThemeSignal.theme_id).where(ThemeSignal.ended_at.is_(None))))
    best = next((theme for theme, count in votes.most_common(1) if 2 * count >= len(issues)), None)
    return session.get(Theme, best) if best and best not in told else None
