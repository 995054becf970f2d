"""Where alerts go and what signs them: sealed in the database under the key of keys."""

import datetime as dt
import secrets
import uuid
from base64 import b64encode

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.encryption import KeyRing
from feedback.record.errors import Malformed
from feedback.record.models import Subscription
from feedback.record.settings import Settings

ROTATION = dt.timedelta(days=1)
"""How long an old secret goes on signing beside the new one."""


class SigningKey(msgspec.Struct):
    """`until`: when a secret that was replaced stops signing."""

    secret: str
    until: dt.datetime | None = None


class Sealed(msgspec.Struct):
    """What nobody may read in the database: where it is sent, and what signs it."""

    address: str
    keys: list[SigningKey] = msgspec.field(default_factory=list)


def new_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def _context(identity: uuid.UUID) -> bytes:
    return b"subscription" + identity.bytes


def seal(keys: KeyRing, identity: uuid.UUID, sealed: Sealed) -> bytes:
    return keys.wrap(msgspec.json.encode(sealed), _context(identity))


def unseal(keys: KeyRing, subscription: Subscription) -> Sealed:
    return msgspec.json.decode(keys.unwrap(subscription.sealed, _context(subscription.id)), type=Sealed)


def rotate(keys: KeyRing, subscription: Subscription) -> str:
    """A new secret; the old one goes on signing beside it for a day."""
    if subscription.kind != "webhook":
        raise Malformed("only webhooks are signed")
    sealed, now = unseal(keys, subscription), dt.datetime.now(dt.UTC)
    old = [key for key in sealed.keys if key.until is None or key.until > now]
    for key in old:
        key.until = key.until or now + ROTATION
    sealed.keys = [SigningKey(new_secret()), *old]
    subscription.sealed = seal(keys, subscription.id, sealed)
    return sealed.keys[0].secret


def rewrap(session: Session, keys: KeyRing) -> None:
    """All are sealed under the current key of keys from now on, so that a former one opens nothing any more."""
    for row in session.scalars(select(Subscription).with_for_update(skip_locked=True)):
        row.sealed = keys.rewrap(row.sealed, _context(row.id))


def unsubscribe_url(keys: KeyRing, settings: Settings, subscription: Subscription) -> str:
    """Whoever holds it may end the subscription, and nothing else."""
    return f"{settings.url}/unsubscribe/{subscription.id}/{unsubscribe_token(keys, subscription.id)}"


def unsubscribe_token(keys: KeyRing, identity: uuid.UUID) -> str:
    return keys.digest(b"unsubscribe" + identity.bytes).hex()[:32]
