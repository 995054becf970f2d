"""Members of staff as the organisation's directory knows them: which of its groups is which role."""

from collections.abc import Collection, Mapping
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role, people
from feedback.record.audit import note
from feedback.record.errors import NotAuthentic
from feedback.record.models import Membership, Person, Service
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind

log = structlog.get_logger()

DIRECTORY = "directory"
"""How the audit names it."""


def recognise(session: Session, settings: Settings, claims: Mapping[str, Any]) -> Principal:
    """Says who somebody is by what the directory says of them, and gives them the roles of their groups.

    Roles that people gave stay; those of groups that they are no longer in go. Raises `NotAuthentic` for who has no
    role then, has been removed from the staff, or has an address that the directory does not vouch for.
    """
    person = _person(session, settings, claims)
    _bring_in_line(session, person, _wanted(session, settings, claims))
    roles = access.roles_of(session, person.id)
    if not roles:
        raise NotAuthentic("nobody has given you a role here")
    return Principal(0, person.name, roles, CredentialKind.LINK, person_id=person.id)


def _person(session: Session, settings: Settings, claims: Mapping[str, Any]) -> Person:
    subject = f"{claims['iss']} {claims['sub']}"
    found = session.scalar(select(Person).where(Person.subject == subject).with_for_update())
    if found is None:
        found = _by_address(session, settings, claims)
        found.subject = subject
    if found.left_at:
        raise NotAuthentic("you have been removed from the staff; somebody has to invite you again")
    return found


def _by_address(session: Session, settings: Settings, claims: Mapping[str, Any]) -> Person:
    """An address that nobody has proved to be theirs would let them in as whoever was invited under it."""
    email = str(claims.get("email", ""))
    if not (claims.get("email_verified") is True or settings.oidc_trust_email) or not email:
        raise NotAuthentic("the directory does not vouch for your e-mail address")
    normal = people.normal_email(email)
    known = session.scalar(select(Person).where(Person.email == normal).with_for_update())
    if known and known.subject:
        raise NotAuthentic("this e-mail address is somebody else's here")
    return known or people.add(session, str(claims.get("name") or normal)[: people.MAX_NAME_LENGTH], normal)


def _wanted(session: Session, settings: Settings, claims: Mapping[str, Any]) -> dict[int | None, Role]:
    """The highest role of their groups on each service, by its id; None stands for every service."""
    said = claims.get(settings.oidc_claim, [])
    groups: Collection[Any] = said if isinstance(said, list) else [said]
    ids: dict[str, int] = {row.slug: row.id for row in session.execute(select(Service.slug, Service.id))}
    found: dict[int | None, Role] = {}
    for group, (role, slug) in settings.oidc_roles:
        if group in groups and slug and slug not in ids:
            log.warning("FEEDBACK_OIDC_ROLES names a service that there is not", service=slug)
        elif group in groups:
            place = ids[slug] if slug else None
            found[place] = max(Role[role], found.get(place, Role.reader))
    return found


def _bring_in_line(session: Session, person: Person, wanted: Mapping[int | None, Role]) -> None:
    rows = session.scalars(select(Membership).where(Membership.person_id == person.id)).all()
    before = {row.service_id: Role[row.role] for row in rows if row.from_directory}
    by_people = {row.service_id for row in rows if not row.from_directory}
    given = {place: role for place, role in wanted.items() if place not in by_people}
    if given == before:
        return
    for place, role in given.items():
        people.end_before_more(session, person, role, place)
    session.execute(delete(Membership).where(Membership.person_id == person.id, Membership.from_directory))
    for place, role in given.items():
        session.add(Membership(person_id=person.id, service_id=place, role=role.name, from_directory=True))
    session.flush()
    for place in {*given, *before}:
        changed = given[place].name if place in given else "none"
        note(session, DIRECTORY, "staff appointed", f"person:{person.id}", place, role=changed)
