"""Long text messages come in parts, in any order: kept sealed until all are there, or until the rest will not come."""

import datetime as dt
import os
from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.models import MessagePart
from feedback.record.sealing import KeyRing, open_sealed, seal
from ingest.arrival import Arrival
from ingest.channels.contract import Directory, Fragment
from ingest.channels.vonage import join_parts
from ingest.directory import ServiceDirectory
from ingest.intake import accept

PATIENCE = dt.timedelta(minutes=10)
"""After so long the rest is not waited for: networks deliver parts within seconds of each other."""


def add(session: Session, keys: KeyRing, fragment: Fragment, directory: Directory) -> tuple[Arrival, ...]:
    """Keeps a part; the whole message once this was the last that was missing."""
    message = keys.digest("\0".join((fragment.sender, fragment.recipient, fragment.ref)).encode())
    key = os.urandom(32)
    row = {
        "message": message,
        "part": fragment.part,
        "wrapped_key": keys.wrap(key, message),
        "sealed": seal(key, msgspec.json.encode(fragment), message),
    }
    session.execute(insert(MessagePart).values(**row).on_conflict_do_nothing())
    parts = session.scalars(select(MessagePart).where(MessagePart.message == message).with_for_update()).all()
    if len({part.part for part in parts}) < fragment.total:
        return ()
    return _join(session, keys, parts, directory)


def give_up_waiting(session: Session, keys: KeyRing, now: dt.datetime) -> int:
    """What came of messages whose rest did not is stored as it is; says how many messages."""
    late = (
        select(MessagePart.message)
        .group_by(MessagePart.message)
        .having(func.max(MessagePart.received_at) < now - PATIENCE)
    )
    messages = session.scalars(late).all()
    for message in messages:
        parts = session.scalars(select(MessagePart).where(MessagePart.message == message).with_for_update()).all()
        accept(session, keys, _join(session, keys, parts, ServiceDirectory(session)), now)
    return len(messages)


def _join(session: Session, keys: KeyRing, parts: Sequence[MessagePart], directory: Directory) -> tuple[Arrival, ...]:
    fragments = [_opened(keys, part) for part in parts]
    session.execute(delete(MessagePart).where(MessagePart.id.in_([part.id for part in parts])))
    return join_parts(fragments, directory).arrivals if fragments else ()


def _opened(keys: KeyRing, part: MessagePart) -> Fragment:
    key = keys.unwrap(part.wrapped_key, part.message)
    return msgspec.json.decode(open_sealed(key, part.sealed, part.message), type=Fragment)
