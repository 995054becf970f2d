"""What tells the senders of one day apart: digests under the key of that day, which are forgotten after a day.

They show that somebody said the same thing twice, and that several did: an outage that one person reports in five
wordings is none, nor one that comes from five invented mail addresses by one network. Nobody is shown them, no number
or address can be read from them, and no two days or services have the same ones for the same person. What is left of
them after a day is that a piece was not the first of its sender, or of its network, on that day.
"""

import datetime as dt
import hashlib
import hmac
import re
from typing import Any

from sqlalchemy import ColumnElement, exists, func, not_, tuple_, update
from sqlalchemy.orm import Session, aliased

from feedback.record.models import Feedback
from feedback.record.privacy import contacts

KEPT_FOR = dt.timedelta(days=1)

_TAG = re.compile(r"(?<=[^@])\+[^@]*(?=@)")
"""What somebody may add to their mail address, and be reached all the same (RFC 5233)."""


def sender_digest(day_key: bytes, service_id: int, contact: str | None, client: str | None) -> bytes | None:
    """Returns the digest of a number or mail address, or else of what tells visitors apart; None without both."""
    known_by = _TAG.sub("", contacts.normalise(contact)) if contact else client
    if not known_by:
        return None
    return hmac.digest(day_key, f"sender\0{service_id}\0{known_by}".encode(), hashlib.sha256)[:16]


def forget_senders(session: Session) -> None:
    """Forgets who sent what is a day old; its copies stay told, and that they had sent something before."""
    first = aliased(Feedback)
    before = tuple_(first.received_at, first.id) < tuple_(Feedback.received_at, Feedback.id)
    for mine, other in (
        (Feedback.sender_digest, first.sender_digest),
        (Feedback.network_digest, first.network_digest),
    ):
        same = (first.service_id == Feedback.service_id, other == mine)
        forgotten = exists().where(*same, before, first.received_at < func.now() - KEPT_FOR)
        _set(session, {"sent_again": True}, mine.is_not(None), not_(Feedback.sent_again), forgotten)
    old = (Feedback.sender_digest.is_not(None), Feedback.received_at < func.now() - KEPT_FOR)
    _set(session, {"sender_digest": None, "network_digest": None}, *old)


def _set(session: Session, values: dict[str, Any], *where: ColumnElement[bool]) -> None:
    session.execute(update(Feedback).where(*where).values(**values).execution_options(synchronize_session=False))
