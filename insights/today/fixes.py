"""What was done of late and can be told by now: the outcomes of the last actions of several services."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Action, Issue, Service
from feedback.record.states import OutcomeVerdict
from insights.outcomes import ledger
from insights.today.schemas import TodayFix

LATELY = dt.timedelta(days=42)
MOST_MEASURED = 8
"""Actions, the latest, that are measured: each takes the reports of weeks."""


class _Acted(NamedTuple):
    """An action, with the titles of its issue."""

    action: Action
    title: str
    titles: dict[str, str]


def lately(session: Session, services: Mapping[int, Service], now: dt.datetime) -> list[TodayFix]:
    """Lists what the last actions did to their issues, the latest first; not those of which it is too early to tell."""
    acted = (
        select(Action, Issue.title, Issue.titles, Issue.service_id)
        .join(Issue, Issue.id == Action.issue_id)
        .where(Action.at > now - LATELY, Action.at <= now, Issue.service_id.in_(services))
        .order_by(Action.at.desc(), Action.id.desc())
        .limit(MOST_MEASURED)
    )
    by_service: dict[int, list[_Acted]] = defaultdict(list)
    for action, title, titles, service_id in session.execute(acted):
        by_service[service_id].append(_Acted(action, title, titles))
    found = [fix for service_id, done in by_service.items() for fix in _measured(session, services[service_id], done)]
    told = [fix for fix in found if fix.outcome.verdict != OutcomeVerdict.TOO_EARLY]
    return sorted(told, key=lambda fix: fix.outcome.at, reverse=True)


def _measured(session: Session, service: Service, done: list[_Acted]) -> list[TodayFix]:
    outcomes = ledger.measured(session, service.id, [one.action for one in done])
    return [
        TodayFix(one.action.issue_id, one.title, service.slug, service.display_name, outcome, one.titles)
        for one, outcome in zip(done, outcomes, strict=True)
    ]
