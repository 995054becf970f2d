"""The raw text of urgent pieces, as the owners of a service read it until they release it."""

import datetime as dt
import uuid
from typing import Annotated, Any

import msgspec
from sqlalchemy.orm import Session

from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.models import Feedback, Service
from feedback.record.privacy import urgent_raw

MAY_READ = Role.owner
"""Who may read what an urgent piece said before it was redacted: as few as can act on it."""


class HeldView(msgspec.Struct, frozen=True):
    """An urgent piece whose raw text is held."""

    feedback: uuid.UUID
    urgent: dict[str, Any] | None
    said_at: dt.datetime
    held_at: dt.datetime


class HeldText(msgspec.Struct, frozen=True):
    """What came in, as it came; `sender` is the number or address that it came from, where the channel told it."""

    message: str
    contact: str | None
    page_url: str | None
    attributes: dict[str, str]
    sender: str | None = None


class ReleaseReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the raw text of an urgent piece is no longer needed."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]


def held(session: Session, service: Service) -> list[HeldView]:
    """Lists the urgent pieces of a service whose raw text is held, the latest held first; none of the text itself."""
    since = urgent_raw.retained_since(session, service.id)
    pieces = {identity: session.get_one(Feedback, identity) for identity in since}
    return [HeldView(i, piece.urgent, piece.said_at, since[i]) for i, piece in pieces.items()]


def read(session: Session, record: Record, who: Principal, piece: Feedback) -> HeldText:
    """Returns what came in and notes in the audit who looked. Raises `NotFound` where none is held."""
    return msgspec.convert(urgent_raw.read(session, record.keys, who, piece), HeldText)
