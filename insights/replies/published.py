""" "You said, we did": what staff release of an issue, in their words, and the figures beside it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Malformed, NotFound
from feedback.record.models import Issue, Publication, Service, Statement
from insights.issues.decisions import lifecycle
from insights.issues.decisions.lifecycle import Words
from insights.issues.queries import issues
from insights.outcomes import ledger

FEWEST = 10
"""Counts below are not published, nor is a share of them. No sums are, so that nothing can be worked out from them."""


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Written by people, and Welsh where there is any; a quote only stands in it if somebody put it there."""

    said: Words
    did: Words
    said_cy: Words | None = None
    did_cy: Words | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`reports` and `fell` (percent) are none where they are suppressed, or not known."""

    issue: uuid.UUID
    said: str
    did: str
    on: dt.datetime
    reports: int | None
    fell: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The machine's part of an entry, good `until` then."""

    until: dt.datetime
    reports: int | None = None
    fell: int | None = None


KEPT = dt.timedelta(hours=1)
MOST_KEPT = 10_000
_reckoned: dict[tuple[uuid.UUID, dt.datetime], Figures] = {}
"""By issue and release."""


def release(session: Session, who: Principal, issue: Issue, text: Release) -> None:
    """Again, it is replaced."""
    lifecycle.lock(session, issue)
    if bool(text.said_cy) != bool(text.did_cy):
        raise Malformed("Welsh takes both, said_cy and did_cy", field="said_cy")
    fields = msgspec.structs.asdict(text) | {"released_at": dt.datetime.now(dt.UTC), "released_by": who.name}
    session.merge(Publication(issue_id=issue.id, service_id=issue.service_id, **fields))
    lifecycle.note(session, who, issue, "published")


def withdraw(session: Session, who: Principal, issue: Issue) -> None:
    found = session.get(Publication, issue.id)
    if found is None:
        raise NotFound("this issue is not published")
    session.delete(found)
    lifecycle.note(session, who, issue, "no longer published")


def entries(session: Session, service: Service, language: str) -> list[Entry]:
    """The newest first, in Welsh ("cy") where there is any."""
    released = select(Publication).where(Publication.service_id == service.id)
    rows = session.scalars(released.order_by(Publication.released_at.desc())).all()
    return [_entry(row, _figures(session, row), welsh=language == "cy") for row in rows]


def _entry(row: Publication, figures: Figures, *, welsh: bool) -> Entry:
    return Entry(
        issue=row.issue_id,
        said=(welsh and row.said_cy) or row.said,
        did=(welsh and row.did_cy) or row.did,
        on=row.released_at,
        reports=figures.reports,
        fell=figures.fell,
    )


def _figures(session: Session, row: Publication) -> Figures:
    """Reckoned once an hour, however many read the page: and so that nobody sees a single report come."""
    now, key = dt.datetime.now(dt.UTC), (row.issue_id, row.released_at)
    if key not in _reckoned or _reckoned[key].until < now:
        if len(_reckoned) >= MOST_KEPT:
            _reckoned.clear()
        _reckoned[key] = _reckon(session, session.get_one(Issue, row.issue_id), now + KEPT)
    return _reckoned[key]


def _reckon(session: Session, issue: Issue, until: dt.datetime) -> Figures:
    tally = issues.tallies(session, Statement.issue_id == issue.id).get(issue.id)
    count = issue.erased + (tally.count if tally else 0)
    return Figures(until, count, _fell(ledger.of_issue(session, issue))) if count >= FEWEST else Figures(until)


def _fell(outcomes: Sequence[ledger.OutcomeView]) -> int | None:
    """By how many percent, by the last action that worked."""
    worked = [found.change for found in outcomes if found.verdict == "worked" and found.change is not None]
    return round(-100 * worked[-1]) if worked else None
