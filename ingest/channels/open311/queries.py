"""What Open311 lists: public services, and the requests that were filed through it, without anything personal."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.errors import NotFound
from feedback.record.models import Feedback, Issue, Publication, Service, Statement
from feedback.record.services import open_to_all
from feedback.record.states import CLOSED_STATUSES, FeedbackStage
from ingest.channels.open311.responses import ListedService, ServiceRequest
from ingest.channels.open311.service_request import RequestFilters

CALLER: Final = "open311"
"""Who vouches for what is filed here; nothing else is read back."""


def services(session: Session) -> list[ListedService]:
    """Return those that anyone may write to."""
    return [_service(one) for one in open_to_all(session)]


def service(session: Session, code: str) -> ListedService:
    """Raises `NotFound`, also for one that is not listed."""
    found = access.service(session, code)
    if not found.properties.anyone_may_write:
        raise NotFound(f"there is no service '{code[:100]}'")
    return _service(found)


def one(session: Session, identity: str) -> ServiceRequest:
    """Raises `NotFound`, also for what came another way."""
    found = _shown(session, _public() & Feedback.id.in_(_ids([identity])))
    if not found:
        raise NotFound("there is no such request")
    return found[0]


def listed(session: Session, asked: RequestFilters) -> list[ServiceRequest]:
    """Return the latest first; ids that are asked for overrule all else, as the specification has it."""
    if asked.ids:
        return _shown(session, _public() & Feedback.id.in_(_ids(asked.ids)), asked)
    wanted = _public()
    if asked.start and asked.end:
        wanted &= Feedback.received_at.between(asked.start, asked.end)
    if asked.updated_after and asked.updated_before:
        wanted &= _updated().between(asked.updated_after, asked.updated_before)
    if asked.services:
        wanted &= Feedback.service_id.in_(select(Service.id).where(Service.slug.in_(asked.services)))
    if len(asked.statuses) == 1:
        wanted &= _is_closed() if "closed" in asked.statuses else ~_is_closed()
    return _shown(session, wanted, asked)


def _public() -> ColumnElement[bool]:
    return and_(Feedback.caller == CALLER, Feedback.stage != FeedbackStage.WITHDRAWN)


def _about(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Statement.feedback_id == Feedback.id, Issue.id == Statement.issue_id, *conditions)


def _is_closed() -> ColumnElement[bool]:
    """Everything that it is about is done with."""
    return and_(_about(Issue.status.in_(CLOSED_STATUSES)), ~_about(Issue.status.not_in(CLOSED_STATUSES)))


def _updated() -> ColumnElement[dt.datetime]:
    """When it, or the state of anything that it is about, last changed."""
    of_issues = (
        select(func.max(Issue.status_at))
        .join(Statement, Statement.issue_id == Issue.id)
        .where(Statement.feedback_id == Feedback.id)
        .correlate(Feedback)
        .scalar_subquery()
    )
    return func.greatest(func.coalesce(Feedback.done_at, Feedback.received_at), of_issues)


def _ids(texts: Iterable[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue  # nobody's id
    return found


def _shown(session: Session, wanted: ColumnElement[bool], asked: RequestFilters | None = None) -> list[ServiceRequest]:
    query = (
        select(Feedback, Service, _is_closed())
        .join(Service, Service.id == Feedback.service_id)
        .where(wanted)
        .order_by(Feedback.received_at.desc(), Feedback.id)
    )
    if asked:
        query = query.limit(asked.size).offset((asked.page - 1) * asked.size)
    found = {row.id: _request(row, service, closed) for row, service, closed in session.execute(query)}
    return _with_what_was_done(session, found)


def _service(stored: Service) -> ListedService:
    return ListedService(stored.slug, stored.name, stored.properties.department)


def _request(row: Feedback, service: Service, closed: bool) -> ServiceRequest:
    """Words that are not yet redacted, tell of danger or abuse somebody are not shown."""
    may_be_read = row.stage == FeedbackStage.DONE and row.urgent is None and not row.verdicts
    return ServiceRequest(
        id=str(row.id),
        service=_service(service),
        status="closed" if closed else "open",
        requested=row.received_at,
        updated=row.done_at or row.received_at,
        description=(row.text or "") if may_be_read else "",
        location=row.attributes.get("location", ""),
        street=row.attributes.get("street", ""),
    )


def _with_what_was_done(session: Session, requests: Mapping[uuid.UUID, ServiceRequest]) -> list[ServiceRequest]:
    """Since when it is as it is, and what was published about it: nothing that staff only wrote for each other."""
    about = (
        select(
            Statement.feedback_id,
            func.max(Issue.status_at).label("at"),
            func.string_agg(Publication.did.distinct(), " ").label("did"),
        )
        .join(Issue, Issue.id == Statement.issue_id)
        .outerjoin(Publication, Publication.issue_id == Issue.id)
        .where(Statement.feedback_id.in_(requests))
        .group_by(Statement.feedback_id)
    )
    told = {identity: (at, did) for identity, at, did in session.execute(about)}
    return [_told(request, *told.get(identity, (None, None))) for identity, request in requests.items()]


def _told(request: ServiceRequest, at: dt.datetime | None, did: str | None) -> ServiceRequest:
    return replace(request, updated=max(request.updated, at or request.updated), notes=did or "")
