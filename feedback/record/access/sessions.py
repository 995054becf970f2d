"""Signed-in sessions: opening one, who may see which, and ending them before their time."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.audit import note
from feedback.record.errors import NotFound
from feedback.record.models import Credential
from feedback.record.states import CredentialKind

LIFETIME = dt.timedelta(hours=12)
"""A working day; then one signs in again."""

SEEN_EVERY = dt.timedelta(minutes=1)
"""How exactly it is known when a key or a session was used last."""


def start(session: Session, who: Principal) -> str:
    """Opens a session for whoever came with a key or a link, and returns its secret."""
    own = {} if who.person_id else _only_role(who)
    columns = {"name": who.name, "parent_id": who.origin_id, "person_id": who.person_id} | own
    return access.store(session, CredentialKind.SESSION, LIFETIME, **columns)


def _only_role(who: Principal) -> dict[str, object]:
    [(service_id, role)] = who.roles.items()
    return {"service_id": service_id, "role": role.name}


def is_due(who: Principal) -> bool:
    """Tells whether it is time to write down that somebody was here."""
    return who.last_seen_at is None or who.last_seen_at < dt.datetime.now(dt.UTC) - SEEN_EVERY


def seen(session: Session, credential_id: int) -> None:
    """Writes down that a key or a session was used now."""
    session.execute(update(Credential).where(Credential.id == credential_id).values(last_seen_at=func.now()))


def _visible(who: Principal) -> tuple[ColumnElement[bool], ...]:
    """An admin sees all sessions, an owner those of the service; the others see those of their own key or link.

    A person sees their own, whatever their role.
    """
    mine = (Credential.kind == CredentialKind.SESSION, *access.valid())
    owned = who.with_role(Role.owner)
    if None in owned:
        return mine
    return (*mine, or_(_own(who), Credential.service_id.in_(owned)))


def _own(who: Principal) -> ColumnElement[bool]:
    """What is the same person's, or came from the same key or link."""
    return Credential.person_id == who.person_id if who.person_id else Credential.parent_id == who.origin_id


def listed(session: Session, who: Principal, limit: int, before: int | None = None) -> Sequence[Credential]:
    """Lists the sessions that are open and that somebody may see, the latest opened first."""
    query = select(Credential).where(*_visible(who)).order_by(Credential.id.desc()).limit(limit)
    return session.scalars(query.where(Credential.id < before) if before else query).all()


def end(session: Session, who: Principal, session_id: int) -> None:
    """Ends a session and its event streams at once. Raises `NotFound` for one that the asker may not see."""
    found = session.scalar(select(Credential).where(Credential.id == session_id, *_visible(who)))
    if found is None:
        raise NotFound("there is no such session")
    access.revoke(session, found.id)
    note(session, who.caller, "session end", f"session:{found.id}", found.service_id)


def end_all(session: Session, who: Principal) -> None:
    """Ends all sessions of whoever asks, this one too: those of the person, or of the same key or link."""
    access.revoke_all(session, Credential.kind == CredentialKind.SESSION, _own(who))
    note(session, who.caller, "sessions end", who.caller, None)
