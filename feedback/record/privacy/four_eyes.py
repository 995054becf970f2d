"""Erasure by two members of staff, where a service is set so: one asks, another approves or refuses."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import Principal, Role, owned_for
from feedback.record.errors import Forbidden
from feedback.record.models import ErasureRequest, Person, Service
from feedback.record.privacy import erasure


def erase_or_ask(session: Session, who: Principal, service: Service, ids: Sequence[uuid.UUID]) -> bool:
    """Erases these pieces, and tells that it did; where it takes two, it waits for another to approve.

    Raises `Forbidden` for a key where it takes two: nobody knows who has it.
    """
    if not service.properties.four_eyes:
        erasure.erase(session, ids, by=who.caller)
        return True
    made = ErasureRequest(service_id=service.id, person_id=_person(who), ids=list(ids))
    session.add(made)
    session.flush()
    audit.note(session, who.caller, "erasure asked for", f"erasure:{made.id}", service.id, pieces=len(ids))
    return False


def approve(session: Session, who: Principal, request_id: int) -> list[uuid.UUID]:
    """Erases what another asked for, and returns what that was. Raises `Forbidden` for who asked for it."""
    found = owned_for(session, who, ErasureRequest, request_id, Role.owner)
    if _person(who) == found.person_id:
        raise Forbidden("another member of staff approves it")
    ids = list(found.ids)
    audit.note(session, who.caller, "erasure approved", f"erasure:{found.id}", found.service_id, pieces=len(ids))
    session.delete(found)
    erasure.erase(session, ids, by=who.caller)
    return ids


def refuse(session: Session, who: Principal, request_id: int) -> None:
    """Lets go of a request; who asked for it may do so, too."""
    found = owned_for(session, who, ErasureRequest, request_id, Role.owner)
    audit.note(session, who.caller, "erasure refused", f"erasure:{found.id}", found.service_id)
    session.delete(found)


def waiting(session: Session, service: Service) -> list[tuple[ErasureRequest, str]]:
    """Returns what waits to be approved, the oldest first, each with the name of who asked."""
    rows = select(ErasureRequest, Person.name).join(Person, Person.id == ErasureRequest.person_id)
    found = session.execute(rows.where(ErasureRequest.service_id == service.id).order_by(ErasureRequest.id))
    return [(request, name) for request, name in found]


def _person(who: Principal) -> int:
    if who.person_id is None:
        raise Forbidden("this takes a member of staff, not a key")
    return who.person_id
