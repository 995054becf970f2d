"""Which statements went from where to where, by a refit or by a person, so that it can be read and undone."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, Text, func, true
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Vector
from feedback.record.states import RegroupingKind, Tone


class Regrouping(Base):
    """What a person decided about which statements belong together; every refit honours it until it is undone.

    A merge puts all of `issue_id` into `other_id`; a split makes `other_id` of some of it; a move takes statements to
    `other_id`; apart takes them out of `issue_id` for good. `anchors` are the statements that stand for the issue that
    is joined, or left; of a merge, all that `other_id` held. `details` hold what else an undoing brings back.
    """

    __tablename__ = "regroupings"
    __table_args__ = (Index(None, "service_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    by: Mapped[str]
    kind: Mapped[RegroupingKind]
    issue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    other_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    reason: Mapped[str | None]
    anchors: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str | None]


class Moved(Base):
    """Statements that a refit, or a person, took from one issue (or none) to another (or none).

    `assigned_by` had put them where they were; it is null where that does not matter.
    """

    __tablename__ = "moved"
    __table_args__ = (Index(None, "refit_id"), Index(None, "regrouping_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    refit_id: Mapped[int | None] = mapped_column(ForeignKey("refits.id", ondelete="CASCADE"))
    regrouping_id: Mapped[int | None] = mapped_column(ForeignKey("regroupings.id", ondelete="CASCADE"))
    from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    assigned_by: Mapped[str | None]
    statements: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class IssueBefore(Base):
    """Keeps an issue as it was before a refit, so that the refit can be undone.

    Refits of versions that never changed a title kept no `titles`, and counted every title as sure.
    """

    __tablename__ = "issues_before"

    refit_id: Mapped[int] = mapped_column(ForeignKey("refits.id", ondelete="CASCADE"), primary_key=True)
    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str]
    titles: Mapped[dict[str, str] | None]
    title_sure: Mapped[bool] = mapped_column(server_default=true(), default=True)
    tone: Mapped[Tone]
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text))
    quotes: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    model: Mapped[str]
    centroid: Mapped[list[float]] = mapped_column(Vector)
    radius: Mapped[float]
