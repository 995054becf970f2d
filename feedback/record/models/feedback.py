"""Feedback, what of it was given to another service, and the sealed raw text that waits until it is cleaned."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, false, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Claimable, new_id
from feedback.record.states import ChannelName, ContactStage, FeedbackStage

DIGESTED_ID = "digest:"
"""What an external id begins with of which only a digest is kept."""


class Feedback(Base, Claimable):
    """One contact of one citizen.

    `text` is the redacted form, null until there is one. `history` was more than 48 h old on receipt. `copy_of` is the
    piece that this one repeats. `read_as` tells how it was read, in fixed words and none of the citizen's. `weight` is
    0 where it must not count in an issue (spam, a copy); `overruled` is what a person decided about that, and no
    machine changes: true where it counts, false where not. `sender_digest` tells the senders of one day apart,
    `network_digest` the networks that visitors came by; both are forgotten after it, and then `sent_again` tells that
    it was not the first of its sender or network on that day. `hand_over_id` is the last hand-over that it came by, or
    went by; `came_from` says in the words of its new service from where. What stays
    of a piece that was handed over `stands_for` it, and has no words.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("caller", "external_id", "service_id"),
        Index(
            "ix_feedback_waiting",
            "stage",
            "history",
            "received_at",
            postgresql_where=text("stage IN ('clean', 'group')"),
        ),
        Index(
            "ix_feedback_tried",
            "stage",
            "history",
            "received_at",
            postgresql_where=text("attempts > 0 AND stage IN ('clean', 'group')"),
        ),
        Index("ix_feedback_counted", "service_id", "said_at", postgresql_include=["stage", "weight"]),
        Index(
            "ix_feedback_weightless",
            "service_id",
            "said_at",
            postgresql_include=["id"],
            postgresql_where=text("weight = 0"),
        ),
        Index(None, "service_id", "received_at", "id"),
        Index(None, "service_id", "fingerprint", postgresql_where=text("fingerprint IS NOT NULL")),
        Index("ix_feedback_unnoticed", "service_id", "id", postgresql_where=text("NOT noticed AND stage = 'done'")),
        Index("ix_feedback_set_aside", "service_id", postgresql_where=text("stage = 'set_aside'")),
        Index("ix_feedback_bands", "bands", postgresql_using="gin"),
        Index(None, "copy_of", postgresql_where=text("copy_of IS NOT NULL")),
        Index(None, "service_id", "sender_digest", postgresql_where=text("sender_digest IS NOT NULL")),
        Index(None, "service_id", "network_digest", postgresql_where=text("network_digest IS NOT NULL")),
        Index(None, "hand_over_id", postgresql_where=text("hand_over_id IS NOT NULL")),
        Index(None, "stands_for", postgresql_where=text("stands_for IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    stage: Mapped[FeedbackStage] = mapped_column()
    channel: Mapped[ChannelName]
    receipt: Mapped[str] = mapped_column(unique=True)
    caller: Mapped[str]
    external_id: Mapped[str | None]
    digest: Mapped[bytes]
    said_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[dt.datetime | None]
    history: Mapped[bool] = mapped_column(default=False)
    assisted: Mapped[bool] = mapped_column(default=False)
    rating: Mapped[int | None]
    page_url: Mapped[str | None]
    language: Mapped[str | None]
    batch: Mapped[str | None]
    attributes: Mapped[dict[str, str]] = mapped_column(default=dict)
    read_as: Mapped[dict[str, str]] = mapped_column(default=dict)
    text: Mapped[str | None]
    hidden: Mapped[dict[str, int]] = mapped_column(default=dict)
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    fingerprint: Mapped[bytes | None]
    bands: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    copy_of: Mapped[uuid.UUID | None]
    sender_digest: Mapped[bytes | None]
    network_digest: Mapped[bytes | None]
    sent_again: Mapped[bool] = mapped_column(default=False, server_default=false())
    weight: Mapped[int] = mapped_column(default=1)
    overruled: Mapped[bool | None]
    urgent: Mapped[dict[str, Any] | None]
    confidence: Mapped[float | None]
    hand_over_id: Mapped[int | None] = mapped_column(ForeignKey("hand_overs.id", ondelete="SET NULL"))
    came_from: Mapped[dict[str, Any] | None]
    stands_for: Mapped[uuid.UUID | None]
    noticed: Mapped[bool] = mapped_column(default=False)

    @property
    def own_id(self) -> str | None:
        """The id that it has in the system that it came from, where more than a digest of it is kept."""
        return None if self.external_id and self.external_id.startswith(DIGESTED_ID) else self.external_id


class HandOver(Base):
    """Pieces that a service gave to another, since that is whom they are meant for; the row belongs to who gave.

    `issue_id`: where all of an issue was given, and `made_id` the issue that was made of it over there. `placed` holds
    the ids of statements by the issue that they were in, so that it can be taken back. What stays of each piece is a
    row of `Feedback` without its words, in the stage `handed_over`.
    """

    __tablename__ = "hand_overs"
    __table_args__ = (Index(None, "service_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    to_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    issue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    made_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    pieces: Mapped[int]
    placed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str | None]
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    by: Mapped[str]
    taken_back_at: Mapped[dt.datetime | None]
    taken_back_by: Mapped[str | None]


class DayKey(Base):
    """Holds the key that a day's raw text is sealed under, wrapped by the key of keys. Deleting it shreds the day."""

    __tablename__ = "day_keys"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes]


class Raw(Base):
    """Holds what came in, sealed, until its redacted form is stored; partitioned by day.

    No foreign key: with one, opening or dropping a day would lock the feedback too, and who takes something in would
    wait for that in a circle. Nothing deletes a piece of feedback, and who erases one forgets its raw text.
    """

    __tablename__ = "raw"
    __table_args__ = {"postgresql_partition_by": "RANGE (day)"}  # noqa: RUF012 - SQLAlchemy's form

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    feedback_id: Mapped[uuid.UUID] = mapped_column(primary_key=True, index=True)
    sealed: Mapped[bytes]


class FeedbackTally(Base):
    """How many pieces a service has by one channel, in rows that add up.

    A row that is `whole` says how many there were as it was written; any other, which triggers write, how many came
    since, or went (below 0). No foreign key: it is written, too, while a service goes.
    """

    __tablename__ = "feedback_tallies"
    __table_args__ = (Index(None, "service_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    service_id: Mapped[int]
    channel: Mapped[ChannelName]
    pieces: Mapped[int]
    whole: Mapped[bool]


class ChannelHour(Base):
    """What came to a service by one channel within one hour that is over.

    `live` pieces are those that are neither history nor brought in a file; `last_at` and `last_live_at` tell when the
    last of either kind came.
    """

    __tablename__ = "channel_hours"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[ChannelName] = mapped_column(primary_key=True)
    hour: Mapped[dt.datetime] = mapped_column(primary_key=True)
    pieces: Mapped[int]
    live: Mapped[int]
    last_at: Mapped[dt.datetime]
    last_live_at: Mapped[dt.datetime | None]


class Contact(Base, Claimable):
    """Tells how to reach the citizen, sealed under a key of its own, for the purpose agreed to and no longer.

    While it is offered it waits until `due_at` for their consent; while it is waiting, `about` is resolved, which is to
    be said once from `due_at` on. Whoever has been told, or cannot be, is deleted from here.
    """

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_waiting", "due_at", postgresql_where=text("stage = 'waiting'")),)

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True)
    purpose: Mapped[str]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    digest: Mapped[bytes] = mapped_column(index=True)
    stage: Mapped[ContactStage] = mapped_column(server_default="kept", default=ContactStage.KEPT)
    about: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    due_at: Mapped[dt.datetime | None]


class HeldRaw(Base):
    """Holds what came in of an urgent piece, sealed under its own key, until an owner of the service releases it."""

    __tablename__ = "held_raw"

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True)
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    held_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class UrgencyDismissal(Base):
    """Tells that staff found an urgent piece not to be urgent.

    What is held of it is destroyed ten minutes after `at`, and what is near to its statements is no longer
    raised in this service, for as long as these are kept.
    """

    __tablename__ = "urgency_dismissals"
    __table_args__ = (Index(None, "service_id", "at"),)

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    by: Mapped[str]
