"""How well a service can be watched, how many signals it was sent, and how many of them people called false."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service, Signal, Statement
from insights.detect import FEWEST
from insights.views import Noticing

WEEK = dt.timedelta(days=7)
LATELY = 26 * WEEK
YOUNG = 28
"""Days after which it is known what is usual for a service."""

SAYS = {
    "blind": f"Fewer than {FEWEST} things were said in the last 28 days: nothing can be told from so few.",
    "learning": "This service is {age} old here. Until it is 28 days old only what is all the less likely to be chance"
    " is signalled.",
    "sure": "It is known what is usual here: what is beyond chance is signalled.",
}


def noticing(session: Session, service: Service, now: dt.datetime) -> Noticing:
    seen, age = _sight(session, service, now)
    weeks = max(min(now - service.created_at, LATELY) / WEEK, 1.0)
    sent, false = session.execute(
        select(func.count(), func.count(Signal.false_at)).where(
            Signal.service_id == service.id, Signal.tier == "signal", Signal.detected_at > now - LATELY
        )
    ).one()
    return Noticing(
        sight=seen,
        says=SAYS[seen].format(age=f"{age} day{'' if age == 1 else 's'}"),
        tolerance=service.properties.tolerance,
        weeks=round(weeks, 1),
        sent=sent,
        marked_false=false,
        sent_per_week=round(sent / weeks, 3),
        false_per_week=round(false / weeks, 3),
    )


def _sight(session: Session, service: Service, now: dt.datetime) -> tuple[str, int]:
    """How much can be told, and how many days back its statements go."""
    said, first = session.execute(
        select(func.count().filter(Statement.said_at > now - dt.timedelta(days=YOUNG)), func.min(Statement.said_at))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.service_id == service.id, Feedback.stage == "done")
    ).one()
    age = (now - first).days if first else 0
    if said < FEWEST:
        return "blind", age
    return ("sure" if age >= YOUNG else "learning"), age
