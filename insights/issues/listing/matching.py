"""How many pieces of each issue are as somebody's filters want them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service, Statement
from insights.issues.filters import PieceFilters
from insights.issues.tallies import Tally, over_time, tallies

EVERYTHING = PieceFilters()


def matching(
    session: Session, service: Service, filters: PieceFilters, issue_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Tally]:
    """Returns what the pieces that the filters let through add up to in each of these issues; none where there is none.

    Channels are told from the tallies that are kept. Everything else is counted piece by piece, from indexes alone
    unless an attribute or the address of a page is wanted.
    """
    if msgspec.structs.replace(filters, channel=()) == EVERYTHING:
        return tallies(session, issue_ids, filters.channel)
    found: dict[uuid.UUID, Tally] = defaultdict(Tally)
    for row in session.execute(_counted(service, filters)):
        found[row.issue_id].add(row)
    return {identity: found[identity] for identity in found.keys() & set(issue_ids)}


def _counted(service: Service, filters: PieceFilters) -> Select[*tuple[Any, ...]]:
    zone = service.properties.time_zone
    begin, end = filters.span(zone)
    said = [Statement.said_at >= begin] if begin else []
    said += [Statement.said_at < end] if end else []
    return (
        select(
            Statement.issue_id,
            Feedback.channel,
            func.count(Feedback.id.distinct()).filter(Feedback.weight > 0).label("reports"),
            func.count(Feedback.id.distinct()).label("raw"),
            func.min(Feedback.said_at).label("first_seen"),
            func.max(Feedback.said_at).label("last_seen"),
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id.is_not(None), Statement.service_id == service.id, *said)
        .where(Feedback.service_id == service.id, *filters.where(zone))
        .group_by(Statement.issue_id, Feedback.channel)
    )


def recent(
    session: Session, service: Service, issue_ids: Collection[uuid.UUID], now: dt.datetime
) -> dict[uuid.UUID, int]:
    """Counts the reports of each issue since seven times 24 hours ago."""
    night = dt.datetime.combine(now.astimezone(dt.UTC).date() + dt.timedelta(days=1), dt.time(), dt.UTC)
    counts = over_time.between(session, service, [now - dt.timedelta(days=7), night], issue_ids)
    return {issue_id: reports for issue_id, [reports] in counts.items()}
