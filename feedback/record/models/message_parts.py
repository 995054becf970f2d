"""Parts of long text messages, sealed, until the rest has come."""

import datetime as dt

from sqlalchemy import Index, false, func
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base


class MessagePart(Base):
    """One part of a long text message.

    `message` tells which belong together: a digest of who sent it, to whom, under which reference. `identity`
    is the digest of its own id. Once `joined` it holds no words any more, and only tells a redelivery; one that was set
    aside, since it could not be read, is `joined` and still `sealed`.
    """

    __tablename__ = "message_parts"
    __table_args__ = (Index(None, "message"), Index(None, "received_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[bytes]
    identity: Mapped[bytes] = mapped_column(unique=True)
    part: Mapped[int]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    joined: Mapped[bool] = mapped_column(server_default=false(), default=False)
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
