"""Who may see to the issues of a service, and whom of them a name means."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from feedback.record.access import Role, scope
from feedback.record.models import Membership, Person

DECIDING = (Role.editor.name, Role.owner.name, Role.admin.name)


def colleagues(session: Session, service_id: int) -> Sequence[Person]:
    """Lists, by name, who may decide about the issues of a service: its editors and owners, and the admins."""
    here = or_(Membership.service_id == service_id, Membership.service_id.is_(None))
    theirs = select(Membership.person_id).where(here, Membership.role.in_(DECIDING))
    with scope.lifted(session):  # an admin's membership is of no service
        named = select(Person).where(Person.id.in_(theirs), Person.left_at.is_(None))
        return session.scalars(named.order_by(func.lower(Person.name), Person.id)).all()


def called(session: Session, service_id: int, name: str) -> Person | None:
    """Finds the colleague of a name; none where nobody is called so, or several are."""
    found = [person for person in colleagues(session, service_id) if person.name.casefold() == name.strip().casefold()]
    return found[0] if len(found) == 1 else None


def set_assignment_mails(session: Session, person_id: int, *, wanted: bool) -> None:
    """Keeps whether a person is told, by e-mail, what is assigned to them."""
    session.get_one(Person, person_id).assignment_mails = wanted
