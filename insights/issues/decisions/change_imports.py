"""Changes of a service that come with a calendar file: taken together, and taken back as a whole."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record import access, audit
from feedback.record.access import Principal, Role
from feedback.record.errors import Malformed
from feedback.record.models import Change, ChangeImport, Service
from feedback.record.states import ChangeKind
from insights.issues.decisions import lifecycle
from insights.issues.decisions.calendar_file import CalendarEvent
from insights.issues.decisions.lifecycle import ServiceEvent

MAX_FILE_NAME = 200


def take(
    session: Session, who: Principal, service: Service, file: str, kind: ChangeKind, events: Sequence[CalendarEvent]
) -> int:
    """Stores the events that are not there yet, and returns how many those are.

    Raises `Malformed` where a kind is chosen whose changes have an end, and some of them have none.
    """
    if kind == ChangeKind.PLANNED and any(event.until is None for event in events):
        raise Malformed("some of them have no end, and planned work has one", field="kind")
    stored = select(Change.what, Change.at).where(Change.service_id == service.id, Change.kind == kind)
    known = {(row.what, row.at) for row in session.execute(stored)}
    fresh = [event for event in events if (event.what, event.at) not in known]
    if not fresh:
        return 0
    made = ChangeImport(service_id=service.id, file=file[:MAX_FILE_NAME], by=who.name)
    session.add(made)
    session.flush()
    for event in fresh:
        wanted = ServiceEvent(what=event.what, kind=kind, at=event.at, until=event.until, link=event.link)
        lifecycle.record_change(session, who, service, wanted).import_id = made.id
    audit.note(session, who.caller, "changes imported", f"import:{made.id}", service.id, changes=len(fresh))
    return len(fresh)


def take_back(session: Session, who: Principal, import_id: int) -> None:
    """Takes back all that came with a file. Raises `NotFound`, and `Forbidden` unless the asker is an editor."""
    found = access.owned_for(session, who, ChangeImport, import_id, Role.editor)
    audit.note(session, who.caller, "changes taken back", f"import:{found.id}", found.service_id)
    session.delete(found)


def remove(session: Session, who: Principal, change_id: int) -> None:
    """Removes one change. Raises `NotFound`, and `Forbidden` unless the asker is an editor."""
    found = access.owned_for(session, who, Change, change_id, Role.editor)
    audit.note(session, who.caller, "change removed", f"change:{found.id}", found.service_id)
    session.delete(found)


def listed(session: Session, service: Service, most: int) -> list[tuple[ChangeImport, int]]:
    """Returns the last files that changes came with, the latest first, each with how many are left of them."""
    count = func.count(Change.id)
    mine = select(ChangeImport, count).outerjoin(Change, Change.import_id == ChangeImport.id)
    rows = mine.where(ChangeImport.service_id == service.id).group_by(ChangeImport.id).order_by(ChangeImport.id.desc())
    return [(row[0], row[1]) for row in session.execute(rows.limit(most))]
