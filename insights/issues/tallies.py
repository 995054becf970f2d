"""What the statements of each issue add up to: kept beside it, and counted anew once something of it has changed.

Triggers of the database note each issue that a statement joins or leaves, or of which a piece counts or counts no more,
in `untallied_issues`, whoever does it. What is noted there is counted as it is read, and every other issue has its
figures in `issue_tallies`: a list of issues costs the same however much was ever said. See
docs/decisions/0019-tallies-of-issues.md.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, any_, cast, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.models import Feedback, Issue, IssueTally, Statement, UntalliedIssue

MOST_AT_ONCE = 50
"""Issues that are counted in one transaction of `refresh`."""


@dataclass(slots=True)
class Tally:
    """What the statements of one issue add up to."""

    by_channel: dict[str, int] = field(default_factory=dict)
    raw: int = 0
    severity: float = 0.0
    first_seen: dt.datetime | None = None
    last_seen: dt.datetime | None = None

    @property
    def count(self) -> int:
        """Counts the distinct pieces."""
        return sum(self.by_channel.values())

    @classmethod
    def total(cls, tallies: Iterable["Tally"]) -> "Tally":
        """Sums up several issues: a piece that speaks of two of them counts in both."""
        found = cls()
        for one in tallies:
            for channel, reports in one.by_channel.items():
                found.by_channel[channel] = found.by_channel.get(channel, 0) + reports
            found.severity = (found.severity * found.raw + one.severity * one.raw) / max(found.raw + one.raw, 1)
            found.raw += one.raw
            found.first_seen = min(filter(None, (found.first_seen, one.first_seen)), default=None)
            found.last_seen = max(filter(None, (found.last_seen, one.last_seen)), default=None)
        return found

    def add(self, row: Any) -> None:
        """Adds what came by one channel, but for how severe it is."""
        self.raw += row.raw
        if row.reports:
            self.by_channel[row.channel] = row.reports
        self.first_seen = min(row.first_seen, self.first_seen or row.first_seen)
        self.last_seen = max(row.last_seen, self.last_seen or row.last_seen)


def tallies(
    session: Session, issue_ids: Collection[uuid.UUID], channels: Collection[str] = ()
) -> dict[uuid.UUID, Tally]:
    """Returns what each of these issues adds up to; a piece counts once, however many statements it has there.

    With `channels` only what came by these counts, and an issue that nothing came to by them is left out.
    """
    found: dict[uuid.UUID, Tally] = defaultdict(Tally)
    if not issue_ids:
        return found
    untallied = UntalliedIssue.issue_id
    changed = set(session.scalars(select(untallied).where(_is_one_of(untallied, issue_ids)).distinct()))
    kept = select(*IssueTally.__table__.columns).where(_is_one_of(IssueTally.issue_id, set(issue_ids) - changed))
    for query in (kept, _counted(changed)) if changed else (kept,):
        for row in session.execute(query):
            if not channels or row.channel in channels:
                _add(found[row.issue_id], row)
    return found


def _is_one_of(issue: InstrumentedAttribute[uuid.UUID], ids: Iterable[uuid.UUID]) -> ColumnElement[bool]:
    """As one array: a query with hundreds of parameters takes longer to write than to answer."""
    return issue == any_(cast(list(ids), ARRAY(Uuid)))


def _add(tally: Tally, row: Any) -> None:
    tally.severity = (tally.severity * tally.raw + row.severity * row.raw) / (tally.raw + row.raw)
    tally.add(row)


def _counted(issue_ids: Collection[uuid.UUID]) -> Select[Any]:
    """By issue and channel, with the columns of `IssueTally`."""
    return (
        select(
            Statement.issue_id,
            Feedback.channel,
            func.count(Feedback.id.distinct()).filter(Feedback.weight > 0).label("reports"),
            func.count(Feedback.id.distinct()).label("raw"),
            func.avg(Statement.severity).label("severity"),
            func.min(Statement.said_at).label("first_seen"),
            func.max(Statement.said_at).label("last_seen"),
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .join(Issue, Issue.id == Statement.issue_id)
        .where(Statement.issue_id.in_(issue_ids))
        .group_by(Statement.issue_id, Feedback.channel)
    )


def refresh(session: Session) -> set[uuid.UUID]:
    """Counts some of the issues that have changed and keeps what they add up to; returns their ids.

    Changes that are not committed yet keep their notes: whoever reads meanwhile counts those issues themselves.
    """
    some = select(UntalliedIssue.issue_id).distinct().limit(MOST_AT_ONCE).scalar_subquery()
    noted = delete(UntalliedIssue).where(UntalliedIssue.issue_id.in_(some)).returning(UntalliedIssue.issue_id)
    changed = set(session.scalars(noted.execution_options(synchronize_session=False)))
    if changed:
        session.execute(delete(IssueTally).where(IssueTally.issue_id.in_(changed)))
        names = [column.name for column in IssueTally.__table__.columns]
        session.execute(insert(IssueTally).from_select(names, _counted(changed)))
    return changed
