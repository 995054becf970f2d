"""Who wants to know (subscription), what they are told (alert), and every attempt to tell them (delivery)."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Claimable, Timed, new_id
from feedback.record.states import (
    AlertState,
    AlertType,
    DeliveryOutcome,
    DigestRhythm,
    SubscriptionKind,
    SubscriptionState,
    WorkStage,
)


class Subscription(Base, Claimable, Timed):
    """One receiver, served by one worker at a time: who is slow or dead keeps nobody else waiting.

    `sealed` holds its address and its secrets, under the key of keys; `shown` is as much of the address as may be seen.
    It is snoozed until `quiet_until`, and daily in its `quiet_hours`. `escalation` names the subscription that is told
    what nobody acknowledges in time; by its `rota` whoever is on duty is told in place of its address. `failing_since`
    is null when the last attempt went well. `contact` is told, by e-mail, when it is disabled. `language` is that of
    its messages (ISO 639-1).
    """

    __tablename__ = "subscriptions"
    __table_args__ = (Index(None, "service_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    theme_id: Mapped[uuid.UUID | None]
    stage: Mapped[WorkStage] = mapped_column()
    kind: Mapped[SubscriptionKind]
    name: Mapped[str] = mapped_column(default="")
    shown: Mapped[str]
    sealed: Mapped[bytes]
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[DigestRhythm] = mapped_column(default=DigestRhythm.AT_ONCE)
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    contact: Mapped[str | None]
    state: Mapped[SubscriptionState] = mapped_column(default=SubscriptionState.ACTIVE)
    quiet_until: Mapped[dt.datetime | None]
    quiet_hours: Mapped[dict[str, Any] | None]
    escalation: Mapped[dict[str, Any] | None]
    rota: Mapped[dict[str, Any] | None]
    failing_since: Mapped[dt.datetime | None]

    @staticmethod
    def sealed_for(identity: uuid.UUID) -> bytes:
        """Returns what must be given again to open what is sealed of the one with that id."""
        return b"subscription" + identity.bytes


class Quiet(Base):
    """An issue that one subscription hears no more about: until then (snoozed), or for good (muted)."""

    __tablename__ = "quiet"

    subscription_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), primary_key=True
    )
    issue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[dt.datetime | None]


class Alert(Base):
    """A signal, or one urgent piece, as it is told to one subscription; without one, to the service's stream and feed.

    `cause` names what made it, so that nothing is told twice. `number` grows in the order of commits within a service.
    `facts` are frozen when it is raised and hold no citizen's words: those are read when it is sent. `observed`
    counts the reports that it told of. At `due_at` it is tried next, by the clock of the database; it was `tried` so
    often.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("subscription_id", "service_id", "cause", postgresql_nulls_not_distinct=True),
        Index("ix_alerts_due", "subscription_id", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_alerts_told", "service_id", "number", postgresql_where=text("subscription_id IS NULL")),
        Index(None, "signal_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    subscription_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("subscriptions.id", ondelete="CASCADE"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    type: Mapped[AlertType]
    cause: Mapped[str]
    signal_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("signals.id", ondelete="SET NULL"))
    issue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    facts: Mapped[dict[str, Any]]
    observed: Mapped[int] = mapped_column(default=0)
    raised_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    state: Mapped[AlertState]
    due_at: Mapped[dt.datetime | None]
    tried: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[dt.datetime | None]
    acknowledged_at: Mapped[dt.datetime | None]
    acknowledged_by: Mapped[str | None]


class Delivery(Base):
    """One attempt to send one alert, or several folded into one message.

    `status` is the receiver's, where it gave one, `seconds` how long it took, and `answer` the first kilobyte of what
    the receiver said.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "subscription_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("subscriptions.id", ondelete="CASCADE"))
    alert_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    outcome: Mapped[DeliveryOutcome]
    status: Mapped[int | None]
    reason: Mapped[str | None]
    seconds: Mapped[float]
    answer: Mapped[str] = mapped_column(default="")


class BacktestSignal(Base):
    """A signal of a backtest: a service's history would have raised it before it was here. For previews alone.

    Its `facts` are those of an alert, without a title: that is the text of `statement_id`, for as long as it is kept.
    """

    __tablename__ = "backtest_signals"
    __table_args__ = (Index(None, "service_id", "detected_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id", ondelete="SET NULL"), index=True)
    detected_at: Mapped[dt.datetime]
    facts: Mapped[dict[str, Any]]


class ToleranceTrial(Base):
    """What one tolerance would have raised in a service of late: a backtest over all that was said.

    `statements` of them were read, said after `since` and up to the id `newest`. `found` holds each signal: when it
    would have been raised, its kind and figures, and the first of its statements; no words, no title.
    """

    __tablename__ = "tolerance_trials"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    tolerance: Mapped[float] = mapped_column(primary_key=True)
    tried_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    since: Mapped[dt.datetime]
    newest: Mapped[int] = mapped_column(BigInteger)
    statements: Mapped[int]
    found: Mapped[list[dict[str, Any]]]
