"""What a service's history would have raised, had the service been here: the backtest's findings, as alerts."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, BacktestSignal, Feedback, Service, ServiceWork, Statement
from feedback.record.states import AlertType, FeedbackStage, WorkKind
from feedback.record.work.service_work import ask
from insights.alerts import payload

PREVIEW_SPAN = dt.timedelta(days=90)
"""How far back a preview goes."""

HISTORY_SIZE = "size"
"""The key, in the state of the work, of the size that the history had when it was last looked through."""


def alerts(session: Session, service: Service) -> Iterator[Alert]:
    """Yields the backtest's findings as alerts that were never stored, the latest first."""
    recent = (BacktestSignal.service_id == service.id, BacktestSignal.detected_at > func.now() - PREVIEW_SPAN)
    rows = (
        select(BacktestSignal, Statement.text)
        .outerjoin(Statement, Statement.id == BacktestSignal.statement_id)
        .where(*recent)
    )
    for row, text in session.execute(rows.order_by(BacktestSignal.detected_at.desc())):
        issue = {**row.facts["issue"], "title": text or payload.NO_LONGER_KEPT}
        type_ = AlertType(f"signal.{row.facts['signal']['kind']}")
        yield Alert(id=row.id, type=type_, facts={**row.facts, "issue": issue}, raised_at=row.detected_at)


def is_complete(session: Session, service: Service) -> bool:
    """Tells whether all of the stored history has been gone through, and asks for that work where it has not."""
    if service.created_at < dt.datetime.now(dt.UTC) - PREVIEW_SPAN or not (size := history_size(session, service)):
        return True
    work = select(ServiceWork).where(ServiceWork.service_id == service.id, ServiceWork.kind == WorkKind.BACKTEST)
    last = session.scalar(work)
    if last is None or last.state.get(HISTORY_SIZE) != size:
        ask(session, [service.id], WorkKind.BACKTEST)
        return False
    return True


def history_size(session: Session, service: Service) -> int:
    """Counts the pieces of feedback that are older than the service is here."""
    before = (
        Feedback.service_id == service.id,
        Feedback.said_at < service.created_at,
        Feedback.stage == FeedbackStage.DONE,
    )
    return session.scalar(select(func.count()).where(*before)) or 0
