"""What is known now of the signals that stand: a signal itself stays as it was raised.

Work that was announced beforehand explains what is reported while it lasts: that is shown, and not sent.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, cast, column, func, or_, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import TableValuedAlias

from feedback.record.models import Change, Feedback, Issue, Signal, Statement
from feedback.record.states import ChangeKind, FeedbackStage, SignalTier, StatementKind
from insights.detection.statistics.endings import Silence
from insights.detection.statistics.pace import pace
from insights.issues.contrasts import kept
from insights.issues.pace_counts import HalfVolumes, rows_of_halves, volumes_of_halves
from insights.issues.quotes import QUOTE_COLUMNS, choose, newest, quote
from insights.issues.silences import Reported, ends
from insights.presentation.contrasts import Contrast
from insights.presentation.schemas import Quote, SignalNow, SignalSilence
from insights.statement_arrays import halves

LATEST_STATEMENTS = 40
"""Statements of a signal from which its quotes are chosen."""

LEAST_REPORTS_AFTERWARDS = 5
"""From so many reports after the end of planned work on, it explains a signal no more: something was left broken."""


def of_signals(session: Session, signals: Sequence[Signal], *, quoted: bool = True) -> dict[uuid.UUID, SignalNow]:
    """Tells what is known now of each signal that stands, by its id; `quoted`: with what people said."""
    standing = [one for one in signals if one.ended_at is None]
    if not standing:
        return {}
    now = dt.datetime.now(dt.UTC)
    counts = _counts(session, standing, now)
    volumes = volumes_of_halves(session, standing, now)
    quotes = quotes_of(session, [one.id for one in standing]) if quoted else {}
    found = kept.of_signals(session, standing) if quoted else {}
    sums = [_summed(one, counts[one.id]) for one in standing]
    over = ends(session, list(zip(standing, sums, strict=True)), now)
    return {
        one.id: _now(one, its, counts[one.id], volumes[one.id], quotes.get(one.id, []), found.get(one.id, []), silent)
        for one, its, silent in zip(standing, sums, over, strict=True)
    }


def reported(session: Session, signals: Sequence[Signal]) -> dict[uuid.UUID, Reported]:
    """Counts what has been reported on each signal, by its id."""
    counts = _counts(session, signals, dt.datetime.now(dt.UTC))
    return {one.id: _summed(one, counts[one.id]) for one in signals}


def explained(session: Session, signal_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Change]:
    """Finds the planned work of its service within which each of these signals began, where there is any.

    What began before it is not explained, nor what goes on after it.
    """
    if not signal_ids:
        return {}
    within = and_(
        Change.service_id == Signal.service_id,
        Change.kind == ChangeKind.PLANNED,
        Change.at <= Signal.since,
        Change.until >= Signal.since,
    )
    afterwards = (
        select(func.count(Feedback.id.distinct()))
        .join(Statement, Statement.feedback_id == Feedback.id)
        .where(Statement.issue_id == Signal.issue_id, Statement.evidence, Feedback.weight > 0)
        .where(Statement.said_at > Change.until)
        .correlate(Signal, Change)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Signal.id, Change)
        .join(Change, within)
        .where(Signal.id.in_(signal_ids), afterwards < LEAST_REPORTS_AFTERWARDS)
        .order_by(Change.at)
    )
    return {row[0]: row[1] for row in rows}


def _summed(signal: Signal, counts: Sequence[Any]) -> Reported:
    reports = max(signal.observed, sum(row.reports for row in counts))
    by_channel = {row.channel: row.reports for row in counts} or signal.channels
    return Reported(reports, max((row.last for row in counts), default=signal.last_report_at), by_channel)


def _now(
    signal: Signal,
    told: Reported,
    counts: Sequence[Any],
    volumes: HalfVolumes,
    quotes: list[Quote],
    found: list[Contrast],
    over: Silence | None,
) -> SignalNow:
    reports, last, by_channel = told
    late, both = sum(row.late for row in counts), sum(row.both for row in counts)
    return SignalNow(
        reports=reports,
        since=signal.since,
        last_report_at=last,
        pace=pace(late, both - late, volumes.late - late, volumes.early - (both - late)),
        by_channel=dict(by_channel),
        only_channel=only_channel(by_channel),
        quotes=quotes,
        contrasts=found,
        silence=SignalSilence(round(over.hours, 1), round(over.usual, 1)) if over else None,
    )


def only_channel(by_channel: Mapping[str, int]) -> str | None:
    """Returns the channel by which all came, if there was one alone."""
    return next(iter(by_channel)) if len(by_channel) == 1 else None


def named(ids: Sequence[uuid.UUID] | InstrumentedAttribute[list[uuid.UUID]]) -> TableValuedAlias:
    """Returns the ids of pieces as rows of one column, `feedback_id`, to join what they say; a column's, row by row.

    Where a statement is asked for by the whole list of them (`IN`, `= ANY`) and by its issue, PostgreSQL crosses the
    list with an index of all that was ever said of the issue.
    """
    listed: ColumnElement[Sequence[uuid.UUID]] = cast(ids, ARRAY(Uuid))
    return func.unnest(listed).table_valued(column("feedback_id", Uuid)).render_derived(name="named")


NAMED = named(Signal.feedback_ids)
COUNTS = or_(Statement.evidence, and_(Signal.tier == SignalTier.GOOD_NEWS, Statement.kind == StatementKind.PRAISE))
OF_ISSUE = Statement.issue_id == Signal.issue_id
SINCE = (COUNTS, OF_ISSUE, Statement.said_at >= Signal.since)
RAISED_ON = (COUNTS, or_(OF_ISSUE, Signal.tier == SignalTier.WATCH), Statement.feedback_id == NAMED.c.feedback_id)
"""What tells of a signal: what has been said of its issue since it began, and what it was raised on; of what is only
watched, wherever that has been grouped.

