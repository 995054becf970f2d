"""Who may ask: API keys and signed-in sessions, hashed at rest."""

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Timed
from feedback.record.states import CredentialKind


class Credential(Base, Timed):
    """A key, a sign-in link or a session (`kind`): a role on one service, or on all where `service_id` is null."""

    __tablename__ = "credentials"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CredentialKind]
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    role: Mapped[str]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
