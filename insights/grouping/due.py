"""When the topics of a service are to be trained again."""

import datetime as dt

from sqlalchemy import DateTime, cast, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Refit, ServiceWork, Signal, Statement
from feedback.record.states import FeedbackStage, WorkKind
from insights.grouping.assignment import may_be_grouped
from insights.grouping.reembedding import EMBEDDED_AT
from insights.grouping.refit_store import signalled
from insights.grouping.regroup import FEWEST_STATEMENTS

GROWTH_SHARE, GROWTH_STATEMENTS = 0.1, 5
"""A refit is due when the service has grown by this share, and so many statements more, since the last."""

LONGEST_WAIT = dt.timedelta(hours=24)


def is_due(session: Session, service_id: int) -> bool:
    """Say whether enough is new, an issue was signalled, or a day has passed (since a refit that nobody undid).

    And whether all was embedded anew since. An import is grouped when nearly all is in.
    """
    last = session.scalar(select(Refit).where(Refit.service_id == service_id).order_by(Refit.id.desc()).limit(1))
    now = session.scalar(select(func.count()).select_from(Statement).where(*may_be_grouped(service_id))) or 0
    before = last.statements if last else 0
    if now < FEWEST_STATEMENTS or _coming(session, service_id) > GROWTH_SHARE * now:
        return False
    embedded_at = cast(ServiceWork.state[EMBEDDED_AT].astext, DateTime(timezone=True))
    anew = (ServiceWork.service_id == service_id, ServiceWork.kind == WorkKind.EMBED)
    if last and session.scalar(select(ServiceWork.id).where(*anew, embedded_at > last.finished_at)):
        return True
    if now == before:
        return False
    grown = now >= before * (1 + GROWTH_SHARE) + GROWTH_STATEMENTS
    if last is None or last.undone_at:
        return grown
    found = signalled(session, service_id, Signal.detected_at > last.finished_at)
    return grown or bool(found) or dt.datetime.now(dt.UTC) - last.finished_at > LONGEST_WAIT


def _coming(session: Session, service_id: int) -> int:
    """Pieces that are still to be cleaned or to join issues."""
    coming = (Feedback.service_id == service_id, Feedback.stage.in_((FeedbackStage.CLEAN, FeedbackStage.GROUP)))
    return session.scalar(select(func.count()).select_from(Feedback).where(*coming)) or 0
