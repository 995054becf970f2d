"""Roles and keys: who may see and change what. A secret is shown once and kept as its hash."""

import datetime as dt
import enum
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from feedback.record.access import scope
from feedback.record.errors import Forbidden, Malformed, NotAuthentic, NotFound
from feedback.record.models import (
    Change,
    ChangeImport,
    Credential,
    ErasureRequest,
    Feedback,
    HandOver,
    Issue,
    Membership,
    Person,
    Refit,
    Regrouping,
    Service,
    Statement,
)
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind

Owned = TypeVar("Owned", Change, ChangeImport, ErasureRequest, HandOver, Issue, Refit, Regrouping, Statement)


class Role(enum.IntEnum):
    """The roles: each may do what those before it may, and `admin` may on every service."""

    reader = 1
    editor = 2
    owner = 3
    admin = 4


LINK_LIFETIME = dt.timedelta(minutes=15)
"""How long a sign-in link waits to be followed, once."""

SESSION_IDLE = dt.timedelta(hours=1)
"""A session that nobody uses for so long ends."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Says who is asking, and their role on each service, by its id; None stands for every service.

    `language` is the one that a person chose, if they did.

    `parent_id` is the key or link that a session was opened with, where it is not a person's (`person_id`).
    """

    credential_id: int
    name: str
    roles: Mapping[int | None, Role]
    kind: CredentialKind = CredentialKind.KEY
    parent_id: int | None = None
    person_id: int | None = None
    last_seen_at: dt.datetime | None = None
    language: str | None = None

    @property
    def caller(self) -> str:
        """How the audit names who asks."""
        return f"key:{self.credential_id}" if self.person_id is None else f"person:{self.person_id}"

    @property
    def origin_id(self) -> int | None:
        """The key or link that all they do goes back to, and ends with; none for a person, who ends it by leaving."""
        return None if self.person_id else self.parent_id or self.credential_id

    @property
    def services(self) -> frozenset[int] | None:
        """The ids of the services that they may see; none where that is every one."""
        named = frozenset(place for place in self.roles if place is not None)
        return None if len(named) < len(self.roles) else named

    def may(self, needs: Role, service_id: int | None) -> bool:
        """Tells whether their role on a service, or on all of them (None), is at least `needs`."""
        return any(self.roles.get(place, 0) >= needs for place in (None, service_id))

    def with_role(self, needs: Role) -> list[int | None]:
        """Lists the ids of the services on which their role is at least `needs`; None stands for every service."""
        return [place for place, role in self.roles.items() if role >= needs]


