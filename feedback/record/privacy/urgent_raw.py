"""The raw text of urgent pieces: retained for the owners of the service when all other raw text goes, until released.

Somebody in danger can be found only by what they wrote. Each is sealed under a key of its own, which the key of keys
wraps: no day's key opens it, and dropping a day does not shred it.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import Principal
from feedback.record.encryption import KeyRing
from feedback.record.errors import NotFound
from feedback.record.models import Feedback, HeldRaw, UrgencyDismissal


def retain(session: Session, keys: KeyRing, contents: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    """Seals the raw contents of urgent pieces. What is retained already stays as it is."""
    rows = [
        {"feedback_id": identity, **keys.seal_envelope(msgspec.json.encode(content), identity.bytes)}
        for identity, content in contents.items()
    ]
    if rows:
        session.execute(insert(HeldRaw).on_conflict_do_nothing(), rows)


def retained_since(session: Session, service_id: int) -> dict[uuid.UUID, dt.datetime]:
    """Says which urgent pieces of a service have raw text retained, and since when; the latest first."""
    rows = session.execute(
        select(HeldRaw.feedback_id, HeldRaw.held_at)
        .join(Feedback, Feedback.id == HeldRaw.feedback_id)
        .where(Feedback.service_id == service_id, Feedback.id.not_in(select(UrgencyDismissal.feedback_id)))
        .order_by(HeldRaw.held_at.desc())
    )
    return {row.feedback_id: row.held_at for row in rows}


def read(session: Session, keys: KeyRing, who: Principal, piece: Feedback) -> dict[str, Any]:
    """Returns what came in, as it came, and audits who read it. Raises `NotFound` where none is retained."""
    content = unseal(keys, _retained(session, piece))
    audit.note(session, who.caller, "held text read", f"feedback:{piece.id}", piece.service_id)
    return content


def unseal(keys: KeyRing, row: HeldRaw) -> dict[str, Any]:
    """Opens one row, unaudited: for the person whose words these are."""
    content = keys.open_envelope(row.wrapped_key, row.sealed, row.feedback_id.bytes)
    return msgspec.json.decode(content, type=dict[str, Any])


def release(session: Session, who: Principal, piece: Feedback, reason: str) -> None:
    """Destroys what nobody needs any more, and audits who said so. Raises `NotFound` where none is retained."""
    _retained(session, piece)
    session.execute(delete(HeldRaw).where(HeldRaw.feedback_id == piece.id))
    audit.note(session, who.caller, "held text released", f"feedback:{piece.id}", piece.service_id, reason=reason)


def _retained(session: Session, piece: Feedback) -> HeldRaw:
    found = session.get(HeldRaw, piece.id)
    if found is None:
        raise NotFound("no raw text of this is held")
    return found


def rewrap(session: Session, keys: KeyRing) -> None:
    """Wraps every key under the current key of keys, so that a former one may be forgotten."""
    for row in session.scalars(select(HeldRaw).with_for_update(skip_locked=True)):
        row.wrapped_key = keys.rewrap(row.wrapped_key, row.feedback_id.bytes)
