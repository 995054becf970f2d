"""Passkeys (WebAuthn): where they are good for, and those that members of staff have.

How one is made and proved is in `passkey_proofs.py`.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.audit import note
from feedback.record.errors import NotFound
from feedback.record.models import Passkey, Person
from feedback.record.settings import Settings

MOST_OF_ONE = 10
_LOCAL = "localhost"


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """Where passkeys are good for: `domain` names us to devices, `origin` is what browsers say of our pages."""

    domain: str
    origin: str


def site(session: Session, settings: Settings) -> PasskeySite | None:
    """Returns where passkeys of this installation are good for; None where it can have none.

    Browsers take a name alone, over HTTPS or on this machine. Where a directory says who is on the staff, it does so
    at each sign-in, and nothing leads past it.
    """
    parts = urlsplit(settings.url)
    domain = parts.hostname or ""
    if not domain or _is_number(domain) or (parts.scheme != "https" and domain != _LOCAL):
        return None
    if settings.oidc_issuer and _lets_people_in(session, settings.oidc_issuer):
        return None
    return PasskeySite(domain, f"{parts.scheme}://{parts.netloc}")


def _lets_people_in(session: Session, issuer: str) -> bool:
    """Whether a directory has brought anybody in yet: one that answers and knows nothing of us locks nobody out."""
    named_by = func.split_part(Person.subject, " ", 1)
    return session.scalar(select(Person.id).where(named_by.in_((issuer, f"{issuer}/"))).limit(1)) is not None


def _is_number(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return False
    return True


def listed(session: Session, who: Principal) -> Sequence[Passkey]:
    """Lists somebody's own passkeys."""
    return session.scalars(select(Passkey).where(Passkey.person_id == who.person_id).order_by(Passkey.id)).all()


def remove(session: Session, who: Principal, passkey_id: int) -> None:
    """Removes one of somebody's own. Raises `NotFound` for another."""
    found = session.get(Passkey, passkey_id)
    if found is None or found.person_id != who.person_id:
        raise NotFound("there is no such passkey")
    note(session, who.caller, "passkey removed", f"person:{who.person_id}", None, name=found.name)
    session.delete(found)


def forget(session: Session, person_id: int) -> None:
    """Removes all passkeys of a person."""
    session.execute(delete(Passkey).where(Passkey.person_id == person_id))
