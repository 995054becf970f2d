"""Parts of long text messages, sealed, until the rest has come."""

import datetime as dt

from sqlalchemy import Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base


class MessagePart(Base):
    """One part. `message` tells which belong together: a digest of who sent it, to whom, under which reference."""

    __tablename__ = "message_parts"
    __table_args__ = (UniqueConstraint("message", "part"), Index(None, "received_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[bytes]
    part: Mapped[int]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
