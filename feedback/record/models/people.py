"""Who may ask: members of staff and what they may do, alone or by two; API keys and sessions, hashed at rest."""

import datetime as dt
import uuid

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, UniqueConstraint, Uuid, text, true
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Timed
from feedback.record.states import CredentialKind


class Person(Base, Timed):
    """A member of staff, who signs in by what only they get: a link sent to `email`, or their directory (`subject`).

    `email` is in lower case, `language` the one that they chose (ISO 639-1), null where they chose none. They last
    looked at the first page at `looked_at`, and before that visit at `looked_before`: what is newer is new to them. By
    their `assignment_mails` they are told of each issue that is assigned to them. Who has left (`left_at`) may do
    nothing, and is still named in the audit.
    """

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(unique=True)
    left_at: Mapped[dt.datetime | None]
    looked_at: Mapped[dt.datetime | None]
    looked_before: Mapped[dt.datetime | None]
    assignment_mails: Mapped[bool] = mapped_column(server_default=true(), default=True)


class Membership(Base, Timed):
    """The role of a person on one service, or of an admin on all, where `service_id` is null.

    `from_directory`: the organisation's directory gave it, and says at each sign-in whether it stands.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("person_id", "service_id"),
        Index("uq_memberships_admin", "person_id", unique=True, postgresql_where=text("service_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    from_directory: Mapped[bool] = mapped_column(server_default="false", default=False)


class Credential(Base, Timed):
    """A key, a sign-in link, a session or a feed address (`kind`): a role on one service, or on all where that is null.

    A person's link or session (`person_id`) has no `role` of its own: they may what their memberships say at the time.
    `parent_id` is the key or link that a session or a feed address came from: it is worth nothing once that is revoked.
    A link works until `used_at`. One that a browser asked for works in that browser alone, which has a secret
    (`browser_digest`); `asked_from` tells the networks apart that asked, and cannot be turned back into one.
    """

    __tablename__ = "credentials"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CredentialKind]
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    role: Mapped[str | None]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("credentials.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    last_seen_at: Mapped[dt.datetime | None]
    browser_digest: Mapped[bytes | None]
    asked_from: Mapped[bytes | None]
    revoked_at: Mapped[dt.datetime | None]


class ErasureRequest(Base, Timed):
    """Pieces of feedback that a member of staff asks to erase, and that another is to approve."""

    __tablename__ = "erasure_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))


class Passkey(Base, Timed):
    """What a member of staff signs in with in place of a link: a key that never leaves their device (WebAuthn).

    `credential_id` names it, `public_key` (COSE) proves its signatures, `sign_count` is how often it signed.
    """

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[dt.datetime | None]