Each is found by an index of its own; together they would read all that was ever said of the issue.
"""


def _counts(session: Session, signals: Sequence[Signal], now: dt.datetime) -> Mapping[uuid.UUID, list[Any]]:
    """By signal and channel, the most reports first; `late` and `both` are those in its halves."""
    ids = [one.id for one in signals]
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    if not ids:
        return found
    said = select(Statement.feedback_id).where(*SINCE).offset(0).lateral("said")  # signal by signal: to
    # join them all, PostgreSQL takes a third of all that was ever said to be as late, and reads it
    since = select(Signal.id, said.c.feedback_id).join_from(Signal, said, true()).where(Signal.id.in_(ids))
    pieces = select(Signal.id, Statement.feedback_id).where(Signal.id.in_(ids))
    raised_on = pieces.join_from(Signal, NAMED, true()).join(Statement, and_(*RAISED_ON))
    told = union(since, raised_on).subquery()
    half = rows_of_halves(signals, now)
    done = Feedback.stage == FeedbackStage.DONE
    rows = session.execute(
        select(
            told.c.id,
            Feedback.channel,
            func.count().label("reports"),
            func.max(Feedback.said_at).label("last"),
            func.count().filter(done, Feedback.said_at >= half.c.middle).label("late"),
            func.count().filter(done, Feedback.said_at >= half.c.start).label("both"),
        )
        .join_from(told, Feedback, Feedback.id == told.c.feedback_id)
        .join(half, half.c.signal_id == told.c.id)
        .where(Feedback.weight > 0)
        .group_by(told.c.id, Feedback.channel)
        .order_by(told.c.id, func.count().desc())
    )
    for row in rows:
        found[row.id].append(row)
    return found


def quotes_of(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Quote]]:
    """Returns the most telling words of signals, of the latest since each began and of what it was raised on."""
    said = select(Statement.id).where(Statement.filler.is_(False))
    which = (said.where(*SINCE), said.join_from(NAMED, Statement, and_(*RAISED_ON)))
    parts = [newest(each, LATEST_STATEMENTS) for each in which]
    latest = union(
        *(select(Signal.id, part.c.id.label("said")).join(part, true()).where(Signal.id.in_(ids)) for part in parts)
    )
    told = latest.subquery()
    rows = session.execute(
        select(told.c.id.label("signal"), Issue.title, halves(Statement.vector).label("half"), *QUOTE_COLUMNS)
        .join_from(told, Statement, Statement.id == told.c.said)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .join(Signal, Signal.id == told.c.id)
        .join(Issue, Issue.id == Signal.issue_id)
        .where(Feedback.weight > 0)
        .order_by(Statement.said_at.desc(), Statement.id.desc())
    )
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.signal].append(row)
    chosen = {one: choose(its[:LATEST_STATEMENTS], its[0].title) for one, its in found.items()}
    return {one: [quote(row) for row in its] for one, its in chosen.items()}
