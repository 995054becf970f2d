"""What an arrival becomes: a row of the store, or what is wrong with it."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Text, bindparam, cast, literal_column, select
from sqlalchemy.orm import Session

from feedback.record import receipts
from feedback.record.encryption import KeyRing
from feedback.record.errors import FeedbackError, Malformed, NotAuthentic, NotFound
from feedback.record.limits import UNSTORABLE, was_sayable
from feedback.record.models import DIGESTED_ID, Properties, Service
from feedback.record.privacy import contacts, raw
from feedback.record.privacy.senders import sender_digest
from feedback.record.states import ChannelName, FeedbackStage
from ingest.intake.arrival import MESSAGE_LIMIT, TRANSCRIPT_LIMIT, Arrival, is_page_address

HISTORY_AFTER = dt.timedelta(hours=48)
"""What is older on receipt is history: it teaches what is normal, and raises nothing."""

_TEXTS = ("message", "external_id", "page_url", "language", "contact", "sender", "batch")

OWN_IDS = re.compile(r"key:\d+|import:.*")
"""Callers that give a piece the id that it has in a system of theirs, and find it by that."""

UNVERIFIED_CALLERS = ("public", "open311")
"""Callers that nobody vouches for."""

VERSION = cast(literal_column("services.xmin"), Text)
"""Another one after each change of the row of a service (PostgreSQL's system columns)."""

_SERVICES = select(Service.slug, Service.id, VERSION, Service.stored_properties).where(
    Service.slug.in_(bindparam("slugs", expanding=True))
)
"""Made once, as what every batch asks."""


class KnownService(NamedTuple):
    """What is to be known of a service that something arrives for, and the `version` of its row that says so."""

    id: int
    version: str
    properties: Properties


class Facts(NamedTuple):
    """What is to be known to store what arrives on a `day`: the key of its raw text, and services by their slugs."""

    day: dt.date
    day_key: bytes
    services: Mapping[str, KnownService]


class FeedbackRow(msgspec.Struct, frozen=True):
    """What is stored of an arrival: columns of `Feedback`, the `version` of its service and `sealed`, its raw text."""

    id: uuid.UUID
    service_id: int
    version: str
    channel: ChannelName
    receipt: str
    caller: str
    external_id: str | None
    digest: bytes
    said_at: dt.datetime
    received_at: dt.datetime
    history: bool
    assisted: bool
    rating: int | None
    language: str | None
    batch: str | None
    read_as: Mapping[str, str]
    sender_digest: bytes | None
    network_digest: bytes | None
    sealed: bytes
    stage: FeedbackStage = FeedbackStage.CLEAN


def read_facts(session: Session, keys: KeyRing, slugs: Sequence[str], day: dt.date) -> Facts:
    """Reads what is to be known; a service that there is not is not among them."""
    found = session.execute(_SERVICES, {"slugs": slugs})
    services = {
        slug: KnownService(identity, version, Properties.stored(stored, slug))
        for slug, identity, version, stored in found
    }
    return Facts(day, raw.day_key(session, keys, day), services)


def checked_row(
    arrival: Arrival, identity: uuid.UUID, facts: Facts, keys: KeyRing, now: dt.datetime
) -> FeedbackRow | FeedbackError:
    """Returns the row of this id, or what is wrong."""
    return _refusal(arrival, facts.services, now) or _row(arrival, identity, facts, keys, now)


def _refusal(arrival: Arrival, services: Mapping[str, KnownService], now: dt.datetime) -> FeedbackError | None:
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
    if arrival.submitted_at and not was_sayable(arrival.submitted_at, now):
        return Malformed("from 1900-01-01 to a day from now", field="submitted_at")
    return _unstorable(arrival) or _no_page(arrival)


def _no_page(arrival: Arrival) -> Malformed | None:
    """A column of a file may hold anything: it is shown as it is, and never followed."""
    if arrival.batch or not arrival.page_url or is_page_address(arrival.page_url):
        return None
    return Malformed("the address of a page begins with http:// or https://", field="page_url")


def _unstorable(arrival: Arrival) -> Malformed | None:
    """What could be acknowledged, sealed as it is, and never be read again."""
    texts = {name: value for name in _TEXTS if (value := getattr(arrival, name))}
    texts["attributes"] = " ".join((*arrival.attributes, *arrival.attributes.values()))
    if not UNSTORABLE.search(" ".join(texts.values())):
        return None
    return Malformed("there is a NUL in it", field=next(name for name in texts if UNSTORABLE.search(texts[name])))


def _row(arrival: Arrival, identity: uuid.UUID, facts: Facts, keys: KeyRing, now: dt.datetime) -> FeedbackRow:
    service = facts.services[arrival.service]
    said_at = _said_at(arrival, service, identity, now)
    content = content_of(arrival)
    client, network = arrival.client or (None, None)
    sealed = raw.sealed(facts.day_key, identity, {**content, "sender": arrival.sender, "suspicion": arrival.suspicion})
    return FeedbackRow(
        id=identity,
        service_id=service.id,
        version=service.version,
        channel=arrival.channel,
        receipt=receipts.fresh(),
        caller=arrival.caller,
        external_id=_kept_id(arrival, keys),
        digest=keys.digest(msgspec.json.encode((arrival.service, content, arrival.submitted_at))),
        said_at=said_at,
        received_at=now,
        history=now - said_at > HISTORY_AFTER,
        assisted=arrival.assisted,
        rating=arrival.rating,
        language=arrival.language,
        batch=_batch(arrival),
        read_as=arrival.read_as,
        sender_digest=sender_digest(facts.day_key, service.id, arrival.sender or arrival.contact, client),
        network_digest=sender_digest(facts.day_key, service.id, None, network),
        sealed=sealed,
    )


def _batch(arrival: Arrival) -> str | None:
    """What bears a date and no time was not sent when it was said: somebody entered it, with the others of that day."""
    undated = arrival.submitted_at is None or isinstance(arrival.submitted_at, dt.datetime)
    return arrival.batch if arrival.batch or undated else f"{arrival.caller} {arrival.submitted_at}"


def _kept_id(arrival: Arrival, keys: KeyRing) -> str | None:
    """As it came from who is asked to put nothing personal into it; of anybody else a digest, which tells a repeat."""
    if arrival.external_id is None or OWN_IDS.fullmatch(arrival.caller):
        return arrival.external_id
    return DIGESTED_ID + keys.digest(arrival.external_id.encode()).hex()


def _said_at(arrival: Arrival, service: KnownService, identity: uuid.UUID, now: dt.datetime) -> dt.datetime:
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


def as_json(rows: Sequence[FeedbackRow]) -> str:
    """Writes rows as `insertion.py` takes them.

    They stand in the order of what tells repeats, so that two who store the same rows wait for each other and never in
    a circle.
    """
    ordered = sorted(rows, key=lambda row: (row.caller, row.external_id or "", row.service_id))
    return msgspec.json.encode(ordered).decode()
