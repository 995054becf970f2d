"""How well a service can be watched, how many signals it was sent, and how many of them people called false."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.i18n import _, ngettext
from feedback.record.models import Service, ServiceWork, Signal, Statement
from feedback.record.states import SignalTier
from insights.detection.detector import FEWEST_STATEMENTS
from insights.detection.observation import hours
from insights.detection.state import deserialize
from insights.presentation.service_schemas import DetectionHealth

WEEK = dt.timedelta(days=7)
TRACK_RECORD = 26 * WEEK
YOUNG_SERVICE_DAYS = 28
"""Days after which it is known what is usual for a service."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How much can be told of a service: `name` is blind, learning or sure.

    `age` is how many days back its statements go.
    """

    name: str
    age: int


def detection_health(session: Session, service: Service, now: dt.datetime) -> DetectionHealth:
    """Tells how a service is watched, and how often its signals were right."""
    sight = sights(session, [service.id], now)[service.id]
    weeks = max(min(now - service.created_at, TRACK_RECORD) / WEEK, 1.0)
    sent, false = session.execute(
        select(func.count(), func.count(Signal.false_at)).where(
            Signal.service_id == service.id, Signal.tier == SignalTier.SIGNAL, Signal.detected_at > now - TRACK_RECORD
        )
    ).one()
    return DetectionHealth(
        sight=sight.name,
        says=_says(sight),
        tolerance=service.properties.tolerance,
        caution=round(_caution(session, service, now), 2),
        weeks=round(weeks, 1),
        sent=sent,
        marked_false=false,
        sent_per_week=round(sent / weeks, 3),
        false_per_week=round(false / weeks, 3),
    )


def _says(sight: Sight) -> str:
    if sight.name == "blind":
        return _(
            "Fewer than %(fewest)s things were said in the last 28 days: nothing can be told from so few.",
            fewest=FEWEST_STATEMENTS,
        )
    if sight.name == "learning":
        return ngettext(
            "This service is %(num)s day old here. Until it is 28 days old only what is all the less likely to be"
            " chance is signalled.",
            "This service is %(num)s days old here. Until it is 28 days old only what is all the less likely to be"
            " chance is signalled.",
            sight.age,
        )
    return _("Enough has come in to know what is usual here.")


def _caution(session: Session, service: Service, now: dt.datetime) -> float:
    stored = session.scalar(
        select(ServiceWork.remembered).where(ServiceWork.service_id == service.id, ServiceWork.kind == "notice")
    )
    return deserialize(stored).calibration.factor(hours(now))


def sights(session: Session, service_ids: Sequence[int], now: dt.datetime) -> dict[int, Sight]:
    """Returns how much can be told of each service, by its id."""
    mine = Statement.service_id == Service.id
    recent = select(Statement.id).where(mine, Statement.said_at > now - dt.timedelta(days=YOUNG_SERVICE_DAYS))
    enough = recent.limit(FEWEST_STATEMENTS).correlate(Service).subquery()
    lately = select(func.count()).select_from(enough).scalar_subquery()
    first = select(func.min(Statement.said_at)).where(mine).scalar_subquery()
    rows = session.execute(select(Service.id, lately, first).where(Service.id.in_(service_ids)))
    return {row[0]: _sight(row[1], (now - row[2]).days if row[2] else 0) for row in rows}


def _sight(lately: int, age: int) -> Sight:
    if lately < FEWEST_STATEMENTS:
        return Sight("blind", age)
    return Sight("sure" if age >= YOUNG_SERVICE_DAYS else "learning", age)
