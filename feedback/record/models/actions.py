"""What a team did about an issue, and what it tells everybody about it."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Timed, new_id


class Action(Base, Timed):
    """What was changed about an issue, and when; its outcome is computed from the reports before and after `at`."""

    __tablename__ = "actions"
    __table_args__ = (Index(None, "issue_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    what: Mapped[str]
    at: Mapped[dt.datetime]
    link: Mapped[str | None]
    by: Mapped[str]


class Publication(Base, Timed):
    """One entry of "You said, we did", in words of people; the figures beside it are computed when it is read."""

    __tablename__ = "publications"

    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    said: Mapped[str]
    did: Mapped[str]
    said_cy: Mapped[str | None]
    did_cy: Mapped[str | None]
    released_at: Mapped[dt.datetime]
    released_by: Mapped[str]
