"""A service on the dashboard: what emerges in it, and its issues as somebody wants to see them."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.access.colleagues import colleagues
from feedback.record.models import Service
from feedback.record.privacy import urgent_raw
from feedback.record.states import SignalTier
from insights.issues.decisions import lifecycle
from insights.issues.listing import saved_views
from insights.issues.listing.facets import facets
from insights.issues.listing.listed import listed
from insights.issues.listing.rows import ListedIssue, views
from insights.issues.queries import issues, services, signals
from insights.pages import overview
from insights.pages.forms import FormValues
from insights.pages.layout import show
from insights.pages.service import address
from insights.pages.service.address import Chosen
from insights.pages.service.words import choices, narrowing
from insights.presentation.schemas import IssueView

PAGE_SIZE = 50

PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


@get("/dashboard/{service:str}", sync_to_thread=True)
def service_page(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], page: PageNumber = 1
) -> Response[str]:
    """Shows what is emerging in a service, and its issues."""
    chosen = address.read(request.query_params)
    with record.transaction() as session:
        who = authenticate(session, request)
        return page_of(session, who, access.service_for(session, who, service), chosen, page)


def page_of(
    session: Session,
    who: Principal,
    service: Service,
    chosen: Chosen,
    page: int = 1,
    *,
    ticked: Collection[uuid.UUID] = (),
    values: FormValues | None = None,
    errors: FormValues | None = None,
) -> Response[str]:
    """Makes the page of a service, with its issues as they are chosen; `ticked` and `values` were entered before."""
    tiers = issues.standing_out(session, service, *SignalTier, most_quotes=1)
    may_change = who.may(Role.editor, service.id)
    made = [view for of_tier in tiers.values() for view in of_tier]
    return show(
        who,
        "service.html",
        400 if errors else 200,
        service=service,
        figures=services.figures(session, service),
        held=len(urgent_raw.retained_since(session, service.id)),
        emerging=tiers[SignalTier.SIGNAL],
        watched=tiers[SignalTier.WATCH],
        praised=tiers[SignalTier.GOOD_NEWS],
        changes=signals.latest_changes(session, service),
        overdue=lifecycle.overdue(session, service),
        views=saved_views.visible(session, who, service),
        ticked=ticked,
        values=dict.fromkeys(("act", "to_whom", "snoozed_until", "reason", "name", "shared"), "") | dict(values or {}),
        errors=errors or {},
        may_change=may_change,
        colleagues=[person.name for person in colleagues(session, service.id)] if may_change else [],
        **_listing(session, service, chosen, page, made),
    )


def _listing(
    session: Session, service: Service, chosen: Chosen, page: int, made: Iterable[IssueView]
) -> dict[str, Any]:
    """One page of the list, and what narrows it down; views that were `made` for the cards are not made again."""
    rows = listed(session, service, chosen.filters)
    shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return {
        "issues": views(session, service, shown, made, most_quotes=1),
        "daily": _daily(session, service, shown),
        "bank_holidays": overview.bank_holidays_of_late(service),
        "chosen": chosen,
        "of_pieces": address.of_pieces(chosen),
        "narrowing": narrowing(chosen),
        "about_issues": True,
        "compared": False,
        "total": len(rows),
        "page": page,
        "pages": -(-len(rows) // PAGE_SIZE),
        **choices(chosen, facets(session, service, chosen.filters)),
    }


def _daily(session: Session, service: Service, shown: Sequence[ListedIssue]) -> dict[uuid.UUID, list[int]]:
    """The reports of each row, day by day: of a broad subject those of its issues together."""
    daily = overview.daily_by_issue(session, service, chain.from_iterable(row.issue_ids for row in shown))
    return {row.id: [sum(day) for day in zip(*(daily[it] for it in row.issue_ids), strict=True)] for row in shown}
