"""What issues add up to is kept: counted anew, each second, where something of it has changed."""

import uuid
from collections.abc import Set
from typing import Any

from sqlalchemy import Select, delete, insert, select, true
from sqlalchemy.orm import Session

from feedback.record.models import IssueDayTally, IssueTally, UntalliedIssue
from insights.issues.tallies.counting import (
    KEPT_BY_DAY,
    Changed,
    day_of,
    is_day,
    is_one_of,
    large,
    of_days,
    of_statements,
    rows_of,
    said_in,
    said_on,
)

MOST_AT_ONCE = 50
"""Issues that are counted in one transaction of `refresh`."""

LARGE = 2_000
"""Statements from which on an issue is kept by day: any smaller one is soon counted as a whole."""


def refresh(session: Session) -> Set[uuid.UUID]:
    """Counts some of the issues that have changed and keeps what they add up to; returns their ids.

    Changes that are not committed yet keep their notes: whoever reads meanwhile counts those issues themselves.
    """
    some = select(UntalliedIssue.issue_id).distinct().limit(MOST_AT_ONCE).scalar_subquery()
    noted = delete(UntalliedIssue).where(UntalliedIssue.issue_id.in_(some)).execution_options(synchronize_session=False)
    rows = session.execute(noted.returning(UntalliedIssue.issue_id, UntalliedIssue.day, KEPT_BY_DAY))
    changed = Changed.of(rows)
    if changed.days:
        _count_days(session, changed)
    if changed.whole:
        _count_whole(session, changed.whole)
    return changed.whole | changed.by_day


def _count_days(session: Session, changed: Changed) -> None:
    days = rows_of(changed)
    session.execute(delete(IssueDayTally).where(is_day(days)).execution_options(synchronize_session=False))
    said, piece = said_on(session, days)
    _keep(session, IssueDayTally, of_statements(said, piece, day_of(said)))
    session.execute(delete(IssueTally).where(is_one_of(IssueTally.issue_id, changed.by_day)))
    _sum_up_days(session, changed.by_day)


def _count_whole(session: Session, issue_ids: Set[uuid.UUID]) -> None:
    """Reads what was said once: of large issues by its day, of which the sums are theirs."""
    for table in (IssueTally, IssueDayTally):
        session.execute(delete(table).where(is_one_of(table.issue_id, issue_ids)))
    by_day = large(session, issue_ids, LARGE)
    if small := issue_ids - by_day:
        _keep(session, IssueTally, of_statements(*said_in(session, small)))
    if by_day:
        said, piece = said_in(session, by_day)
        _keep(session, IssueDayTally, of_statements(said, piece, day_of(said)))
        _sum_up_days(session, by_day)


def _sum_up_days(session: Session, issue_ids: Set[uuid.UUID]) -> None:
    _keep(session, IssueTally, of_days(issue_ids).add_columns(true().label("by_day")))


def _keep(session: Session, table: type[IssueTally] | type[IssueDayTally], counted: Select[Any]) -> None:
    session.execute(insert(table).from_select(counted.selected_columns.keys(), counted))
