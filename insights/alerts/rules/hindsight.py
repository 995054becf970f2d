"""What a service's history would have told, had the service been here: the backtest's findings, as alerts."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Feedback, Hindsight, Service, ServiceWork, Statement
from feedback.record.work.service_work import ask
from insights.alerts import payload

LOOKED_BACK = dt.timedelta(days=90)

SIZE = "size"
"""In the state of the work: how large the history was that was looked through."""


def alerts(session: Session, service: Service) -> Iterator[Alert]:
    """As alerts that never were; the latest first."""
    recent = (Hindsight.service_id == service.id, Hindsight.detected_at > func.now() - LOOKED_BACK)
    rows = select(Hindsight, Statement.text).outerjoin(Statement, Statement.id == Hindsight.statement_id).where(*recent)
    for row, text in session.execute(rows.order_by(Hindsight.detected_at.desc())):
        issue = {**row.facts["issue"], "title": text or payload.GONE}
        kind = f"signal.{row.facts['signal']['kind']}"
        yield Alert(id=row.id, type=kind, facts={**row.facts, "issue": issue}, raised_at=row.detected_at)


def is_complete(session: Session, service: Service) -> bool:
    """Whether all of the history that is here has been looked through; asks for it where it has not."""
    if service.created_at < dt.datetime.now(dt.UTC) - LOOKED_BACK or not (here := size(session, service)):
        return True
    work = select(ServiceWork).where(ServiceWork.service_id == service.id, ServiceWork.kind == "look_back")
    last = session.scalar(work)
    if last is None or last.state.get(SIZE) != here:
        ask(session, [service.id], "look_back")
        return False
    return True


def size(session: Session, service: Service) -> int:
    """Pieces of feedback from before the service was here."""
    before = (Feedback.service_id == service.id, Feedback.said_at < service.created_at, Feedback.stage == "done")
    return session.scalar(select(func.count()).where(*before)) or 0
