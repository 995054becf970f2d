"""Citizens who asked for it hear once that what they spoke of is resolved; then how to reach them is destroyed."""

import threading
import uuid
from collections.abc import Sequence

import structlog
from sqlalchemy import func
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.models import Contact, Feedback, Issue, Service
from feedback.record.privacy import contacts
from feedback.record.states import ContactStage
from feedback.record.work.stages import stage
from insights.replies import transports
from insights.replies.wording import wording
from workers.runtime.actor import Actor, Save, Worker, work_once

log = structlog.get_logger()

ANSWER_THREADS = threading.BoundedSemaphore(4)
"""Threads of a process that a supplier who is slow may keep from sending alerts, and no more."""


def answer(worker: Worker) -> None:
    """Answer one citizen."""
    if not ANSWER_THREADS.acquire(blocking=False):
        return
    try:
        work_once(worker, ANSWER)
    finally:
        ANSWER_THREADS.release()


def _answer(worker: Worker, rows: Sequence[Contact]) -> Save[Contact]:
    [row] = rows
    record = worker.record
    with record.transaction() as session:
        said = _say(session, record, row.feedback_id)
    wait = transports.send(record.settings, said) if said else None
    log.info("citizen answered", again_in=str(wait) if wait else None)

    def save(session: Session, mine: Sequence[Contact]) -> None:
        for row in mine:
            if wait is None:
                session.delete(row)
            else:
                row.due_at = func.now() + wait

    return save


def _say(session: Session, record: Record, feedback_id: uuid.UUID) -> transports.ResolutionNotice | None:
    """None where the contact has been withdrawn meanwhile."""
    to = contacts.read(session, record.keys, [feedback_id]).get(feedback_id)
    if to is None:
        return None
    contact, piece = session.get_one(Contact, feedback_id), session.get_one(Feedback, feedback_id)
    issue, service = session.get(Issue, contact.about), session.get_one(Service, piece.service_id)
    words = wording(piece.language)
    url = f"{record.settings.url}/receipts/{piece.receipt}?lang={words.code}"
    title = issue.titles.get(words.code, issue.title) if issue else service.name_in(words.code)
    return transports.ResolutionNotice(to, feedback_id, words, service, title, url)


ANSWER = Actor(stage("answer"), limit=1, work=_answer, to=ContactStage.WAITING)
