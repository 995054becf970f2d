"""Where alerts go and what signs them: encrypted in the database under the key of keys."""

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
from feedback.record.states import SubscriptionKind

OLD_SECRET_SIGNS_FOR = dt.timedelta(days=1)
"""How long an old secret goes on signing beside the new one."""


class SigningKey(msgspec.Struct):
    """A secret that signs webhooks; one that was replaced signs `until` then."""

    secret: str
    until: dt.datetime | None = None


class Credentials(msgspec.Struct):
    """What nobody may read in the database: the address that alerts go to, and the keys that sign them."""

    address: str
    keys: list[SigningKey] = msgspec.field(default_factory=list)


def new_secret() -> str:
    """Draws a signing secret, in the form of Standard Webhooks."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def seal(keys: KeyRing, identity: uuid.UUID, credentials: Credentials) -> bytes:
    """Encrypts the credentials of the subscription with that id."""
    return keys.wrap(msgspec.json.encode(credentials), Subscription.sealed_for(identity))


def unseal(keys: KeyRing, subscription: Subscription) -> Credentials:
    """Decrypts the credentials of a subscription."""
    return msgspec.json.decode(
        keys.unwrap(subscription.sealed, Subscription.sealed_for(subscription.id)), type=Credentials
    )


def rotate(keys: KeyRing, subscription: Subscription) -> str:
    """Gives a webhook a new secret; the old one signs beside it for `OLD_SECRET_SIGNS_FOR`.

    Raises `Malformed` for a subscription that is no webhook.
    """
    if subscription.kind != SubscriptionKind.WEBHOOK:
        raise Malformed("only webhooks are signed")
    credentials, now = unseal(keys, subscription), dt.datetime.now(dt.UTC)
    old = [key for key in credentials.keys if key.until is None or key.until > now]
    for key in old:
        key.until = key.until or now + OLD_SECRET_SIGNS_FOR
    credentials.keys = [SigningKey(new_secret()), *old]
    subscription.sealed = seal(keys, subscription.id, credentials)
    return credentials.keys[0].secret


def rewrap(session: Session, keys: KeyRing) -> None:
    """Encrypts all credentials anew under the current key of keys, so that a former one opens nothing any more."""
    for row in session.scalars(select(Subscription).with_for_update(skip_locked=True)):
        row.sealed = keys.rewrap(row.sealed, Subscription.sealed_for(row.id))


def unsubscribe_url(keys: KeyRing, settings: Settings, subscription: Subscription) -> str:
    """Builds the address with which anybody who holds it may end the subscription, and nothing else."""
    return f"{settings.url}/unsubscribe/{subscription.id}/{unsubscribe_token(keys, subscription.id)}"


def unsubscribe_token(keys: KeyRing, identity: uuid.UUID) -> str:
    """Derives the token of an unsubscribe address from the id of its subscription."""
    return keys.digest(b"unsubscribe" + identity.bytes).hex()[:32]
