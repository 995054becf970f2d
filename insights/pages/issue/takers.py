"""Who an issue may be given to at once, and whether they are told: it is said before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.models import Person, Service
from feedback.record.settings import Settings
from insights.alerts.delivery import assignments
from insights.alerts.delivery.assignments import Reach


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who owns the service; `is_asking` where it is who asks, `reach`: whether they are told."""

    name: str
    is_asking: bool
    reach: Reach


def taker(
    session: Session, settings: Settings, service: Service, who: Principal, owners: Sequence[Person]
) -> Taker | None:
    """Proposes who asks where they own the service, else its first owner; none where nobody owns it."""
    names = [owner.name for owner in owners]
    if not names:
        return None
    name = who.name if who.name in names else names[0]
    return Taker(name, name == who.name, assignments.reach(session, settings, service.id, name))
