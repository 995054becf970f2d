""" "You said, we did": what staff release of an issue, in their words, and the figures beside it."""

import datetime as dt
import uuid
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Malformed, NotFound
from feedback.record.models import Issue, Publication, Service
from feedback.record.states import OutcomeVerdict
from insights.issues.decisions import lifecycle
from insights.issues.decisions.lifecycle import LongText
from insights.issues.tallies import tallies
from insights.outcomes import ledger

MOST_ACTIONS = 20
"""So many actions on an issue, the latest, are looked at."""

MIN_PUBLISHED_COUNT = 10
"""Smaller counts are not published, nor is a share of them; and no sums are, from which they could be worked out."""


class PublicationText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What staff publish about an issue, in English and, if they wish, in Welsh. It holds no quotes but their own."""

    said: LongText
    did: LongText
    said_cy: LongText | None = None
    did_cy: LongText | None = None


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """One entry of "You said, we did". `reports` and `fell` (percent) are none where suppressed or not known."""

    issue: uuid.UUID
    said: str
    did: str
    on: dt.datetime
    reports: int | None
    fell: int | None


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """The figures of an entry, which may be shown `until` then."""

    until: dt.datetime
    reports: int | None = None
    fell: int | None = None


CACHE_FOR = dt.timedelta(hours=1)
MAX_CACHED_FIGURES = 10_000
_cache: dict[tuple[uuid.UUID, dt.datetime], PublishedFigures] = {}
"""By the issue and the time at which it was published."""


def publish(session: Session, who: Principal, issue: Issue, text: PublicationText) -> None:
    """Publishes an issue, or replaces what is published of it. Raises `Malformed` if half of the Welsh is missing."""
    lifecycle.lock(session, issue)
    if bool(text.said_cy) != bool(text.did_cy):
        raise Malformed("Welsh takes both, said_cy and did_cy", field="said_cy")
    fields = msgspec.structs.asdict(text) | {"released_at": dt.datetime.now(dt.UTC), "released_by": who.name}
    session.merge(Publication(issue_id=issue.id, service_id=issue.service_id, **fields))
    lifecycle.note(session, who, issue, "published")


def withdraw(session: Session, who: Principal, issue: Issue) -> None:
    """Takes an issue off the page. Raises `NotFound` if it is not published."""
    found = session.get(Publication, issue.id)
    if found is None:
        raise NotFound("this issue is not published")
    session.delete(found)
    lifecycle.note(session, who, issue, "no longer published")


def entries(session: Session, service: Service, language: str) -> list[PublishedEntry]:
    """Lists what a service published, the newest first, in Welsh (`language` is "cy") where there is any."""
    released = select(Publication).where(Publication.service_id == service.id)
    rows = session.scalars(released.order_by(Publication.released_at.desc())).all()
    return [_entry(row, _figures(session, row), welsh=language == "cy") for row in rows]


def _entry(row: Publication, figures: PublishedFigures, *, welsh: bool) -> PublishedEntry:
    return PublishedEntry(
        issue=row.issue_id,
        said=(welsh and row.said_cy) or row.said,
        did=(welsh and row.did_cy) or row.did,
        on=row.released_at,
        reports=figures.reports,
        fell=figures.fell,
    )


def _figures(session: Session, row: Publication) -> PublishedFigures:
    """Measured once an hour, however many read the page, and so that nobody sees a single report come in."""
    now, key = dt.datetime.now(dt.UTC), (row.issue_id, row.released_at)
    if key not in _cache or _cache[key].until < now:
        if len(_cache) >= MAX_CACHED_FIGURES:
            _cache.clear()
        _cache[key] = _measure(session, session.get_one(Issue, row.issue_id), now + CACHE_FOR)
    return _cache[key]


def _measure(session: Session, issue: Issue, until: dt.datetime) -> PublishedFigures:
    tally = tallies(session, [issue.id]).get(issue.id)
    count = issue.erased + (tally.count if tally else 0)
    return (
        PublishedFigures(until, count, _fell(session, issue))
        if count >= MIN_PUBLISHED_COUNT
        else PublishedFigures(until)
    )


def _fell(session: Session, issue: Issue) -> int | None:
    """By how many percent, by the last of the latest actions that worked."""
    actions = lifecycle.latest_actions(session, issue.id, MOST_ACTIONS)
    outcomes = ledger.measured(session, issue.service_id, actions)
    worked = [found.change for found in outcomes if found.verdict == OutcomeVerdict.WORKED and found.change is not None]
    return round(-100 * worked[-1]) if worked else None
