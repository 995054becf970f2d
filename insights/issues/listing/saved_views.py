"""Filters that are saved under a name: a person's own, or of all who work on the service."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback.record import access, audit
from feedback.record.access import Principal, Role
from feedback.record.errors import Conflict, Malformed, NotFound
from feedback.record.models import SavedView, Service

MOST_FIELDS = 200

MOST_SHARED, MOST_OF_ONE = 100, 30
"""So many can be saved in one service for all, and by each person for themselves: nobody uses up what is others'."""


def visible(session: Session, who: Principal, service: Service) -> Sequence[SavedView]:
    """Lists the views of a service that somebody may use, by name: those of all, and their own."""
    mine = or_(SavedView.person_id.is_(None), SavedView.person_id == who.person_id)
    found = select(SavedView).where(SavedView.service_id == service.id, mine)
    return session.scalars(found.order_by(SavedView.name, SavedView.id)).all()


def save(session: Session, who: Principal, service: Service, name: str, query: str, *, shared: bool) -> SavedView:
    """Saves filters, as an address has them, under a name; the view of that name is changed where there is one.

    What is shared takes an editor. Raises `Malformed` for a view of their own of somebody who is nobody by name (a key
    has no views of its own), `Conflict` where there are too many of that kind.
    """
    if shared:
        access.require(who, Role.editor, service.id)
    elif who.person_id is None:
        raise Malformed("only members of staff have views of their own", field="shared")
    person_id = None if shared else who.person_id
    of_service = select(SavedView).where(SavedView.service_id == service.id)
    theirs = SavedView.person_id.is_not_distinct_from(person_id)
    there = session.scalars(of_service.where(theirs).with_for_update()).all()
    same = next((view for view in there if view.name == name), None)
    most = MOST_SHARED if shared else MOST_OF_ONE
    if same is None and len(there) >= most:
        raise Conflict(f"there are {most} views already; delete one first")
    view = same or SavedView(service_id=service.id, person_id=person_id, name=name)
    view.query = urlencode(_pairs(query))
    session.add(view)
    session.flush()
    audit.note(session, who.caller, "save view", f"view:{view.id}", service.id)
    return view


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query.removeprefix("?"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Malformed(f"at most {MOST_FIELDS} parameters", field="query") from None


def delete(session: Session, who: Principal, service: Service, view_id: int) -> None:
    """Deletes a view. Raises `NotFound` where they see none, `Forbidden` for a shared one unless they are an editor."""
    view = next((view for view in visible(session, who, service) if view.id == view_id), None)
    if view is None:
        raise NotFound("there is no such view")
    if view.person_id is None:
        access.require(who, Role.editor, service.id)
    session.delete(view)
    audit.note(session, who.caller, "delete view", f"view:{view.id}", service.id)
