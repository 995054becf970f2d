"""The staff dashboard: what is emerging, the issues of a service, and what people sent.

Everything is there without JavaScript; a chart is drawn beside the table of its figures where scripts run.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from sqlalchemy import select

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, further, unpack
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.errors import NotAuthentic
from feedback.record.models import Service
from feedback.record.privacy import urgent_raw
from feedback.record.states import SignalTier, Tone
from insights.issues.decisions import lifecycle
from insights.issues.queries import feedback, issues, services, signals, themes
from insights.issues.queries.feedback import FeedbackFilters
from insights.pages import (
    alerts_page,
    issue_page,
    ledger_page,
    overview,
    piece_page,
    quality_page,
    regroup_page,
    subscription_page,
)
from insights.pages.confirmations import remember_query
from insights.pages.findings import false_alarms, planned_work
from insights.pages.layout import failure_page, files, plotly, redirect, show
from insights.pages.people import (
    audit_page,
    directory_sign_in,
    keys_page,
    language_page,
    sessions_page,
    signing_in,
    staff_page,
)
from insights.pages.people.entering import DASHBOARD_PATH
from insights.pages.search import missed_page, search_page
from insights.presentation import labels

PAGE_SIZE = 50
MOST_THEMES = 10

PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


@get("/", sync_to_thread=True)
def home(request: AnyRequest, record: GivenRecord) -> Response[str] | Redirect:
    """Leads staff who are signed in to the dashboard, and everybody else to where they can leave feedback."""
    with record.transaction() as session:
        try:
            authenticate(session, request)
        except NotAuthentic:
            services = session.scalars(select(Service).order_by(Service.name))
            return show(None, "home.html", services=[s for s in services if s.properties.anyone_may_write])
    return redirect(DASHBOARD_PATH)


@get("/dashboard", sync_to_thread=True)
def dashboard(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows what emerges in each service that somebody may see."""
    with record.transaction() as session:
        who = authenticate(session, request)
        lines = overview.overview(session, who)
        return show(
            who,
            "dashboard.html",
            lines=lines,
            names={line.service.slug: line.service.name for line in lines},
            themes=[theme for theme in themes.listed(session, who) if len(theme.services) > 1][:MOST_THEMES],
        )


@dataclass(frozen=True, slots=True)
class IssueFilters:
    """Which issues a list shows; "" for all. What is no value of ours counts as all, and as the tone of an issue."""

    trend: str
    status: str
    channel: str
    tone: str

    @classmethod
    def of(cls, request: AnyRequest) -> "IssueFilters":
        """Reads the filters of a request."""
        known = {
            "trend": labels.TRENDS,
            "status": labels.ISSUE_STATUSES,
            "channel": labels.CHANNELS,
            "tone": labels.TONES,
        }
        wanted = {name: request.query_params.get(name, "") for name in known}
        found = {name: value if value in known[name] else "" for name, value in wanted.items()}
        return cls(**found | {"tone": found["tone"] or Tone.ISSUE})


@get("/dashboard/themes/{theme:uuid}", sync_to_thread=True)
def theme_page(request: AnyRequest, record: GivenRecord, theme: FromPath[uuid.UUID]) -> Response[str]:
    """Shows what several services hear."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found, services = themes.shown(session, who, theme), themes.visible(session, who).values()
        return show(
            who,
            "theme.html",
            theme=found,
            names={service.slug: service.name for service in services},
            titles=issue_page.titles(session, [event.issue for event in found.history if event.issue]),
            zone=next(service.properties.time_zone for service in services if service.slug in found.services),
        )


@get("/dashboard/{service:str}", sync_to_thread=True)
def service_page(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], page: PageNumber = 1
) -> Response[str]:
    """Shows what is emerging in a service, and its issues."""
    chosen = IssueFilters.of(request)
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        listed = issues.of_service(
            session,
            found,
            trend=chosen.trend or None,
            status=chosen.status or None,
            channel=chosen.channel or None,
            tone=chosen.tone,
        )
        shown = issues.views(session, found, listed[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
        return show(
            who,
            "service.html",
            service=found,
            figures=services.figures(session, found),
            held=len(urgent_raw.retained_since(session, found.id)),
            emerging=issues.emerging(session, found),
            watched=issues.emerging(session, found, SignalTier.WATCH),
            praised=issues.emerging(session, found, SignalTier.GOOD_NEWS),
            changes=signals.latest_changes(session, found),
            overdue=lifecycle.overdue(session, found),
            issues=shown,
            daily=overview.daily_by_issue(session, found, [issue.id for issue in shown]),
            bank_holidays=overview.bank_holidays_of_late(found),
            filters=chosen,
            total=len(listed),
            page=page,
            pages=-(-len(listed) // PAGE_SIZE),
        )


@get("/dashboard/{service:str}/feedback", sync_to_thread=True)
def feedback_page(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    cursor: Cursor = None,
    only: FromQuery[str] = "",
) -> Response[str]:
    """Shows all that people sent, with what was made of it; the latest received first."""
    after = unpack(cursor, tuple[dt.datetime, uuid.UUID])
    only = only if only in feedback.PARTS else ""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        items = feedback.feedback_page(session, found, PAGE_SIZE, after, FeedbackFilters(only=only or None))
        return show(
            who,
            "feedback.html",
            service=found,
            items=items,
            titles=issue_page.titles(session, [issue for item in items for issue in item.issues]),
            further=further(items, PAGE_SIZE, attrgetter("received_at", "id")) or "",
            first=after is None,
            only=only,
        )


router = Router(
    "/",
    route_handlers=[
        home,
        *signing_in.handlers,
        *directory_sign_in.handlers,
        language_page.choose_language,
        *sessions_page.handlers,
        *staff_page.handlers,
        *keys_page.handlers,
        audit_page.audit_page,
        dashboard,
        theme_page,
        service_page,
        feedback_page,
        issue_page.issue_page,
        *regroup_page.handlers,
        *quality_page.handlers,
        *search_page.handlers,
        issue_page.decide,
        issue_page.act,
        issue_page.take_back,
        false_alarms.doubt,
        planned_work.planned_work_page,
        planned_work.announce,
        missed_page.say_missed,
        issue_page.publish,
        ledger_page.ledger_page,
        alerts_page.alerts_page,
        alerts_page.subscribe,
        subscription_page.subscription_page,
        subscription_page.act,
        piece_page.piece_page,
        piece_page.read_held,
        piece_page.release,
        piece_page.judge_urgency,
        piece_page.overrule,
        files.handler(),
        plotly.handler(),
    ],
    middleware=[remember_query],
    opt={"failure_page": failure_page},
    include_in_schema=False,
)
