"""Members of staff: who there is, what they may do where, and their end, which is at once and everywhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role, passkeys, scope
from feedback.record.audit import note
from feedback.record.errors import Conflict, Malformed, NotFound
from feedback.record.limits import require_name
from feedback.record.models import Credential, Membership, Person, Service
from feedback.record.states import CredentialKind

COMMAND_LINE = "command line"
"""How the audit names who works on the machine itself."""

MAX_NAME_LENGTH = 100
MAX_EMAIL_LENGTH = 254  # RFC 5321
EMAIL = re.compile(r"[^\s@<>(),;:\"\\]{1,64}@[^\s@<>(),;:\"\\]+")


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person and the memberships of theirs that somebody may see, each with its service, none for an admin's."""

    person: Person
    memberships: list[tuple[Membership, Service | None]]


def normal_email(text: str) -> str:
    """Returns an e-mail address as it is stored. Raises `Malformed` for what is none.

    Letters of ASCII alone are made small: U+212A, the sign of Kelvin, would become the k of somebody else's address.
    """
    email = text.strip().encode(errors="replace").lower().decode()
    if len(email) > MAX_EMAIL_LENGTH or not EMAIL.fullmatch(email) or not email.isprintable():
        raise Malformed("this is no e-mail address", field="email")
    return email


def find(session: Session, email: str) -> Person | None:
    """Finds who has an e-mail address and has not left."""
    return session.scalar(select(Person).where(Person.email == normal_email(email), Person.left_at.is_(None)))


def require(session: Session, email: str) -> Person:
    """Finds who has an e-mail address and has not left. Raises `NotFound`."""
    found = find(session, email)
    if found is None:
        raise NotFound("no member of staff has this e-mail address")
    return found


def add(session: Session, name: str, email: str) -> Person:
    """Makes a person, or finds the one who has this address; who had left is back, without any role.

    Raises `Malformed` for a name or an address that cannot be one.
    """
    email, name = normal_email(email), " ".join(name.split())
    if not name or len(name) > MAX_NAME_LENGTH:
        raise Malformed(f"a name has 1 to {MAX_NAME_LENGTH} characters", field="name")
    require_name(name, "name")
    found = session.scalar(select(Person).where(Person.email == email).with_for_update())
    if found is None:
        session.add(found := Person(name=name, email=email))
    elif found.left_at:
        found.left_at, found.name = None, name
    session.flush()
    return found


def appoint(
    session: Session, person: Person, role: Role, service: Service | None, *, by: str, from_directory: bool = False
) -> None:
    """Gives a person a role on a service, or makes them an admin; instead of the role that they had there."""
    access.require_fitting(role, service)
    end_before_more(session, person, role, service.id if service else None)
    found = session.scalar(select(Membership).where(*_place(person, service)))
    if found is None:
        session.add(found := Membership(person_id=person.id, service_id=service.id if service else None))
    found.role, found.from_directory = role.name, from_directory
    session.flush()
    note(session, by, "staff appointed", f"person:{person.id}", found.service_id, role=role.name)


def end_before_more(session: Session, person: Person, role: Role, service_id: int | None) -> None:
    """Ends the sessions, links and passkeys of a person who is about to be given more than they have.

    They prove again who they are: where no mail goes out, whoever invited them was shown their link, and may have
    followed it; what that opened must not grow with their roles.
    """
    with scope.lifted(session):
        before = access.roles_of(session, person.id)
    if all(before.get(place, 0) < role for place in (None, service_id)):
        opened = Credential.kind.in_((CredentialKind.LINK, CredentialKind.SESSION))
        access.revoke_all(session, Credential.person_id == person.id, opened)
        passkeys.forget(session, person.id)


