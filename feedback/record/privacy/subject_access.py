"""A person's rights in what is held about them: finding it, telling all of it, by what they can name."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import any_, select
from sqlalchemy.orm import Session

from feedback.record import receipts
from feedback.record.encryption import KeyRing
from feedback.record.errors import Malformed, NotFound
from feedback.record.models import (
    Alert,
    AuditEntry,
    Base,
    Contact,
    Feedback,
    HeldRaw,
    Issue,
    Service,
    Signal,
    Statement,
)
from feedback.record.privacy import contacts, erasure, raw, urgent_raw


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names a person by one of: the receipt of a piece, the contact that was left with it, or its id."""

    receipt: str | None = None
    contact: str | None = None
    feedback: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.receipt, self.contact, self.feedback)) != 1:
            raise ValueError("one of receipt, contact and feedback is needed")


def find(session: Session, keys: KeyRing, subject: Subject, service: Service | None = None) -> list[uuid.UUID]:
    """Finds their pieces, in `service` or in all, with what they said again. Raises `NotFound` where there are none.

    A contact finds what it was left with for as long as it is kept: once it has been used, nothing ties it to anybody.
    """
    query = select(Feedback.id).where(_named(keys, subject)).order_by(Feedback.id)
    if service is not None:
        query = query.where(Feedback.service_id == service.id)
    found = session.scalars(query).all()
    if not found:
        raise NotFound("nothing is held under that")
    return erasure.with_repeats(session, found)


def _named(keys: KeyRing, subject: Subject) -> Any:
    if subject.receipt is not None:
        return Feedback.receipt == receipts.normal(subject.receipt)
    if subject.contact is not None:
        digest = contacts.contact_digest(keys, subject.contact)
        return Feedback.id.in_(select(Contact.feedback_id).where(Contact.digest == digest))
    if subject.feedback is not None:
        return Feedback.id == subject.feedback
    raise Malformed("name a receipt, a contact or an id")


NOT_EXPORTED = {"digest", "fingerprint", "bands", "claimed_by", "attempts", "vector", "wrapped_key", "sealed"} | {
    "sender_digest",
    "network_digest",
}
"""Columns that say nothing to a person: what they are computed from is told."""


def export(session: Session, keys: KeyRing, ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """Returns all that is held about each of these pieces, for the person it is about (UK GDPR, article 15)."""
    came, left = raw.read(session, keys, ids), contacts.read(session, keys, ids)
    pieces = session.scalars(select(Feedback).where(Feedback.id.in_(ids)).order_by(Feedback.said_at)).all()
    return [_told(session, keys, piece, came.get(piece.id), left.get(piece.id)) for piece in pieces]


def _told(
    session: Session, keys: KeyRing, piece: Feedback, came: dict[str, Any] | None, contact: str | None
) -> dict[str, Any]:
    statements = session.scalars(select(Statement).where(Statement.feedback_id == piece.id).order_by(Statement.id))
    kept = session.get(HeldRaw, piece.id)
    acts = select(AuditEntry).where(AuditEntry.subject == f"feedback:{piece.id}").order_by(AuditEntry.id)
    return {
        "service": session.get_one(Service, piece.service_id).slug,
        "feedback": _columns(piece),
        "statements": [{**_columns(said), "issue": _title(session, said)} for said in statements],
        "contact": contact,
        "as_it_came": came or (urgent_raw.unseal(keys, kept) if kept else None),
        "signals": [_columns(found) for found in _signals(session, piece)],
        "alerts": [{"type": alert.type, "raised_at": alert.raised_at} for alert in _alerts(session, piece)],
        "audit": [_columns(entry) for entry in session.scalars(acts)],
    }


def _title(session: Session, said: Statement) -> str | None:
    return session.get_one(Issue, said.issue_id).title if said.issue_id else None


def _signals(session: Session, piece: Feedback) -> Sequence[Signal]:
    """Without whom else they are about."""
    return session.scalars(
        select(Signal).where(Signal.service_id == piece.service_id, any_(Signal.feedback_ids) == piece.id)
    ).all()


def _alerts(session: Session, piece: Feedback) -> Sequence[Alert]:
    about = (Alert.service_id == piece.service_id, erasure.named_in([piece.id]))
    return session.scalars(select(Alert).where(*about)).all()


def _columns(row: Base) -> dict[str, Any]:
    names = [column.key for column in row.__mapper__.column_attrs if column.key not in NOT_EXPORTED | {"feedback_ids"}]
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value
