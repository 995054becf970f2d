"""Accepting: every channel ends here. An arrival is stored once, however often it comes."""

import datetime as dt
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnClause, Date, LargeBinary, Select, Text, bindparam, cast, column, event, func, select
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.orm import Session

from feedback import tracing
from feedback.record import receipts
from feedback.record.encryption import KeyRing
from feedback.record.errors import FeedbackError, KeyReused, Malformed, NotAuthentic, NotFound
from feedback.record.limits import UNSTORABLE, was_sayable
from feedback.record.models import DIGESTED_ID, Feedback, Properties, Raw, Service, new_id
from feedback.record.privacy import contacts, raw
from feedback.record.privacy.senders import sender_digest
from feedback.record.states import ChannelName, FeedbackStage
from ingest.intake.arrival import MESSAGE_LIMIT, TRANSCRIPT_LIMIT, Arrival, is_page_address

HISTORY_AFTER = dt.timedelta(hours=48)
"""What is older on receipt is history: it teaches what is normal, and raises nothing."""

_TEXTS = ("message", "external_id", "page_url", "language", "contact", "sender", "batch")

OWN_IDS = re.compile(r"key:\d+|import:.*")
"""Callers that give a piece the id that it has in a system of theirs, and find it by that."""

Own = tuple[int, str, str]
"""What tells a repeat: the service, who vouches for the external id, and that."""

UNVERIFIED_CALLERS = ("public", "open311")
"""Callers that nobody vouches for."""


_SERVICES = select(Service.slug, Service.id, Service.stored_properties).where(
    Service.slug.in_(bindparam("slugs", expanding=True))
)
"""Made once, as what every batch asks."""


