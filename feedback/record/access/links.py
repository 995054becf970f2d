"""One-time sign-in links of members of staff: printed for them, or sent to whom a browser asks for."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import LINK_LIFETIME
from feedback.record.errors import NotAuthentic, TooMany
from feedback.record.models import Credential, Person
from feedback.record.states import CredentialKind

MOST_FOR_ONE_FROM_ONE = 3
MOST_FOR_ONE = 10
MOST_FROM_ONE = 30
"""How many links may be asked for within their lifetime: for one person, from one network, and both."""

KEPT_FOR = dt.timedelta(days=30)
"""How long a link or a session is kept once it has ended."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The browser that asks for a link: the secret in its cookie, and what tells its network from others."""

    browser: str
    network: bytes


def printed(session: Session, person: Person) -> str:
    """Makes a link that any browser may follow, for whoever hands it over, and returns its secret."""
    return _link(session, person)


def asked_for(session: Session, person: Person, asker: Asker) -> str:
    """Makes a link that works only in the browser that asked, and returns its secret.

    Raises `TooMany` where too many were asked for; nobody must be told, since it tells who is on the staff.
    """
    _require_share(session, person, asker)
    return _link(session, person, browser_digest=access.digest(asker.browser), asked_from=asker.network)


def look_at(session: Session, link: str) -> Credential:
    """Finds a link that can still be followed, and leaves it as it is. Raises `NotAuthentic`."""
    mine = select(Credential).where(Credential.digest == access.digest(link), Credential.kind == CredentialKind.LINK)
    found = session.scalar(mine.where(*access.valid()))
    if found is None:
        raise NotAuthentic("this link is not known here, or no longer valid")
    return found


def forget_old(session: Session) -> None:
    """Deletes what members of staff signed in by, `KEPT_FOR` after its end: the audit names them, and not that."""
    kinds = Credential.kind.in_((CredentialKind.LINK, CredentialKind.SESSION))
    over = Credential.expires_at < dt.datetime.now(dt.UTC) - KEPT_FOR
    session.execute(delete(Credential).where(Credential.person_id.is_not(None), kinds, over))


def _link(session: Session, person: Person, **columns: bytes) -> str:
    kind = CredentialKind.LINK
    return access.store(session, kind, LINK_LIFETIME, name=person.name, person_id=person.id, **columns)


def _require_share(session: Session, person: Person, asker: Asker) -> None:
    session.refresh(person, with_for_update=True)  # so that who asks many times at once is counted
    lately = Credential.created_at > dt.datetime.now(dt.UTC) - LINK_LIFETIME
    alike = or_(Credential.person_id == person.id, Credential.asked_from == asker.network)
    asked = Credential.asked_from.is_not(None)
    rows = session.execute(select(Credential.person_id, Credential.asked_from).where(asked, lately, alike))
    pairs = [(identity == person.id, network == asker.network) for identity, network in rows]
    counts = (
        (sum(theirs for theirs, _ in pairs), MOST_FOR_ONE),
        (sum(here for _, here in pairs), MOST_FROM_ONE),
        (pairs.count((True, True)), MOST_FOR_ONE_FROM_ONE),
    )
    if any(count >= most for count, most in counts):
        raise TooMany("too many sign-in links were asked for", LINK_LIFETIME.total_seconds())
