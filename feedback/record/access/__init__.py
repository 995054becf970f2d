"""Roles and keys: who may see and change what. A secret is shown once and kept as its hash."""

import datetime as dt
import enum
import hashlib
import secrets
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from feedback.record.access import scope
from feedback.record.errors import Forbidden, Malformed, NotAuthentic, NotFound
from feedback.record.models import Credential, Feedback, Issue, Refit, Regrouping, Service, Statement
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind

Owned = TypeVar("Owned", Issue, Refit, Regrouping, Statement)


class Role(enum.IntEnum):
    """The roles: each may do what those before it may, and `admin` may on every service."""

    reader = 1
    editor = 2
    owner = 3
    admin = 4


LINK_LIFETIME = dt.timedelta(minutes=15)
"""How long a sign-in link waits to be followed, once."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Says who is asking. `service_id` is none for an admin, who may ask about every service.

    `parent_id` is the key or link that a session was opened with.
    """

    credential_id: int
    name: str
    role: Role
    service_id: int | None
    kind: CredentialKind = CredentialKind.KEY
    parent_id: int | None = None

    @property
    def caller(self) -> str:
        """How the audit names who asks."""
        return f"key:{self.credential_id}"

    @property
    def origin_id(self) -> int:
        """The key or link that all they do goes back to, and ends with."""
        return self.parent_id or self.credential_id


def _digest(secret: str) -> bytes:
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

    It ends with the key or link of `origin`, who asked for it.
    """
    if (role == Role.admin) != (service is None):
        raise Malformed("a role other than admin belongs to one service, and admin to none")
    secret = f"fb_{secrets.token_urlsafe(32)}"
    session.add(
        Credential(
            kind=kind,
            name=name or f"{role.name} of {service.slug if service else 'all services'}",
            digest=_digest(secret),
            role=role.name,
            service_id=service.id if service else None,
            parent_id=origin.origin_id if origin else None,
            expires_at=dt.datetime.now(dt.UTC) + lifetime if lifetime else None,
        )
    )
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


_origin = aliased(Credential)


def valid() -> tuple[ColumnElement[bool], ...]:
    """Selects the credentials that open anything now: not revoked, used up or expired, nor come from one revoked.

    The origin is looked at each time, so that nothing made while it is being revoked outlives it.
    """
    origin_revoked = select(_origin.id).where(_origin.id == Credential.parent_id, _origin.revoked_at.is_not(None))
    return (
        Credential.revoked_at.is_(None),
        Credential.used_at.is_(None),
        or_(Credential.expires_at.is_(None), Credential.expires_at > func.now()),
        ~origin_revoked.exists(),
    )


def identify(session: Session, secret: str, *kinds: str) -> Principal:
    """Says whose secret this is; from here on the session finds what is theirs alone.

    Raises `NotAuthentic` if nobody has it, or if it opens nothing any more.
    """
    mine = select(Credential).where(Credential.digest == _digest(secret), Credential.kind.in_(kinds), *valid())
    return _principal(session, session.scalar(mine))


def redeem(session: Session, link: str) -> Principal:
    """Uses a sign-in link up. Raises `NotAuthentic` for one that is not, or no longer, valid."""
    mine = (Credential.digest == _digest(link), Credential.kind == CredentialKind.LINK)
    used = update(Credential).where(*mine, *valid()).values(used_at=func.now()).returning(Credential)
    return _principal(session, session.scalar(used))


def _principal(session: Session, found: Credential | None) -> Principal:
    if found is None:
        raise NotAuthentic("this key is not known here, or no longer valid")
    scope.limit(session, found.service_id)
    return Principal(found.id, found.name, Role[found.role], found.service_id, found.kind, found.parent_id)


def require(who: Principal, needs: Role) -> Principal:
    """Returns who asks, for what belongs to no service. Raises `Forbidden` for a role that is less than `needs`."""
    if who.role < needs:
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


def feedback_for(session: Session, who: Principal, feedback_id: object, needs: Role = Role.reader) -> Feedback:
    """Finds a piece of feedback, locked: whoever asks for one by its id is about to act on it."""
    found = session.get(Feedback, feedback_id, with_for_update=True)
    if found is None:
        raise NotFound("there is no such feedback")
    _permit(who, found.service_id, needs, "there is no such feedback")
    return found


def _permit(who: Principal, service_id: int, needs: Role, missing: str) -> None:
    if who.service_id not in (None, service_id):
        raise NotFound(missing)
    require(who, needs)
