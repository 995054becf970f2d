"""The staff dashboard: what is emerging, the issues of a service, one issue, and what people sent.

Everything is there without JavaScript; a chart is drawn beside the table of its figures where scripts run.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Annotated

from litestar import Response, Router, get
from litestar.params import Parameter
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal
from feedback.record.db import Record
from feedback.record.errors import NotAuthentic
from feedback.record.models import Issue, Service
from insights import charts, issues, overview, reading, signing_in, words
from insights.door import AnyRequest, asker
from insights.layout import failure_page, files, plotly, redirect, show
from insights.paging import pack, unpack
from insights.views import IssueView

AT_ONCE = 50
RANGES = {56: "8 weeks", 182: "6 months", 730: "2 years"}

PageNumber = Annotated[int, Parameter(ge=1, le=10_000, default=1)]


@get("/", sync_to_thread=True)
def home(request: AnyRequest, record: Record) -> Response[str] | Redirect:
    """For staff who are signed in, the dashboard; for everybody else, where to leave feedback."""
    with record.transaction() as session:
        try:
            asker(session, request)
        except NotAuthentic:
            services = session.scalars(select(Service).order_by(Service.name))
            return show(None, "home.html", services=[s for s in services if s.properties.anyone_may_write])
    return redirect(signing_in.START)


@get("/dashboard", sync_to_thread=True)
def dashboard(request: AnyRequest, record: Record) -> Response[str]:
    with record.transaction() as session:
        who = asker(session, request)
        lines = overview.overview(session, who)
        emerging = [issue for line in lines for issue in line.emerging]
        return show(who, "dashboard.html", lines=lines, said=overview.latest_evidence(session, emerging))


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a list is shown; "" for all. What is no value of ours counts as all."""

    trend: str
    status: str
    channel: str

    @classmethod
    def of(cls, request: AnyRequest) -> "Filters":
        known = {"trend": words.TRENDS, "status": words.STATUSES, "channel": words.CHANNEL_NAMES}
        given = {name: request.query_params.get(name, "") for name in known}
        return cls(**{name: value if value in known[name] else "" for name, value in given.items()})


@get("/dashboard/{service:str}", sync_to_thread=True)
def service_page(request: AnyRequest, record: Record, service: str, page: PageNumber) -> Response[str]:
    """What is emerging in a service, and its issues."""
    chosen = Filters.of(request)
    with record.transaction() as session:
        who = asker(session, request)
        found = access.service_for(session, who, service)
        listed = issues.of_service(
            session, found, trend=chosen.trend or None, status=chosen.status or None, channel=chosen.channel or None
        )
        emerging = issues.emerging(session, found)
        shown = listed[(page - 1) * AT_ONCE : page * AT_ONCE]
        return show(
            who,
            "service.html",
            service=found,
            summary=reading.summary(session, found),
            emerging=emerging,
            said=overview.latest_evidence(session, emerging),
            issues=shown,
            daily=overview.daily_by_issue(session, found, [issue.id for issue in shown]),
            filters=chosen,
            total=len(listed),
            page=page,
            pages=-(-len(listed) // AT_ONCE),
        )


@get("/dashboard/{service:str}/feedback", sync_to_thread=True)
def feedback_page(request: AnyRequest, record: Record, service: str, cursor: str | None = None) -> Response[str]:
    """All that people sent, with what was made of it; the latest received first."""
    after = unpack(cursor, tuple[dt.datetime, uuid.UUID]) if cursor else None
    with record.transaction() as session:
        who = asker(session, request)
        found = access.service_for(session, who, service)
        items = reading.feedback_page(session, found, AT_ONCE, after)
        last = items[-1] if len(items) == AT_ONCE else None
        return show(
            who,
            "feedback.html",
            service=found,
            items=items,
            titles=_titles(session, [issue for item in items for issue in item.issues]),
            further=pack((last.received_at, last.id)) if last else "",
            first=after is None,
        )


def _titles(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    return {row.id: row.title for row in session.execute(select(Issue.id, Issue.title).where(Issue.id.in_(ids)))}


@get("/dashboard/issues/{issue:uuid}", sync_to_thread=True)
def issue_page(
    request: AnyRequest, record: Record, issue: uuid.UUID, days: int | None = None, before: int | None = None
) -> Response[str]:
    """One issue: its words, its days, what people said, what happened to it."""
    with record.transaction() as session:
        who = asker(session, request)
        found = access.issue_for(session, who, issue)
        service = session.get_one(Service, found.service_id)
        [view] = issues.views(session, service, [found])
        return _issue(session, who, service, found, view, days if days in RANGES else _range(view), before)


def _range(view: IssueView) -> int:
    """The shortest that shows its last report."""
    age = (dt.datetime.now(dt.UTC) - view.last_seen).days if view.last_seen else 0
    return next((days for days in RANGES if age < days), max(RANGES))


def _issue(
    session: Session,
    who: Principal,
    service: Service,
    issue: Issue,
    view: IssueView,
    days: int,
    before: int | None,
) -> Response[str]:
    bars = charts.bars(reading.daily(session, service, issue, days), overview.marks(session, service, days))
    statements = reading.statements_page(session, issue, AT_ONCE, before)
    related = [identity for identity in (view.parent, view.merged_into) if identity]
    return show(
        who,
        "issue.html",
        service=service,
        issue=view,
        bars=bars,
        figure=charts.figure(bars),
        days=days,
        ranges=RANGES,
        statements=statements,
        further=statements[-1].id if len(statements) == AT_ONCE else None,
        first=before is None,
        titles=_titles(session, related),
        history=reading.history(session, issue),
    )


router = Router(
    "/",
    route_handlers=[
        home,
        signing_in.follow_link,
        signing_in.sign_in_form,
        signing_in.sign_in,
        signing_in.sign_out,
        dashboard,
        service_page,
        feedback_page,
        issue_page,
        files.handler(),
        plotly.handler(),
    ],
    opt={"failure_page": failure_page},
    include_in_schema=False,
)
