"""When a member of staff last looked at the first page, so that they are told what is new since."""

import datetime as dt

from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.models import Person

VISIT = dt.timedelta(hours=1)
"""Looks with less between them are one visit: what is new stays new while somebody goes back and forth."""
WITHOUT_ONE = dt.timedelta(days=1)
"""What is new to who has never looked, or comes with a key that is nobody's."""


def before_this_visit(session: Session, who: Principal, now: dt.datetime) -> dt.datetime:
    """Returns when somebody last looked, before the visit that they are on."""
    person = session.get(Person, who.person_id) if who.person_id else None
    if person is None or person.looked_at is None:
        return now - WITHOUT_ONE
    began_anew = now - person.looked_at > VISIT
    return person.looked_at if began_anew else person.looked_before or now - WITHOUT_ONE


def note_look(session: Session, who: Principal, now: dt.datetime) -> None:
    """Notes that somebody looks now."""
    person = session.get(Person, who.person_id) if who.person_id else None
    if person is None:
        return
    if person.looked_at and now - person.looked_at > VISIT:
        person.looked_before = person.looked_at
    person.looked_at = now
