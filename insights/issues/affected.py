"""Who is affected by an issue that others are not: how it was reported, in which language, from where.

Its reports are held against the service's other feedback of the last weeks, value by value. What comes at night comes
by the website alone, since nobody answers the phone then: that is told all the same, as it is what was seen.
"""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Signal, Statement
from feedback.record.states import FeedbackStage, SignalTier
from insights.detection.statistics import shares
from insights.issues.queries.signals import shown
from insights.presentation.breakdowns import Affected, Breakdown, ValueShare

LOOKED_AT = dt.timedelta(weeks=8)
MOST_REPORTS, MOST_OTHERS = 1_000, 2_000
"""The latest reports of the issue and the latest other pieces that are looked at: shares of more are hardly surer."""

MOST_VALUES, MOST_ASPECTS = 8, 12
LEAST_REPORTS = 3
LEAST_RATIO = 1.25
"""How many reports a value has, and how many times its usual share, for anybody to be affected by it."""


class Aspect(NamedTuple):
    """One way to part reports: by channel, by language, or by an attribute."""

    is_attribute: bool
    name: str


ValueCounts = Mapping[Aspect, Counter[str]]
COLUMNS = (Feedback.channel, Feedback.language, Feedback.attributes)
COUNTS = and_(Feedback.weight > 0, Feedback.stage == FeedbackStage.DONE)


def affected(session: Session, issue: Issue) -> Affected:
    """Parts the reports on the signal that stands of an issue, else those of the eight weeks up to its last one."""
    found = _told(session, issue)
    if found is None:
        return Affected(None, 0, 0, [])
    since, latest = found
    mine = _alike(session, select(*COLUMNS).where(Feedback.id.in_(latest), COUNTS))
    others = _alike(session, _others(issue, min(since, dt.datetime.now(dt.UTC) - LOOKED_AT), latest))
    reports, beside = (sum(row.pieces for row in rows) for rows in (mine, others))
    return Affected(since, reports, beside, _breakdowns(_counts(mine), _counts(others), reports))


def _told(session: Session, issue: Issue) -> tuple[dt.datetime, Select[uuid.UUID]] | None:
    """From when on, and the pieces that tell of it; none where nothing is kept.

    What is only watched may hold nothing yet: the pieces that it was found in are other issues' so far.
    """
    signal = session.scalar(select(Signal).where(Signal.issue_id == issue.id, *shown()).limit(1))
    if signal:
        later = Statement.said_at >= signal.since
        return signal.since, _latest(issue, or_(later, Statement.feedback_id.in_(signal.feedback_ids)))
    last = session.scalar(select(func.max(Statement.said_at)).where(Statement.issue_id == issue.id))
    if last:
        return last - LOOKED_AT, _latest(issue, Statement.said_at >= last - LOOKED_AT)
    watched = session.scalar(select(Signal).where(Signal.issue_id == issue.id, *shown(SignalTier.WATCH)).limit(1))
    return (watched.since, select(Feedback.id).where(Feedback.id.in_(watched.feedback_ids))) if watched else None


def _latest(issue: Issue, told: ColumnElement[bool]) -> Select[uuid.UUID]:
    latest = select(Statement.feedback_id).where(Statement.issue_id == issue.id, told)
    return latest.order_by(Statement.said_at.desc(), Statement.id.desc()).limit(MOST_REPORTS)


def _others(issue: Issue, since: dt.datetime, mine: Select[uuid.UUID]) -> Select[Any, Any, Any]:
    said = select(*COLUMNS).where(Feedback.service_id == issue.service_id, Feedback.said_at >= since, COUNTS)
    return said.where(Feedback.id.not_in(mine)).order_by(Feedback.said_at.desc()).limit(MOST_OTHERS)


def _alike(session: Session, pieces: Select[Any, Any, Any]) -> Sequence[Any]:
    """Counts pieces by all that they tell: most tell the same as others, and are read once."""
    told = pieces.subquery()
    aspects = (told.c.channel, told.c.language, told.c.attributes)
    return session.execute(select(*aspects, func.count().label("pieces")).group_by(*aspects)).all()


def _counts(rows: Iterable[Any]) -> ValueCounts:
    found: dict[Aspect, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found[Aspect(False, "channel")][row.channel] += row.pieces
        if row.language:
            found[Aspect(False, "language")][row.language] += row.pieces
        for name, value in row.attributes.items():
            found[Aspect(True, name)][value] += row.pieces
    return found


def _breakdowns(own: ValueCounts, usual: ValueCounts, reports: int) -> list[Breakdown]:
    """Channel and language, then the attributes that most reports tell; none whose values hardly recur."""
    recurring = [at for at in own if not at.is_attribute or max(own[at].values()) >= min(LEAST_REPORTS, reports)]
    aspects = sorted(recurring, key=lambda at: (at.is_attribute, -own[at].total(), at.name))[:MOST_ASPECTS]
    tried = [(at, value) for at in aspects for value in own[at]]
    none: Counter[str] = Counter()
    p_values = [_p_value(own[at], usual.get(at, none), value) for at, value in tried]
    tested = dict(zip(tried, zip(p_values, shares.beyond_chance(p_values), strict=True), strict=True))
    found = []
    for at in aspects:
        each = [_share(value, own[at], usual.get(at, none), *tested[at, value]) for value, _ in own[at].most_common()]
        values = sorted(each, key=lambda one: not one.stands_out)[:MOST_VALUES]
        found.append(Breakdown(at.name, at.is_attribute, own[at].total(), values))
    return found


def _p_value(own: Counter[str], usual: Counter[str], value: str) -> float:
    return shares.p_value(own[value], own.total(), usual[value], usual.total())


def _share(value: str, own: Counter[str], usual: Counter[str], p_value: float, beyond: bool) -> ValueShare:
    reports, share = own[value], own[value] / own.total()
    others = usual[value] / usual.total() if usual else None
    matters = reports >= LEAST_REPORTS and others is not None and share >= LEAST_RATIO * others
    rounded = None if others is None else round(others, 4)
    return ValueShare(value, reports, round(share, 4), rounded, float(f"{p_value:.3g}"), beyond and matters)
