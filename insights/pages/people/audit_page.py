"""The audit: who saw or changed what, for owners and admins to read. Nothing changes it."""

import datetime as dt
from zoneinfo import ZoneInfo

from litestar import Response, get
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, further, unpack
from feedback.http.staff import authenticate
from feedback.record.access import Principal, Role
from feedback.record.models import AuditEntry, Service
from insights.issues.queries import services as reading
from insights.pages.forms import FormValues
from insights.pages.layout import show
from insights.pages.people.choices import owned_services, require_owner

PAGE_SIZE = 50
ZONE = ZoneInfo("Europe/London")
FILTERS = ("service", "by", "act", "since", "until")


@get("/audit", sync_to_thread=True)
def audit_page(request: AnyRequest, record: GivenRecord, cursor: Cursor = None) -> Response[str]:
    """Shows who saw or changed what in the services that somebody owns, the latest first; filters that fit nothing."""
    values = {name: request.query_params.get(name, "").strip() for name in FILTERS}
    before = unpack(cursor, int)
    with record.transaction() as session:
        who = require_owner(authenticate(session, request))
        mine = _mine(who)
        entries = reading.audit(session, PAGE_SIZE, before, *mine, *_wanted(values))
        return show(
            who,
            "people/audit.html",
            entries=entries,
            services={slug: name for slug, name in owned_services(session, who).items() if slug},
            acts=_acts(session, mine),
            values=values,
            further=further(entries, PAGE_SIZE) or "",
            first=before is None,
            errors={},
        )


def _mine(who: Principal) -> list[ColumnElement[bool]]:
    owned = who.with_role(Role.owner)
    return [] if None in owned else [AuditEntry.service_id.in_(owned)]


def _acts(session: Session, mine: list[ColumnElement[bool]]) -> dict[str, str]:
    acts = select(AuditEntry.act).where(*mine).distinct().order_by(AuditEntry.act)
    return {act: act for act in session.scalars(acts)}


def _wanted(values: FormValues) -> list[ColumnElement[bool]]:
    """What is no day is no filter."""
    found: list[ColumnElement[bool]] = []
    if values["service"]:
        found.append(AuditEntry.service_id.in_(select(Service.id).where(Service.slug == values["service"])))
    if values["by"]:
        found.append(or_(AuditEntry.by == values["by"], reading.AUTHOR.icontains(values["by"], autoescape=True)))
    if values["act"]:
        found.append(AuditEntry.act == values["act"])
    if since := _midnight(values["since"]):
        found.append(AuditEntry.at >= since)
    if until := _midnight(values["until"], days=1):
        found.append(AuditEntry.at < until)
    return found


def _midnight(text: str, days: int = 0) -> dt.datetime | None:
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return dt.datetime.combine(day, dt.time(), ZONE)
