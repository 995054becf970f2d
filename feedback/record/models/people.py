"""Who may ask: API keys and signed-in sessions, hashed at rest."""

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Timed
from feedback.record.states import CredentialKind


class Credential(Base, Timed):
    """A key, a sign-in link, a session or a feed address (`kind`): a role on one service, or on all where that is null.

    `parent_id` is the key or link that a session or a feed address came from: it is worth nothing once that is revoked.
    A link works until `used_at`.
    """

    __tablename__ = "credentials"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CredentialKind]
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    role: Mapped[str]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("credentials.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
