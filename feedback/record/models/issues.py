"""Issues and what becomes of them; the signals raised about them."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, Text, Uuid, false, func, text, true
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Claimable, Timed, Vector, new_id
from feedback.record.states import (
    ChannelName,
    IssueStatus,
    SignalKind,
    SignalTier,
    TitledBy,
    Tone,
    Trend,
    WorkKind,
    WorkStage,
)


class Issue(Base, Timed):
    """A lasting group of statements of one service that say the same thing.

    `radius` is the cosine to the centroid at or above which a statement belongs. `merged_into` leads on where it
    has been merged; `parent_id` is the issue that it is a part of. `erased` counts the reports that counted here
    until they were erased, so that what has been published stays as it was. At `ended_at` what made it was undone.
    Until `snoozed_until`, a day of its service, it is not shown as emerging, and nobody is told of it. `titles` are
    those that the machine gave, by language (ISO 639-1); unless `title_sure`, few of its reports say just that.
    `broad_id` is the issue that names the broad subject which it was put into at the last refit, itself perhaps;
    none where it stands alone. `assignee_told` is the last `assignee` who knows that it is theirs.
    """

    __tablename__ = "issues"
    __table_args__ = (
        Index(None, "service_id", "status"),
        Index("ix_issues_words", text("to_tsvector('english', title)"), postgresql_using="gin"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    title: Mapped[str]
    titled_by: Mapped[TitledBy] = mapped_column(default=TitledBy.MACHINE)
    titles: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    title_sure: Mapped[bool] = mapped_column(server_default=true(), default=True)
    keywords: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    quotes: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    language: Mapped[str] = mapped_column(default="en")
    tone: Mapped[Tone] = mapped_column(default=Tone.ISSUE)
    trend: Mapped[Trend] = mapped_column(default=Trend.NEW)
    status: Mapped[IssueStatus] = mapped_column(default=IssueStatus.OPEN)
    status_at: Mapped[dt.datetime | None]
    assignee: Mapped[str | None]
    assignee_told: Mapped[str | None]
    due: Mapped[dt.date | None]
    snoozed_until: Mapped[dt.date | None]
    model: Mapped[str]
    centroid: Mapped[list[float]] = mapped_column(Vector, deferred=True)  # large, and hardly ever looked at
    radius: Mapped[float]
    erased: Mapped[int] = mapped_column(server_default="0", default=0)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    broad_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    ended_at: Mapped[dt.datetime | None]


class Signal(Base):
    """The finding that an issue is new, surging or back again. One of the tier `watch` is shown and never sent.

    `false_at` is when somebody (`false_by`) said that it is a false alarm. It stands on, so that what it holds raises
    nothing else, but it is no longer shown nor sent.
    """

    __tablename__ = "signals"
    __table_args__ = (
        Index(None, "service_id", "detected_at"),
        Index(
            "uq_signals_active", "issue_id", "tier", unique=True, postgresql_where=text("ended_at IS NULL")
        ),  # one problem, one signal
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    kind: Mapped[SignalKind]
    tier: Mapped[SignalTier] = mapped_column(default=SignalTier.SIGNAL)
    since: Mapped[dt.datetime]
    detected_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    last_report_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    observed: Mapped[int]
    expected: Mapped[float]
    score: Mapped[float]
    window_hours: Mapped[float]
    feedback_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    channels: Mapped[dict[str, int]]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    false_at: Mapped[dt.datetime | None]
    false_by: Mapped[str | None]


class SignalContrasts(Base):
    """What was `found` to be new in the reports on a surge; `due` once those have changed since."""

    __tablename__ = "signal_contrasts"

    signal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("signals.id", ondelete="CASCADE"), primary_key=True)
    found: Mapped[list[dict[str, Any]]]
    due: Mapped[bool]


MACHINES = ("machine", "refit")
"""The `by` of an issue's event that no person decided."""


class IssueEvent(Base):
    """Tells what happened to an issue, when, by whom and why: its history and its lineage."""

    __tablename__ = "issue_events"
    __table_args__ = (
        Index(None, "issue_id", "at"),
        Index(
            "ix_issue_events_words",
            text("to_tsvector('english', (what || ' ') || COALESCE(reason, ''))"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    by: Mapped[str]
    what: Mapped[str]
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Refit(Base):
    """One training of a service's topics: what it saw and what it changed.

    `placed` statements were in an issue before; `moved` of them left it.
    """

    __tablename__ = "refits"
    __table_args__ = (Index(None, "service_id", "finished_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    model: Mapped[str]
    finished_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    statements: Mapped[int]
    outside: Mapped[int]
    placed: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int]
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str | None]


class WorkDone(Base):
    """How many rows a stage has done, and how many failed; or how often a job of the clock did. It only ever grows."""

    __tablename__ = "work_done"

    work: Mapped[str] = mapped_column(primary_key=True)
    done: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float]


class ServiceWork(Base, Claimable):
    """Work that is to be done for a whole service, once at a time.

    It waits while it was `asked` for more often than it was `done`. `state` is what it remembers from one to the next,
    and `remembered` what the detector does: regions of vectors, in a binary form.
    """

    __tablename__ = "service_work"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    stage: Mapped[WorkStage] = mapped_column()
    kind: Mapped[WorkKind]
    due_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    asked: Mapped[int] = mapped_column(BigInteger, default=0)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    remembered: Mapped[bytes | None]

    __table_args__ = (Index("uq_service_work_service_id_kind", "service_id", "kind", unique=True),)


class TallyColumns:
    """What statements that came by one channel add up to.

    `reports` are distinct pieces that count, `raw` all of them; `severity` is the mean of the statements.
    """

    reports: Mapped[int]
    raw: Mapped[int]
    severity: Mapped[float]
    first_seen: Mapped[dt.datetime]
    last_seen: Mapped[dt.datetime]


class IssueTally(Base, TallyColumns):
    """What the statements of an issue that came by one channel add up to, as they were last counted.

    It holds where the issue is not among the `UntalliedIssue`. `by_day`: what each of its days adds up to is kept, too.
    """

    __tablename__ = "issue_tallies"

    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[ChannelName] = mapped_column(primary_key=True)
    by_day: Mapped[bool] = mapped_column(server_default=false(), default=False)


class IssueDayTally(Base, TallyColumns):
    """The same of what was said on one day (UTC), of large issues."""

    __tablename__ = "issue_day_tallies"

    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    channel: Mapped[ChannelName] = mapped_column(primary_key=True)


class UntalliedIssue(Base):
    """Notes that an issue has changed since it was counted; triggers write it, once for each statement of SQL and day.

    `day` (UTC) is when that was said which has changed; none where all of the issue is to be counted. No foreign key:
    it is written, too, while an issue or a service goes.
    """

    __tablename__ = "untallied_issues"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    issue_id: Mapped[uuid.UUID] = mapped_column(index=True)
    service_id: Mapped[int]
    day: Mapped[dt.date | None]
