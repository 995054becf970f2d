"""How to reach citizens who asked for it: sealed, each under a key of its own, for one purpose, then shredded."""

import os
import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from feedback.record.models import Contact, Statement
from feedback.record.sealing import KeyRing, open_sealed, seal

OUTCOME = "outcome"
"""The one purpose: to say once what became of it."""

KEPT, WAITING = "kept", "waiting"


def keep(session: Session, keys: KeyRing, contacts: Mapping[uuid.UUID, str]) -> None:
    rows = [_row(keys, identity, contact) for identity, contact in contacts.items()]
    if rows:
        session.execute(insert(Contact), rows)


def _row(keys: KeyRing, identity: uuid.UUID, contact: str) -> dict[str, object]:
    key = os.urandom(32)
    return {
        "feedback_id": identity,
        "purpose": OUTCOME,
        "wrapped_key": keys.wrap(key, identity.bytes),
        "sealed": seal(key, contact.encode(), identity.bytes),
        "digest": contact_digest(keys, contact),
    }


def contact_digest(keys: KeyRing, contact: str) -> bytes:
    """Finds what one person left, when they ask for it or for its erasure, without opening anybody else's."""
    return keys.digest(b"contact" + "".join(contact.lower().split()).encode())


def read(session: Session, keys: KeyRing, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    found = session.scalars(select(Contact).where(Contact.feedback_id.in_(list(ids))))
    return {
        row.feedback_id: open_sealed(
            keys.unwrap(row.wrapped_key, row.feedback_id.bytes), row.sealed, row.feedback_id.bytes
        ).decode()
        for row in found
    }


def shred(session: Session, ids: Iterable[uuid.UUID]) -> None:
    session.execute(delete(Contact).where(Contact.feedback_id.in_(list(ids))))


def shred_of(session: Session, keys: KeyRing, contact: str) -> None:
    """Everything that was kept to reach this one address or number."""
    session.execute(delete(Contact).where(Contact.digest == contact_digest(keys, contact)))


def tell_of(session: Session, issue_id: uuid.UUID) -> None:
    """Whoever asked to hear of it, and spoke of this issue, is to be told that it is resolved."""
    spoke = select(Statement.feedback_id).where(Statement.issue_id == issue_id)
    kept = update(Contact).where(Contact.feedback_id.in_(spoke), Contact.stage == KEPT, Contact.purpose == OUTCOME)
    session.execute(kept.values(stage=WAITING, about=issue_id, due_at=func.now()))