def dismiss(session: Session, person: Person, service: Service | None, *, by: str) -> None:
    """Takes a person's role on one service away; who has no other has left.

    Raises `NotFound` where they have none there, `Conflict` for the last admin.
    """
    if session.scalar(select(Membership.id).where(*_place(person, service))) is None:
        raise NotFound("there is no such member of staff")
    if service is None:
        _require_another_admin(session, person)
    session.execute(delete(Membership).where(*_place(person, service)))
    note(session, by, "staff dismissed", f"person:{person.id}", service.id if service else None)
    with scope.lifted(session):  # whether anything is left to them elsewhere
        if session.scalar(select(Membership.id).where(Membership.person_id == person.id).limit(1)) is None:
            _leave(session, person)


def remove(session: Session, person: Person, *, by: str) -> None:
    """Takes all roles of a person away; their sessions and feed addresses end. Raises `Conflict` for the last admin."""
    if is_admin(session, person):
        _require_another_admin(session, person)
    session.execute(delete(Membership).where(Membership.person_id == person.id))
    _leave(session, person)
    note(session, by, "staff removed", f"person:{person.id}", None)


def is_admin(session: Session, person: Person) -> bool:
    """Tells whether a person may do everything."""
    return session.scalar(select(Membership.id).where(*_place(person, None))) is not None


def listed(session: Session, who: Principal) -> list[StaffMember]:
    """Lists the staff, by name, of the services that somebody owns, and the admins for an admin."""
    owned = who.with_role(Role.owner)
    return everybody(session) if None in owned else everybody(session, Membership.service_id.in_(owned))


def everybody(session: Session, *which: ColumnElement[bool]) -> list[StaffMember]:
    """Lists the staff by name, with those of their memberships that the conditions select."""
    rows = (
        select(Person, Membership, Service)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Service, Service.id == Membership.service_id)
        .order_by(func.lower(Person.name), Person.id, Service.name.nulls_first())
    )
    found: dict[int, StaffMember] = {}
    for person, membership, service in session.execute(rows.where(*which)):
        found.setdefault(person.id, StaffMember(person, [])).memberships.append((membership, service))
    return list(found.values())


def owners(session: Session, service: Service) -> Sequence[Person]:
    """Lists who owns a service, by name: whom its team asks."""
    theirs = (Membership.service_id == service.id, Membership.role == Role.owner.name)
    named = select(Person).join(Membership, Membership.person_id == Person.id).where(*theirs)
    return session.scalars(named.order_by(func.lower(Person.name), Person.id)).all()


def one_of(session: Session, who: Principal, person_id: int) -> StaffMember:
    """Finds a member of staff of those that somebody may see. Raises `NotFound`."""
    for member in listed(session, who):
        if member.person.id == person_id:
            return member
    raise NotFound("there is no such member of staff")


def answers_for(session: Session, who: Principal, person: Person) -> bool:
    """Tells whether somebody may have the link of a person: whether they own every service that the person works for.

    An owner who was shown the link of somebody who may do more than they would be who may do more.
    """
    theirs = select(Membership.service_id).where(Membership.person_id == person.id)
    with scope.lifted(session):
        return all(who.may(Role.owner if place else Role.admin, place) for place in session.scalars(theirs))


def _leave(session: Session, person: Person) -> None:
    person.left_at = func.now()
    access.revoke_all(session, Credential.person_id == person.id)
    passkeys.forget(session, person.id)


def _place(person: Person, service: Service | None) -> Sequence[ColumnElement[bool]]:
    at = Membership.service_id.is_(None) if service is None else Membership.service_id == service.id
    return (Membership.person_id == person.id, at)


def _require_another_admin(session: Session, person: Person) -> None:
    """Locks the admins, so that two do not remove one another at the same time."""
    admins = select(Membership.person_id).where(Membership.service_id.is_(None)).with_for_update()
    if set(session.scalars(admins)) <= {person.id}:
        raise Conflict("this is the last admin; appoint another first")


def speak(session: Session, person_id: int | None, language: str) -> None:
    """Keeps the language that a person chose; who is no person has none to keep."""
    session.execute(update(Person).where(Person.id == person_id).values(language=language))