def digest(secret: str) -> bytes:
    """Returns what is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()  # enough for 256 random bits; a password would need more


def create(
    session: Session,
    kind: str,
    role: Role,
    service: Service | None,
    *,
    name: str = "",
    lifetime: dt.timedelta | None = None,
    origin: Principal | None = None,
) -> str:
    """Makes a `key`, a sign-in `link`, a `session` or a `feed` address; returns its secret, which is nowhere else.

    It ends with the key or link of `origin`, who asked for it, or with their leaving.
    """
    require_fitting(role, service)
    return store(
        session,
        kind,
        lifetime,
        name=name or f"{role.name} of {service.slug if service else 'all services'}",
        role=role.name,
        service_id=service.id if service else None,
        parent_id=origin.origin_id if origin else None,
        person_id=origin.person_id if origin else None,
    )


def require_fitting(role: Role, service: Service | None) -> None:
    """Raises `Malformed` for a role other than admin without a service, or for an admin of one."""
    if (role == Role.admin) != (service is None):
        raise Malformed("a role other than admin belongs to one service, and admin to none")


def store(session: Session, kind: str, lifetime: dt.timedelta | None, **columns: Any) -> str:
    """Stores a credential with these columns; returns its secret, which is nowhere else."""
    secret = f"fb_{secrets.token_urlsafe(32)}"
    ends = dt.datetime.now(dt.UTC) + lifetime if lifetime else None
    session.add(Credential(kind=kind, digest=digest(secret), expires_at=ends, **columns))
    session.flush()
    return secret


def create_link(session: Session, role: Role, service: Service | None, *, name: str = "") -> str:
    """Makes a sign-in link, which works once and within `LINK_LIFETIME`, and returns its secret."""
    return create(session, CredentialKind.LINK, role, service, name=name, lifetime=LINK_LIFETIME)


def sign_in_url(settings: Settings, link: str) -> str:
    """Returns the address that the secret of a sign-in link is followed at."""
    return f"{settings.url}/sign-in/{link}"


def revoke(session: Session, credential_id: int) -> None:
    """Ends a credential; the sessions, event streams and feed addresses that came from it end with it."""
    found = session.get(Credential, credential_id)
    if found is None:
        raise NotFound(f"there is no key {credential_id}")
    found.revoked_at = found.revoked_at or func.now()


def revoke_all(session: Session, *which: ColumnElement[bool]) -> None:
    """Ends all credentials that the conditions select."""
    session.execute(update(Credential).where(*which, Credential.revoked_at.is_(None)).values(revoked_at=func.now()))


_origin, _membership = aliased(Credential), aliased(Membership)


def valid() -> tuple[ColumnElement[bool], ...]:
    """Selects the credentials that open anything now: not revoked, used up, expired or idle, nor of a thing that is.

    The key or the membership behind one is looked at each time, so that nothing made while that ends outlives it.
    """
    ended = or_(
        _origin.revoked_at.is_not(None), and_(_origin.kind == CredentialKind.KEY, _origin.expires_at <= func.now())
    )
    of_all = (_membership.service_id.is_(None), Credential.service_id.is_(None))
    belongs = select(_membership.id).where(
        _membership.person_id == Credential.person_id, or_(*of_all, _membership.service_id == Credential.service_id)
    )
    last_seen = func.coalesce(Credential.last_seen_at, Credential.created_at)
    return (
        Credential.revoked_at.is_(None),
        Credential.used_at.is_(None),
        or_(Credential.expires_at.is_(None), Credential.expires_at > func.now()),
        or_(Credential.kind != CredentialKind.SESSION, last_seen > func.now() - SESSION_IDLE),
        ~select(_origin.id).where(_origin.id == Credential.parent_id, ended).exists(),
        or_(Credential.person_id.is_(None), belongs.exists()),
    )


def identify(session: Session, secret: str, *kinds: str) -> Principal:
    """Says whose secret this is; from here on the session finds what is theirs alone.

    Raises `NotAuthentic` if nobody has it, or if it opens nothing any more.
    """
    mine = select(Credential).where(Credential.digest == digest(secret), Credential.kind.in_(kinds), *valid())
    chosen = mine.add_columns(Person.language).outerjoin(Person, Person.id == Credential.person_id)
    found = session.execute(chosen).one_or_none()
    return _principal(session, found[0], found[1]) if found else _principal(session, None)


def redeem(session: Session, link: str, browser: str = "") -> Principal:
    """Uses a sign-in link up; one that a browser asked for takes the secret of that browser.

    Raises `NotAuthentic` for one that is not, or no longer, valid.
    """
    bound = or_(Credential.browser_digest.is_(None), Credential.browser_digest == digest(browser))
    mine = (Credential.digest == digest(link), Credential.kind == CredentialKind.LINK, bound)
    used = update(Credential).where(*mine, *valid()).values(used_at=func.now()).returning(Credential)
    return _principal(session, session.scalar(used))


def _principal(session: Session, found: Credential | None, language: str | None = None) -> Principal:
    if found is None:
        raise NotAuthentic("this key is not known here, or no longer valid")
    roles = {found.service_id: Role[found.role]} if found.role else roles_of(session, found.person_id)
    who = Principal(
        found.id, found.name, roles, found.kind, found.parent_id, found.person_id, found.last_seen_at, language
    )
    scope.limit(session, who.services)
    return who


def roles_of(session: Session, person_id: int | None) -> dict[int | None, Role]:
    """Returns the roles of a person by the id of the service; None stands for every service."""
    theirs = select(Membership.service_id, Membership.role).where(Membership.person_id == person_id)
    return {service_id: Role[role] for service_id, role in session.execute(theirs)}


def require(who: Principal, needs: Role, service_id: int | None = None) -> Principal:
    """Returns who asks; raises `Forbidden` where their role on a service, or on all (None), is less than `needs`."""
    if not who.may(needs, service_id):
        raise Forbidden(f"this takes the role {needs.name}")
    return who


def service(session: Session, slug: str) -> Service:
    """Finds a service by its slug, whoever asks. Raises `NotFound` where there is none."""
    found = session.scalar(select(Service).where(Service.slug == slug))
    if found is None:
        raise NotFound(f"there is no service '{slug[:100]}'")
    return found


def service_for(session: Session, who: Principal, slug: str, needs: Role = Role.reader) -> Service:
    """Finds a service for somebody whose role on it is at least `needs`.

    Raises `Forbidden` for a lesser role. Another's service is `NotFound` instead: a key of one sees nothing of another,
    not even its name.
    """
    found = service(session, slug)
    _permit(who, found.id, needs, f"there is no service '{slug[:100]}'")
    return found


def issue_for(session: Session, who: Principal, issue_id: object, needs: Role = Role.reader) -> Issue:
    """Finds an issue as `service_for` finds a service."""
    return owned_for(session, who, Issue, issue_id, needs)


def owned_for(
    session: Session, who: Principal, model: type[Owned], identity: object, needs: Role = Role.reader
) -> Owned:
    """Finds what belongs to a service, by its id, as `service_for` finds a service."""
    found, missing = session.get(model, identity), f"there is no such {model.__name__.lower()}"
    if found is None:
        raise NotFound(missing)
    _permit(who, found.service_id, needs, missing)
    return found


def feedback_for(
    session: Session, who: Principal, feedback_id: object, needs: Role = Role.reader, *, lock: bool = True
) -> Feedback:
    """Finds a piece of feedback, locked: whoever asks for one by its id is about to act on it.

    Not so whoever locks its service first.
    """
    found = session.get(Feedback, feedback_id, with_for_update=lock or None)
    if found is None:
        raise NotFound("there is no such feedback")
    _permit(who, found.service_id, needs, "there is no such feedback")
    return found


def _permit(who: Principal, service_id: int, needs: Role, missing: str) -> None:
    if not who.may(Role.reader, service_id):
        raise NotFound(missing)
    require(who, needs, service_id)
