"""Who saw or changed what, and which requests were done already."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base


class AuditEntry(Base):
    """One act of a person or of the machine; never a citizen's words."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "service_id", "at"), Index(None, "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    by: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Answered(Base):
    """A request under an `Idempotency-Key`: `digest` tells it from others, `made` is the id of what it made."""

    __tablename__ = "answered"

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    made: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), index=True)
