"""What is new since somebody last looked, and needs nobody: what may be chance, what is over, what was found."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, IssueTally, Service, Signal
from feedback.record.states import Scale, SignalTier, Tone
from insights.issues.queries.issues import LIVING
from insights.issues.queries.signals import shown
from insights.today.schemas import TodayNews, What

MOST_OF_A_KIND = 5
ISSUE_COLUMNS = (Issue.id, Issue.title, Issue.titles, Issue.service_id)


def since(session: Session, services: Mapping[int, Service], last_look: dt.datetime) -> list[TodayNews]:
    """Lists the news of several services: the least likely to be chance, the latest to end, the most reported first."""
    kinds: dict[What, Select[Any, Any, Any, Any, Any, Any]] = {
        "watched": _watched(last_look),
        "over": _over(last_look),
        "found": _found(last_look),
    }
    living = (*LIVING, Issue.service_id.in_(services))
    rows = [
        (what, row)
        for what, query in kinds.items()
        for row in session.execute(query.where(*living).limit(MOST_OF_A_KIND))
    ]
    first = {row.id: (what, row) for what, row in reversed(rows)}  # of an issue that is news in several ways
    return [_news(what, row, services[row.service_id]) for what, row in rows if first[row.id] == (what, row)]


def _news(what: What, row: Any, service: Service) -> TodayNews:
    told: What = "rose" if what == "watched" and row.scale == Scale.SLOW else what
    return TodayNews(row.id, row.title, service.slug, service.display_name, told, row.at, row.reports, row.titles)


def _watched(last_look: dt.datetime) -> Select[Any, Any, Any, Any, Any, Any]:
    scale = Signal.evidence["scale"].astext.label("scale")
    query = select(*ISSUE_COLUMNS, Signal.detected_at.label("at"), Signal.observed.label("reports"), scale)
    query = query.join(Signal, Signal.issue_id == Issue.id).where(*shown(SignalTier.WATCH))
    return query.where(Signal.detected_at > last_look).order_by(Signal.score.desc(), Issue.id)


def _over(last_look: dt.datetime) -> Select[Any, Any, Any, Any, Any, Any]:
    query = select(*ISSUE_COLUMNS, Signal.ended_at.label("at"), Signal.observed.label("reports"))
    query = query.join(Signal, Signal.issue_id == Issue.id).where(Signal.tier == SignalTier.SIGNAL)
    return query.where(Signal.ended_at > last_look, Signal.false_at.is_(None)).order_by(
        Signal.ended_at.desc(), Issue.id
    )


def _found(last_look: dt.datetime) -> Select[Any, Any, Any, Any, Any, Any]:
    """Issues that stand out by nothing but being there; by what was counted of them so far."""
    reports = func.sum(IssueTally.reports).label("reports")
    query = select(*ISSUE_COLUMNS, Issue.created_at.label("at"), reports)
    query = query.join(IssueTally, IssueTally.issue_id == Issue.id)
    told = select(Signal.id).where(Signal.issue_id == Issue.id).limit(1).scalar_subquery()
    query = query.where(Issue.created_at > last_look, Issue.tone == Tone.ISSUE, told.is_(None))
    return query.group_by(Issue.id).order_by(reports.desc(), Issue.id)
