"""Erasing: the text, vectors, memberships and contact of a piece of feedback go; that it once existed remains."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedback.record import contacts, raw
from feedback.record.models import AuditEntry, Feedback, HeldRaw, Issue, Statement

WITHDRAWN = "withdrawn"


def erase(session: Session, ids: Sequence[uuid.UUID], *, by: str) -> None:
    """A worker that has one of them in hand finds it no longer its own, and writes nothing."""
    _drop_quotes(session, ids)
    session.execute(
        update(Feedback)
        .where(Feedback.id.in_(ids))
        .values(
            stage=WITHDRAWN,
            claimed_by=None,
            text=None,
            page_url=None,
            attributes={},
            hidden={},
            verdicts=[],
            fingerprint=None,
            bands=None,
            urgent=None,
            reason=None,
        )
    )
    session.execute(delete(Statement).where(Statement.feedback_id.in_(ids)))
    session.execute(delete(HeldRaw).where(HeldRaw.feedback_id.in_(ids)))
    raw.forget(session, ids)
    contacts.shred(session, ids)
    session.add_all(_entries(session, ids, by))


def _drop_quotes(session: Session, ids: Sequence[uuid.UUID]) -> None:
    rows = session.execute(select(Statement.id, Statement.issue_id).where(Statement.feedback_id.in_(ids))).all()
    gone, touched = {row.id for row in rows}, {row.issue_id for row in rows}
    for issue in session.scalars(select(Issue).where(Issue.id.in_(touched)).with_for_update()):
        issue.quotes = [quote for quote in issue.quotes if quote not in gone]


def _entries(session: Session, ids: Sequence[uuid.UUID], by: str) -> list[AuditEntry]:
    rows = session.execute(select(Feedback.id, Feedback.service_id).where(Feedback.id.in_(ids)))
    return [AuditEntry(service_id=row.service_id, by=by, act="erase", subject=f"feedback:{row.id}") for row in rows]
