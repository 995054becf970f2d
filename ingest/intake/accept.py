"""Accepting: every channel ends here. An arrival is stored once, however often it comes."""

import datetime as dt
import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from feedback import tracing
from feedback.record.encryption import KeyRing
from feedback.record.errors import FeedbackError, KeyReused, Unavailable
from feedback.record.models import Feedback, new_id
from feedback.record.privacy import contacts
from ingest.intake.arrival import Arrival
from ingest.intake.insertion import INSERTION
from ingest.intake.rows import FeedbackRow, as_json, checked_row, read_facts

Own = tuple[int, str, str]
"""What tells a repeat: the service, who vouches for the external id, and that."""

AlreadyStored = Mapping[uuid.UUID | Own, Any]
"""Rows of the store by their id, and by what tells a repeat."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is stored (once the transaction has committed). `repeated`: it was already."""

    id: uuid.UUID
    receipt: str
    repeated: bool = False


def accept(
    session: Session,
    keys: KeyRing,
    arrivals: Sequence[Arrival],
    now: dt.datetime,
    *,
    ids: Sequence[uuid.UUID] | None = None,
) -> list[Accepted | FeedbackError]:
    """Stores many at once; what is wrong with one is its own answer, and stops no other.

    `ids`: under which they are stored. What is stored under its id already is not stored again.
    """
    facts = read_facts(session, keys, list({arrival.service for arrival in arrivals}), now.date())
    named = list(zip(arrivals, ids or [new_id() for _ in arrivals], strict=True))
    checked = [checked_row(arrival, identity, facts, keys, now) for arrival, identity in named]
    rows = [row for row in checked if isinstance(row, FeedbackRow)]
    stored = _insert(session, now.date(), rows)
    known = _already_stored(session, [row for row in rows if row.id not in stored])
    left = {identity: arrival.contact for arrival, identity in named if arrival.contact and identity in stored}
    contacts.store(session, keys, left)
    if tracing.is_on:
        began, told = time.time_ns(), [row for row in rows if row.id in stored]
        event.listen(session, "after_commit", lambda _: tell_stored(told, began), once=True)
    return [row if isinstance(row, FeedbackError) else _answer(row, stored, known) for row in checked]


def tell_stored(rows: Iterable[FeedbackRow], began: int) -> None:
    """Begins the trace of each piece, once it is committed; `began` in nanoseconds of the clock."""
    for row in rows:
        tracing.tell("accept", row.id, began, is_first=True, feedback__channel=row.channel)


def _insert(session: Session, day: dt.date, rows: Sequence[FeedbackRow]) -> set[uuid.UUID]:
    """Stores those that did not come before, and returns their ids."""
    if not rows:
        return set()
    return set(session.connection().scalars(INSERTION, {"rows": as_json(rows), "day": day}))


def _already_stored(session: Session, rows: Sequence[FeedbackRow]) -> AlreadyStored:
    """What came before, by its id and by what tells a repeat."""
    if not rows:
        return {}
    callers, theirs = {row.caller for row in rows}, {row.external_id for row in rows if row.external_id}
    repeats = Feedback.caller.in_(callers) & Feedback.external_id.in_(theirs)
    told = (Feedback.service_id, Feedback.caller, Feedback.external_id, Feedback.id, Feedback.digest, Feedback.receipt)
    found = session.execute(select(*told).where(repeats | Feedback.id.in_([row.id for row in rows])))
    return {key: row for row in found for key in (row.id, (row.service_id, row.caller, row.external_id or ""))}


def _answer(
    row: FeedbackRow, stored: Collection[uuid.UUID], known: Mapping[uuid.UUID | Own, Any]
) -> Accepted | FeedbackError:
    if row.id in stored:
        return Accepted(row.id, row.receipt)
    before = known.get(row.id) or known.get((row.service_id, row.caller, row.external_id or ""))
    if before is None:
        return Unavailable("this could not be stored just now; please try again")
    if before.digest != row.digest:
        return KeyReused("this idempotency key or external id came before with another body")
    return Accepted(before.id, before.receipt, repeated=before.id != row.id)
