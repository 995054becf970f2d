"""What tells the senders of one day apart: a digest under the key of that day, which is forgotten after a day.

It shows that somebody said the same thing twice, and that several did: an outage that one person reports in five
wordings is none. Nobody is shown it, no number or address can be read from it, and no two days or services have the
same one for the same person. What is left of it after a day is that a piece was not its sender's first of that day.
"""

import datetime as dt
import hashlib
import hmac

from sqlalchemy import exists, func, not_, tuple_, update
from sqlalchemy.orm import Session, aliased

from feedback.record.models import Feedback
from feedback.record.privacy import contacts

KEPT_FOR = dt.timedelta(days=1)


def sender_digest(day_key: bytes, service_id: int, contact: str | None, client: str | None) -> bytes | None:
    """Returns the digest of a number or mail address, or else of what tells visitors apart; None without both."""
    known_by = contacts.normalise(contact) if contact else client
    if not known_by:
        return None
    return hmac.digest(day_key, f"sender\0{service_id}\0{known_by}".encode(), hashlib.sha256)[:16]


def forget_senders(session: Session) -> None:
    """Forgets who sent what is a day old; its copies stay told, and that its sender had sent something before."""
    old = (Feedback.sender_digest.is_not(None), Feedback.received_at < func.now() - KEPT_FOR)
    first = aliased(Feedback)
    same_sender = (first.service_id == Feedback.service_id, first.sender_digest == Feedback.sender_digest)
    before = tuple_(first.received_at, first.id) < tuple_(Feedback.received_at, Feedback.id)
    forgotten = exists().where(*same_sender, before, first.received_at < func.now() - KEPT_FOR)
    again = (Feedback.sender_digest.is_not(None), not_(Feedback.sent_again), forgotten)
    for values, chosen in ({"sent_again": True}, again), ({"sender_digest": None}, old):
        session.execute(update(Feedback).where(*chosen).values(**values).execution_options(synchronize_session=False))
