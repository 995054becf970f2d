"""What became of a piece of feedback, for whoever holds its receipt; and taking it back."""

import datetime as dt
import uuid

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record import erasure
from feedback.record.errors import NotFound
from feedback.record.models import Feedback, Issue, Service, Statement
from ingest.intake import ALPHABET

STATES = {"clean": "received", "group": "received", "done": "read", "set_aside": "received", "withdrawn": "withdrawn"}


class UnderstoodAs(msgspec.Struct, frozen=True):
    """An issue that it belongs to, and where the team is with it."""

    issue: uuid.UUID
    title: str
    status: str


class Receipt(msgspec.Struct, frozen=True):
    """`state`: received, read (by the machine, and open to the team) or withdrawn. No word of the message itself."""

    receipt: str
    service: str
    service_name: str
    channel: str
    state: str
    received_at: dt.datetime
    understood_as: list[UnderstoodAs]


def find(session: Session, code: str) -> Feedback:
    """Takes the code as people type it: in lower case, without hyphens, with O for 0 and I or L for 1."""
    letters = "".join(c for c in code.upper().translate(str.maketrans("OIL", "011")) if c in ALPHABET)
    normal = "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
    found = session.scalar(select(Feedback).where(Feedback.receipt == normal))
    if found is None:
        raise NotFound("there is no receipt with this code")
    return found


def look_up(session: Session, code: str) -> Receipt:
    found = find(session, code)
    service = session.get_one(Service, found.service_id)
    issues = select(Issue).distinct().join(Statement, Statement.issue_id == Issue.id)
    return Receipt(
        receipt=found.receipt,
        service=service.slug,
        service_name=service.name,
        channel=found.channel,
        state=STATES[found.stage],
        received_at=found.received_at,
        understood_as=[
            UnderstoodAs(issue.id, issue.title, issue.status)
            for issue in session.scalars(issues.where(Statement.feedback_id == found.id))
        ],
    )


def take_back(session: Session, code: str) -> None:
    """Erases what was said; that something was once said and taken back remains. Twice is as good as once."""
    found = find(session, code)
    if found.stage != "withdrawn":
        erasure.erase(session, [found.id], by="citizen")
