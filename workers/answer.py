"""Citizens who asked for it hear once that what they spoke of is resolved; then how to reach them is destroyed.

By e-mail. A number stays, sealed, until it can be reached or is withdrawn.
"""

import datetime as dt
import html
import uuid
from collections.abc import Sequence
from email.message import EmailMessage

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from feedback.record import contacts
from feedback.record.db import Record
from feedback.record.models import Contact, Feedback, Issue, Service
from insights.alerts import mail
from insights.egress.wire import Unreachable
from workers.station import Save, Station, Worker, work_once

LATER = dt.timedelta(minutes=15)
"""When a mail server that did not answer is asked again."""

SUBJECT = "What became of your feedback about {service}"
TEXT = """You told us something about {service}, and asked us to let you know what came of it.

The team says that this is resolved: {title}

What was done, and a way to tell us if it is not fixed for you: {url}

This is the only message that we send. Your address is now destroyed.
"""


def waiting() -> tuple[ColumnElement[bool], ...]:
    return (Contact.stage == contacts.WAITING, Contact.due_at <= func.now())


def answer(worker: Worker) -> None:
    work_once(worker, ANSWER)


def _answer(worker: Worker, rows: Sequence[Contact]) -> Save[Contact]:
    [row] = rows
    told = _tell(worker.record, row.feedback_id)

    def save(session: Session, mine: Sequence[Contact]) -> None:
        for row in mine:
            if told:
                session.delete(row)
            else:
                row.due_at = dt.datetime.now(dt.UTC) + LATER

    return save


def _tell(record: Record, feedback_id: uuid.UUID) -> bool:
    """Whether that is done with: it was sent, or cannot be. A server that is away, or busy, is asked later."""
    with record.transaction() as session:
        to = contacts.read(session, record.keys, [feedback_id]).get(feedback_id, "")
        letter = _letter(session, record, feedback_id, to) if "@" in to else None
    if letter is None:
        return False
    try:
        status = mail.send(record.settings, letter).status
    except Unreachable:
        return False
    return not 400 <= status < 500


def _letter(session: Session, record: Record, feedback_id: uuid.UUID, to: str) -> EmailMessage:
    contact, piece = session.get_one(Contact, feedback_id), session.get_one(Feedback, feedback_id)
    issue, service = session.get(Issue, contact.about), session.get_one(Service, piece.service_id)
    url = f"{record.settings.url}/receipts/{piece.receipt}"
    text = TEXT.format(service=service.name, title=issue.title if issue else service.name, url=url)
    subject = SUBJECT.format(service=service.name)
    page = f"<pre>{html.escape(text)}</pre>"
    return mail.compose(record.settings, to, feedback_id, subject, text, page, {})


ANSWER = Station("answer", Contact, waiting(), (Contact.due_at,), 1, _answer, contacts.WAITING)
