"""How many pieces each service has, by channel: kept, since to count them takes the longer the more there are.

Triggers of the database note what comes and goes, whoever does it; who reads adds that to what was counted before, in
one statement, so that figures are right at once. See docs/decisions/0019-tallies-of-issues.md.
"""

from sqlalchemy import ColumnElement, Delete, Integer, delete, exists, func, insert, literal, select, true
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, FeedbackTally, Service
from feedback.record.work.claims import ADVISORY_LOCKS, TALLY_LOCK

MOST_NOTES = 50
"""Notes of a service that are read with each look at it, before they are summed up."""

COLUMNS = ["service_id", "channel", "pieces", "whole"]
ALONE = func.pg_try_advisory_xact_lock(ADVISORY_LOCKS, TALLY_LOCK)


def by_channel(session: Session, service_id: int) -> dict[str, int]:
    """Counts the pieces of a service by channel; all of them, where they have not been counted before."""
    kept = select(FeedbackTally.channel, func.sum(FeedbackTally.pieces), func.bool_or(FeedbackTally.whole))
    rows = session.execute(kept.where(FeedbackTally.service_id == service_id).group_by(FeedbackTally.channel)).all()
    if not any(row[2] for row in rows):
        counted = select(Feedback.channel, func.count()).where(Feedback.service_id == service_id)
        return {row[0]: row[1] for row in session.execute(counted.group_by(Feedback.channel))}
    return {row[0]: int(row[1]) for row in rows if row[1]}


def refresh(session: Session) -> None:
    """Counts the services that never were, and sums up what was noted of the others.

    Two at once would count a service twice: the second leaves it to the first.
    """
    if not session.scalar(select(ALONE)):
        return
    session.execute(_taken(FeedbackTally.service_id.not_in(select(Service.id))))
    mine = FeedbackTally.service_id == Service.id
    known, has_any = exists().where(mine, FeedbackTally.whole), exists().where(Feedback.service_id == Service.id)
    for service_id in session.scalars(select(Service.id).where(~known, has_any)):
        _count(session, service_id)
    noted = select(FeedbackTally.service_id).where(~FeedbackTally.whole).group_by(FeedbackTally.service_id)
    for service_id in session.scalars(noted.having(func.count() > MOST_NOTES)):
        _sum_up(session, service_id)


def _count(session: Session, service_id: int) -> None:
    """In one statement, which sees a piece and the note of it together, or neither."""
    noted = _taken(FeedbackTally.service_id == service_id).cte("noted")
    counted = select(literal(service_id, Integer), Feedback.channel, func.count(), true())
    counted = counted.where(Feedback.service_id == service_id).group_by(Feedback.channel)
    session.execute(insert(FeedbackTally).from_select(COLUMNS, counted).add_cte(noted))


def _sum_up(session: Session, service_id: int) -> None:
    taken = _taken(FeedbackTally.service_id == service_id).returning(FeedbackTally.channel, FeedbackTally.pieces)
    rows = taken.cte("rows")
    sums = select(literal(service_id, Integer), rows.c.channel, func.sum(rows.c.pieces), true())
    session.execute(insert(FeedbackTally).from_select(COLUMNS, sums.group_by(rows.c.channel)))


def _taken(which: ColumnElement[bool]) -> Delete:
    return delete(FeedbackTally).where(which).execution_options(synchronize_session=False)
