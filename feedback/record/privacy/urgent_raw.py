"""The raw text of urgent pieces: held for the owners of the service when all other raw text goes, until released.

Somebody in danger can be found only by what they wrote. Each is sealed under a key of its own, which the key of keys
wraps: no day's key opens it, and dropping a day does not shred it.
"""

import datetime as dt
import os
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import Principal
from feedback.record.encryption import KeyRing, open_sealed, seal
from feedback.record.errors import NotFound
from feedback.record.models import Feedback, HeldRaw


def hold(session: Session, keys: KeyRing, contents: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    """What is held already stays as it is."""
    rows = [_row(keys, identity, content) for identity, content in contents.items()]
    if rows:
        session.execute(insert(HeldRaw).on_conflict_do_nothing(), rows)


def _row(keys: KeyRing, identity: uuid.UUID, content: Mapping[str, Any]) -> dict[str, Any]:
    key = os.urandom(32)
    sealed = seal(key, msgspec.json.encode(content), identity.bytes)
    return {"feedback_id": identity, "wrapped_key": keys.wrap(key, identity.bytes), "sealed": sealed}


def since(session: Session, service_id: int) -> dict[uuid.UUID, dt.datetime]:
    """Which pieces of a service have raw text held, and since when; the latest first."""
    rows = session.execute(
        select(HeldRaw.feedback_id, HeldRaw.held_at)
        .join(Feedback, Feedback.id == HeldRaw.feedback_id)
        .where(Feedback.service_id == service_id)
        .order_by(HeldRaw.held_at.desc())
    )
    return {row.feedback_id: row.held_at for row in rows}


def look(session: Session, keys: KeyRing, who: Principal, piece: Feedback) -> dict[str, Any]:
    """What came in, as it came. Every look is audited. Raises `NotFound` where none is held."""
    content = unseal(keys, _held(session, piece))
    audit.note(session, who.caller, "held text read", f"feedback:{piece.id}", piece.service_id)
    return content


def unseal(keys: KeyRing, row: HeldRaw) -> dict[str, Any]:
    key = keys.unwrap(row.wrapped_key, row.feedback_id.bytes)
    content: dict[str, Any] = msgspec.json.decode(open_sealed(key, row.sealed, row.feedback_id.bytes))
    return content


def release(session: Session, who: Principal, piece: Feedback, reason: str) -> None:
    """Nobody needs it any more: it is destroyed, and who said so stands in the audit."""
    _held(session, piece)
    session.execute(delete(HeldRaw).where(HeldRaw.feedback_id == piece.id))
    audit.note(session, who.caller, "held text released", f"feedback:{piece.id}", piece.service_id, reason=reason)


def _held(session: Session, piece: Feedback) -> HeldRaw:
    found = session.get(HeldRaw, piece.id)
    if found is None:
        raise NotFound("no raw text of this is held")
    return found


def rewrap(session: Session, keys: KeyRing) -> None:
    """Every key is wrapped by the current key of keys from now on, so that a former one may be forgotten."""
    for row in session.scalars(select(HeldRaw).with_for_update(skip_locked=True)):
        row.wrapped_key = keys.rewrap(row.wrapped_key, row.feedback_id.bytes)
