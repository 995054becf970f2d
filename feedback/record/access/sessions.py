"""Signed-in sessions: who may see which, and end them before their time."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.audit import note
from feedback.record.errors import NotFound
from feedback.record.models import Credential
from feedback.record.states import CredentialKind


def _visible(who: Principal) -> tuple[ColumnElement[bool], ...]:
    """An admin sees all sessions, an owner those of the service; the others see those of their own key or link."""
    mine = (Credential.kind == CredentialKind.SESSION, *access.valid())
    if who.role == Role.admin:
        return mine
    if who.role == Role.owner:
        return (*mine, Credential.service_id == who.service_id)
    return (*mine, Credential.parent_id == who.origin_id)


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
