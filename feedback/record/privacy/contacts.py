"""How to reach citizens who asked for it: sealed, each under a key of its own, for one purpose, then shredded."""

import datetime as dt
import os
import uuid
from collections.abc import Iterable, Mapping

import phonenumbers
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.encryption import KeyRing, open_sealed, seal
from feedback.record.models import Contact, Issue, Statement

OUTCOME = "outcome"
"""The one purpose: to say once what became of it."""

OFFERED, KEPT, WAITING = "offered", "kept", "waiting"

TO_AGREE = dt.timedelta(days=1)
"""How long the number of somebody who texted is held for their answer whether we may write to it."""

PATIENCE = dt.timedelta(days=7)
"""How long after an issue was resolved we try to reach who asked to hear of it; then the contact is destroyed."""


def keep(session: Session, keys: KeyRing, contacts: Mapping[uuid.UUID, str]) -> None:
    """What was left by those who agreed to be told."""
    rows = [_row(keys, identity, contact) for identity, contact in contacts.items()]
    if rows:
        session.execute(insert(Contact), rows)


def offer(session: Session, keys: KeyRing, identity: uuid.UUID, number: str) -> None:
    """Somebody is asked whether they would like to be told, and has not answered yet. Again, it changes nothing."""
    waits = {"stage": OFFERED, "due_at": func.now() + TO_AGREE}
    session.execute(insert(Contact).values(**_row(keys, identity, number), **waits).on_conflict_do_nothing())


def agree(session: Session, keys: KeyRing, number: str) -> bool:
    """They would: of all that they were asked about. Whether they had been asked at all."""
    asked = update(Contact).where(
        Contact.digest == contact_digest(keys, number), Contact.stage == OFFERED, Contact.due_at > func.now()
    )
    return bool(session.execute(asked.values(stage=KEPT, due_at=None)).rowcount)  # type: ignore[attr-defined]


def forget(session: Session) -> None:
    """Who did not answer, and who could not be reached."""
    silent = (Contact.stage == OFFERED) & (Contact.due_at < func.now())
    long_resolved = select(Issue.id).where(Issue.status_at < func.now() - PATIENCE)
    unreached = Contact.stage.not_in([OFFERED, KEPT]) & Contact.about.in_(long_resolved)
    session.execute(delete(Contact).where(or_(silent, unreached)))


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
    return keys.digest(b"contact" + normal(contact).encode())


def normal(contact: str) -> str:
    """The same for a number however it is written."""
    try:
        if "@" not in contact:
            number = phonenumbers.parse(contact, "GB")
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        pass
    return "".join(contact.lower().split())


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


def tell_no_more_of(session: Session, issue_id: uuid.UUID) -> None:
    """It is open again: who has not been told yet waits until it is resolved once more."""
    waits = update(Contact).where(Contact.about == issue_id, Contact.stage == WAITING, Contact.claimed_by.is_(None))
    session.execute(waits.values(stage=KEPT, about=None, due_at=None))


def rewrap(session: Session, keys: KeyRing) -> None:
    """Every key is wrapped by the current key of keys from now on, so that a former one opens nothing any more."""
    for row in session.scalars(select(Contact).with_for_update(skip_locked=True)):
        row.wrapped_key = keys.rewrap(row.wrapped_key, row.feedback_id.bytes)