class _KnownService(NamedTuple):
    """What is to be known of a service that something arrives for."""

    id: int
    properties: Properties


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is stored (once the transaction has committed). `repeated`: it was already."""

    id: uuid.UUID
    receipt: str
    repeated: bool = False


def accept(
    session: Session, keys: KeyRing, arrivals: Sequence[Arrival], now: dt.datetime
) -> list[Accepted | FeedbackError]:
    """Stores many at once; what is wrong with one is its own answer, and stops no other."""
    services = _services(session, {arrival.service for arrival in arrivals})
    day_key = raw.day_key(session, keys, now.date())
    checked = [
        _refusal(arrival, services, now) or _row(arrival, services[arrival.service], keys, day_key, now)
        for arrival in arrivals
    ]
    rows = [row for row in checked if not isinstance(row, FeedbackError)]
    stored = _insert(session, now.date(), rows)
    known = _already_stored(session, [row for row in rows if row["id"] not in stored])
    left = {
        row["id"]: arrival.contact
        for arrival, row in zip(arrivals, checked, strict=True)
        if arrival.contact and not isinstance(row, FeedbackError) and row["id"] in stored
    }
    contacts.store(session, keys, left)
    if tracing.is_on:
        _tell(session, {row["id"]: row["channel"] for row in rows if row["id"] in stored})
    return [row if isinstance(row, FeedbackError) else _answer(row, stored, known) for row in checked]


def _tell(session: Session, stored: Mapping[uuid.UUID, ChannelName]) -> None:
    """Begins the trace of each piece, once it is committed."""
    began = time.time_ns()

    def committed(_: Session) -> None:
        for identity, channel in stored.items():
            tracing.tell("accept", identity, began, is_first=True, feedback__channel=channel)

    event.listen(session, "after_commit", committed, once=True)


def _services(session: Session, slugs: set[str]) -> dict[str, _KnownService]:
    found = session.execute(_SERVICES, {"slugs": list(slugs)})
    return {slug: _KnownService(identity, Properties.stored(stored, slug)) for slug, identity, stored in found}


def _refusal(arrival: Arrival, services: Mapping[str, _KnownService], now: dt.datetime) -> FeedbackError | None:
    if arrival.service not in services:
        return NotFound(f"there is no service '{arrival.service[:100]}'")
    if (
        arrival.caller.partition(":")[0] in UNVERIFIED_CALLERS
        and not services[arrival.service].properties.anyone_may_write
    ):
        return NotAuthentic("this service takes feedback under a key alone")
    return _malformed(arrival, now)


def _malformed(arrival: Arrival, now: dt.datetime) -> Malformed | None:
    if not arrival.message.strip():
        return Malformed("the message is empty")
    if arrival.contact and not contacts.is_contact(arrival.contact):
        return Malformed("must be one e-mail address or one telephone number", field="contact")
    limit = TRANSCRIPT_LIMIT if arrival.channel == ChannelName.CALL else MESSAGE_LIMIT
    if len(arrival.message) > limit:
        return Malformed(f"the message is longer than {limit:,} characters")
    if not was_sayable(arrival.submitted_at or now, now):
        return Malformed("from 1900-01-01 to a day from now", field="submitted_at")
    return _unstorable(arrival) or _no_page(arrival)


def _no_page(arrival: Arrival) -> Malformed | None:
    """A column of a file may hold anything: it is shown as it is, and never followed."""
    if arrival.batch or is_page_address(arrival.page_url or ""):
        return None
    return Malformed("the address of a page begins with http:// or https://", field="page_url")


def _unstorable(arrival: Arrival) -> Malformed | None:
    """What could be acknowledged, sealed as it is, and never be read again."""
    texts = {name: getattr(arrival, name) for name in _TEXTS}
    texts["attributes"] = " ".join((*arrival.attributes, *arrival.attributes.values()))
    found = [name for name, value in texts.items() if value and UNSTORABLE.search(value)]
    return Malformed("there is a NUL in it", field=found[0]) if found else None


def _row(arrival: Arrival, service: _KnownService, keys: KeyRing, day_key: bytes, now: dt.datetime) -> dict[str, Any]:
    identity = new_id()
    said_at = _said_at(arrival, service, identity, now)
    content = content_of(arrival)
    return {
        "id": identity,
        "service_id": service.id,
        "channel": arrival.channel,
        "receipt": receipts.fresh(),
        "caller": arrival.caller,
        "external_id": _kept_id(arrival, keys),
        "digest": keys.digest(msgspec.json.encode((arrival.service, content, arrival.submitted_at))),
        "said_at": said_at,
        "received_at": now,
        "history": now - said_at > HISTORY_AFTER,
        "assisted": arrival.assisted,
        "rating": arrival.rating,
        "language": arrival.language,
        "batch": _batch(arrival),
        "read_as": dict(arrival.read_as),
        "sender_digest": sender_digest(day_key, service.id, arrival.sender or arrival.contact, arrival.client),
        "stage": FeedbackStage.CLEAN,
        "sealed": raw.sealed(day_key, identity, {**content, "sender": arrival.sender, "suspicion": arrival.suspicion}),
    }


def _batch(arrival: Arrival) -> str | None:
    """What bears a date and no time was not sent when it was said: somebody entered it, with the others of that day."""
    undated = arrival.submitted_at is None or isinstance(arrival.submitted_at, dt.datetime)
    return arrival.batch if arrival.batch or undated else f"{arrival.caller} {arrival.submitted_at}"


def _kept_id(arrival: Arrival, keys: KeyRing) -> str | None:
    """As it came from who is asked to put nothing personal into it; of anybody else a digest, which tells a repeat."""
    if arrival.external_id is None or OWN_IDS.fullmatch(arrival.caller):
        return arrival.external_id
    return DIGESTED_ID + keys.digest(arrival.external_id.encode()).hex()


def _said_at(arrival: Arrival, service: _KnownService, identity: uuid.UUID, now: dt.datetime) -> dt.datetime:
    """When it was said; a clock ahead of ours is not believed, and a mere date is spread over its day."""
    said = arrival.submitted_at
    if said is None:
        return now
    if isinstance(said, dt.datetime):
        return min(said if said.tzinfo else said.replace(tzinfo=dt.UTC), now)
    zone = ZoneInfo(service.properties.time_zone)
    midnight = dt.datetime.combine(said, dt.time(), zone)
    share = int.from_bytes(identity.bytes[8:12]) / 2**32
    return min(midnight + dt.timedelta(days=1) * share, now)


def content_of(arrival: Arrival) -> dict[str, Any]:
    """Tell what may hold personal data: sealed until it is redacted."""
    return {
        "message": arrival.message,
        "page_url": arrival.page_url,
        "contact": arrival.contact,
        "attributes": dict(arrival.attributes),
        "turns": [msgspec.to_builtins(turn) for turn in arrival.turns],
        "rating": arrival.rating,
        "language": arrival.language,
    }


def _insert(session: Session, day: dt.date, rows: Sequence[dict[str, Any]]) -> set[uuid.UUID]:
    """Stores those that did not come before, and returns their ids.

    A row has columns of `Feedback`, the same in each, and `sealed`: its raw text under the key of `day`. They are
    stored in the order of what tells repeats, so that two who store the same rows wait for each other and never in a
    circle.
    """
    if not rows:
        return set()
    ordered = sorted(rows, key=lambda row: (row["caller"], row["external_id"] or "", row["service_id"]))
    given = msgspec.json.encode([_told(row) for row in ordered]).decode()
    return set(session.connection().scalars(_statement(tuple(rows[0])), {"rows": given, "day": day}))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: rf"\x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.items()}


@cache
def _statement(names: tuple[str, ...]) -> Select[uuid.UUID]:
    """Rows come as one JSON text, which PostgreSQL takes apart: neither side handles each value by itself."""
    given = select(
        func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
        .table_valued(*map(_column, names))
        .render_derived(name="given", with_types=True)
    ).cte("given")
    kept = [name for name in names if name != "sealed"]
    feedback = (
        insert(Feedback)
        .from_select(kept, select(*(given.c[name] for name in kept)))
        .on_conflict_do_nothing(index_elements=["caller", "external_id", "service_id"])
        .returning(Feedback.id)
        .cte("stored")
    )
    words = select(bindparam("day", type_=Date), given.c.id, given.c.sealed).join(feedback, feedback.c.id == given.c.id)
    raw = insert(Raw).from_select(["day", "feedback_id", "sealed"], words).cte("kept")
    return select(feedback.c.id).add_cte(raw)


def _column(name: str) -> ColumnClause[Any]:
    return column(name, LargeBinary if name == "sealed" else Feedback.__table__.c[name].type)


def _already_stored(session: Session, rows: list[dict[str, Any]]) -> dict[Own, Feedback]:
    if not rows:
        return {}
    wanted = {row["external_id"] for row in rows}
    found = session.scalars(
        select(Feedback).where(Feedback.caller.in_({row["caller"] for row in rows}), Feedback.external_id.in_(wanted))
    )
    return {(row.service_id, row.caller, row.external_id or ""): row for row in found}


def _answer(row: dict[str, Any], stored: set[uuid.UUID], known: Mapping[Own, Feedback]) -> Accepted | FeedbackError:
    return Accepted(row["id"], row["receipt"]) if row["id"] in stored else _repeat(row, known)


def _repeat(row: dict[str, Any], known: Mapping[Own, Feedback]) -> Accepted | FeedbackError:
    before = known[row["service_id"], row["caller"], row["external_id"]]
    if before.digest != row["digest"]:
        return KeyReused("this idempotency key or external id came before with another body")
    return Accepted(before.id, before.receipt, repeated=True)
