"""What the statements of each issue add up to: kept beside it, and counted anew once something of it has changed.

Triggers of the database note each issue that a statement joins or leaves, or of which a piece counts or counts no more,
in `untallied_issues`, with the day on which it was said, whoever does it. What is noted there is counted as it is read
(`counting`), and every other issue has its figures in `issue_tallies` (`keeping`): a list of issues costs the same
however much was ever said. See docs/decisions/0019-tallies-of-issues.md.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import IssueTally
from insights.issues.tallies import counting


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
            self.by_channel[row.channel] = self.by_channel.get(row.channel, 0) + row.reports
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
    changed = counting.changed(session, issue_ids)
    unchanged = set(issue_ids) - changed.whole - changed.by_day
    kept = select(*IssueTally.__table__.columns).where(counting.is_one_of(IssueTally.issue_id, unchanged))
    for query in (kept, *counting.counted(session, changed)):
        for row in session.execute(query):
            if not channels or row.channel in channels:
                _add(found[row.issue_id], row)
    return found


def _add(tally: Tally, row: Any) -> None:
    tally.severity = (tally.severity * tally.raw + row.severity * row.raw) / (tally.raw + row.raw)
    tally.add(row)
