"""Long text messages come in parts, in any order: kept sealed until all are there, or until the rest will not come."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

import msgspec
import structlog
from sqlalchemy import CursorResult, Update, delete, func, select, update
from sqlalchemy.orm import Session

from feedback.record.encryption import KeyRing
from feedback.record.errors import Unavailable
from feedback.record.models import MessagePart
from feedback.record.work.jobs import apart
from ingest.channels.contract import Directory, Fragment, Parsed
from ingest.channels.sms.message import joined
from ingest.intake.accept import accept
from ingest.intake.directory import ServiceDirectory

log = structlog.get_logger()

GIVE_UP_AFTER = dt.timedelta(minutes=10)
"""After so long the rest is not waited for: networks deliver parts within seconds of each other."""
REMEMBER_PARTS_FOR = dt.timedelta(days=2)
"""How long a part is known again: Vonage repeats one for a day."""


def add(session: Session, keys: KeyRing, fragment: Fragment, directory: Directory, now: dt.datetime) -> Parsed:
    """Keeps a part, and stores the whole message once this was the last that was missing; a part comes once.

    Says what the message was, if it is whole. References are used again: a second first part begins a new message.
    """
    message = keys.digest("\0".join((fragment.sender, fragment.recipient, fragment.ref)).encode())
    identity = keys.digest("\0".join((fragment.caller, fragment.external_id)).encode())
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(message[:8], signed=True))))
    if session.scalar(select(MessagePart.id).where(MessagePart.identity == identity)):
        return Parsed()
    waiting = _waiting(session, message)
    if any(part.part == fragment.part for part in waiting):
        _store(session, keys, waiting, directory, now)
    session.add(_sealed(keys, fragment, message, identity))
    waiting = _waiting(session, message)
    return _store(session, keys, waiting, directory, now) if len(waiting) == fragment.total else Parsed()


def give_up_waiting(session: Session, keys: KeyRing, now: dt.datetime) -> int:
    """Store what came of messages whose rest did not come as it is; says how many messages.

    The parts of a message that cannot be stored are set aside, so that this is told once and not with every look.
    """
    session.execute(delete(MessagePart).where(MessagePart.joined, MessagePart.received_at < now - REMEMBER_PARTS_FOR))
    late = (
        select(MessagePart.message)
        .where(~MessagePart.joined)
        .group_by(MessagePart.message)
        .having(func.max(MessagePart.received_at) < now - GIVE_UP_AFTER)
    )
    messages = session.scalars(late).all()
    for message in messages:
        waiting, is_stored = _waiting(session, message), False
        with apart("parts of a text"), session.begin_nested():
            _store(session, keys, waiting, ServiceDirectory(session), now)
            is_stored = True
        if not is_stored:
            session.execute(_those(waiting).values(joined=True))
    return len(messages)


def requeue(session: Session) -> int:
    """Lets the parts that were set aside wait again, after their cause was mended; says how many."""
    again = update(MessagePart).where(MessagePart.joined, MessagePart.sealed != b"").values(joined=False)
    return cast(CursorResult[Any], session.execute(again)).rowcount


def _waiting(session: Session, message: bytes) -> Sequence[MessagePart]:
    waits = select(MessagePart).where(MessagePart.message == message, ~MessagePart.joined)
    return session.scalars(waits.with_for_update()).all()


def _sealed(keys: KeyRing, fragment: Fragment, message: bytes, identity: bytes) -> MessagePart:
    envelope = keys.seal_envelope(msgspec.json.encode(fragment), message)
    return MessagePart(message=message, identity=identity, part=fragment.part, **envelope)


def _store(
    session: Session, keys: KeyRing, parts: Sequence[MessagePart], directory: Directory, now: dt.datetime
) -> Parsed:
    """In the transaction that forgets the words of the parts, so that no end of this process loses them.

    A part that cannot be read is set aside alone; the others are stored with a gap.
    """
    opened = {part.id: fragment for part in parts if (fragment := _opened(keys, part))}
    session.execute(_those(parts).values(joined=True))
    if not opened:
        return Parsed()
    whole = joined(list(opened.values()), directory)
    accept(session, keys, whole.arrivals, now)
    forgotten = update(MessagePart).where(MessagePart.id.in_(opened))
    session.execute(forgotten.values(sealed=b"", wrapped_key=b""))
    return whole


def _those(parts: Sequence[MessagePart]) -> Update:
    return update(MessagePart).where(MessagePart.id.in_([part.id for part in parts]))


def _opened(keys: KeyRing, part: MessagePart) -> Fragment | None:
    try:
        plain = keys.open_envelope(part.wrapped_key, part.sealed, part.message)
        return msgspec.json.decode(plain, type=Fragment)
    except (Unavailable, msgspec.DecodeError) as error:
        log.error("part of a text set aside", part=part.id, error=type(error).__name__)
        return None
