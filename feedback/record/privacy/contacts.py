"""How to reach citizens who asked for it: sealed, each under a key of its own, for one purpose, then shredded."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping

import phonenumbers
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from feedback.record.encryption import KeyRing
from feedback.record.models import Contact, Issue, Statement
from feedback.record.states import ContactStage

OUTCOME = "outcome"
"""The one purpose that a contact is kept for: to say once what became of the feedback."""

CONSENT_WITHIN = dt.timedelta(days=1)
"""How long the number of somebody who texted is held for their answer whether we may write to it."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAIL_ADDRESS = re.compile(rf"(?=.{{1,254}}\Z)(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
"""One address as RFC 5321 sends it to: without a name, a comment or a line break, which could become headers."""

NUMBER = re.compile(r"\+?[0-9 ().-]{7,25}")

GIVE_UP_AFTER = dt.timedelta(days=7)
"""How long after an issue was resolved we try to reach who asked to hear of it; then the contact is destroyed."""


def is_contact(text: str) -> bool:
    """Tells whether it is one e-mail address, or one telephone number with its area."""
    if "@" in text:
        return MAIL_ADDRESS.fullmatch(text) is not None
    if not NUMBER.fullmatch(text):
        return False
    try:
        reason = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(text, "GB"))
    except phonenumbers.NumberParseException:
        return False
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)


def store(session: Session, keys: KeyRing, contacts: Mapping[uuid.UUID, str]) -> None:
    """Seals the contacts of those who agreed to be told, by the id of their feedback."""
    rows = [_row(keys, identity, contact) for identity, contact in contacts.items()]
    if rows:
        session.execute(insert(Contact), rows)


def store_offered(session: Session, keys: KeyRing, identity: uuid.UUID, number: str) -> None:
    """Seals the number of somebody who is asked whether they would like to be told, unless it is there already."""
    waits = {"stage": ContactStage.OFFERED, "due_at": func.now() + CONSENT_WITHIN}
    session.execute(insert(Contact).values(**_row(keys, identity, number), **waits).on_conflict_do_nothing())


def record_consent(session: Session, keys: KeyRing, number: str) -> bool:
    """Keeps all contacts of this number that were offered. Returns whether there were any."""
    asked = update(Contact).where(
        Contact.digest == contact_digest(keys, number),
        Contact.stage == ContactStage.OFFERED,
        Contact.due_at > func.now(),
    )
    consented = asked.values(stage=ContactStage.KEPT, due_at=None)
    return bool(session.execute(consented).rowcount)  # type: ignore[attr-defined]


def shred_expired(session: Session) -> None:
    """Deletes the contacts of those who did not answer, or who could not be reached."""
    silent = (Contact.stage == ContactStage.OFFERED) & (Contact.due_at < func.now())
    long_resolved = select(Issue.id).where(Issue.status_at < func.now() - GIVE_UP_AFTER)
    unreached = Contact.stage.not_in([ContactStage.OFFERED, ContactStage.KEPT]) & Contact.about.in_(long_resolved)
    session.execute(delete(Contact).where(or_(silent, unreached)))


def _row(keys: KeyRing, identity: uuid.UUID, contact: str) -> dict[str, object]:
    return {
        "feedback_id": identity,
        "purpose": OUTCOME,
        "digest": contact_digest(keys, contact),
        **keys.seal_envelope(contact.encode(), identity.bytes),
    }


def contact_digest(keys: KeyRing, contact: str) -> bytes:
    """Finds what one person left, when they ask for it or for its erasure, without opening anybody else's."""
    return keys.digest(b"contact" + normalise(contact).encode())


def normalise(contact: str) -> str:
    """Writes a number or an address in one form (E.164 for numbers), however it was typed."""
    try:
        if "@" not in contact:
            number = phonenumbers.parse(contact, "GB")
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        pass
    return "".join(contact.lower().split())


def read(session: Session, keys: KeyRing, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Opens the contacts that were left with these pieces of feedback."""
    found = session.scalars(select(Contact).where(Contact.feedback_id.in_(list(ids))))
    return {
        row.feedback_id: keys.open_envelope(row.wrapped_key, row.sealed, row.feedback_id.bytes).decode()
        for row in found
    }


def shred(session: Session, ids: Iterable[uuid.UUID]) -> None:
    """Deletes the contacts that were left with these pieces, together with their keys."""
    session.execute(delete(Contact).where(Contact.feedback_id.in_(list(ids))))


def shred_of_person(session: Session, keys: KeyRing, contact: str) -> None:
    """Deletes everything that was kept to reach this one address or number."""
    session.execute(delete(Contact).where(Contact.digest == contact_digest(keys, contact)))


def schedule_replies(session: Session, issue_id: uuid.UUID) -> None:
    """Queues a reply to everybody who spoke of this issue and asked to hear when it is resolved.

    Who spoke of it in several pieces is told once: the further copies of their contact are deleted.
    """
    spoke = select(Statement.feedback_id).where(Statement.issue_id == issue_id)
    kept = (Contact.feedback_id.in_(spoke), Contact.stage == ContactStage.KEPT, Contact.purpose == OUTCOME)
    of_each = select(Contact.feedback_id).where(*kept).ext(distinct_on(Contact.digest))
    told = update(Contact).where(Contact.feedback_id.in_(of_each.order_by(Contact.digest, Contact.feedback_id)))
    session.execute(told.values(stage=ContactStage.WAITING, about=issue_id, due_at=func.now()))
    session.execute(delete(Contact).where(*kept))


def cancel_replies(session: Session, issue_id: uuid.UUID) -> None:
    """Keeps the contacts that were not written to yet until the issue, open again, is resolved once more."""
    waits = update(Contact).where(
        Contact.about == issue_id, Contact.stage == ContactStage.WAITING, Contact.claimed_by.is_(None)
    )
    session.execute(waits.values(stage=ContactStage.KEPT, about=None, due_at=None))


def rewrap(session: Session, keys: KeyRing) -> None:
    """Wraps every key under the current key of keys, so that a former one opens nothing any more."""
    for row in session.scalars(select(Contact).with_for_update(skip_locked=True)):
        row.wrapped_key = keys.rewrap(row.wrapped_key, row.feedback_id.bytes)
