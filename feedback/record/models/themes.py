"""What several services hear: themes, the issues in them, what became of them, and the signals that no one raised."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Claimable, Timed, Vector, new_id
from feedback.record.states import WorkKind, WorkStage


class Theme(Base, Timed):
    """Issues of several services that belong together, or reports that stand out only when taken together.

    `language` is the one that its statements were embedded in. Since `ended_at` nothing belongs to it any more.
    """

    __tablename__ = "themes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    centroid: Mapped[list[float]] = mapped_column(Vector)
    ended_at: Mapped[dt.datetime | None]


class ThemeIssue(Base, Timed):
    """Puts an issue into a theme: into one at most."""

    __tablename__ = "theme_issues"

    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"), index=True)


class ThemeEvent(Base):
    """Tells what happened to a theme: began, joined or left (an issue), signal, signal ended, ended.

    `service_id` says whose issue it is about; who may not see that service does not see it.
    """

    __tablename__ = "theme_events"
    __table_args__ = (Index(None, "theme_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    what: Mapped[str]
    issue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))


class ThemeSignal(Base):
    """The finding that services together hear more of something than chance brings. `reports` counts by service."""

    __tablename__ = "theme_signals"
    __table_args__ = (
        Index("uq_theme_signals_active", "theme_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    theme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"))
    since: Mapped[dt.datetime]
    detected_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    last_report_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    observed: Mapped[int]
    expected: Mapped[float]
    score: Mapped[float]
    window_hours: Mapped[float]
    reports: Mapped[dict[str, Any]]


class WideWork(Base, Claimable):
    """Work that is to be done for all services together, once at a time, as `ServiceWork` is for one."""

    __tablename__ = "wide_work"

    stage: Mapped[WorkStage] = mapped_column()
    kind: Mapped[WorkKind] = mapped_column(primary_key=True)
    due_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    asked: Mapped[int] = mapped_column(BigInteger, default=0)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
