"""What somebody is owed about what they said: to be told all that is held, and to have it erased."""

import uuid
from typing import Any

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access, audit
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.models import Service
from feedback.record.privacy import four_eyes, subject_access
from feedback.record.privacy.subject_access import Subject
from insights.presentation.schemas import Page


class ErasedFeedback(msgspec.Struct, frozen=True):
    """The pieces that were erased; or none, where it `waits` for another member of staff to approve it."""

    erased: list[uuid.UUID]
    waits: bool = False


@post("/v1/services/{service:str}/subject-access", status_code=200, sync_to_thread=True)
def tell_subject(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], data: JSONBody[Subject]
) -> Page[dict[str, Any]]:
    """Tell all that is held about a person's pieces, found by receipt, contact or id; who asked stands in the audit."""
    with record.transaction() as session:
        who, found, ids = _found(session, request, record, service, data)
        told = subject_access.export(session, record.keys, ids)
        for identity in ids:
            audit.note(session, who.caller, "subject access", f"feedback:{identity}", found.id)
        return Page(told)


@post("/v1/services/{service:str}/erasures", status_code=200, sync_to_thread=True)
def erase_subject(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], data: JSONBody[Subject]
) -> ErasedFeedback:
    """Erase a person's pieces, found by receipt, contact or id; where the service is set so, another approves it."""
    with record.transaction() as session:
        who, found, ids = _found(session, request, record, service, data)
        done = four_eyes.erase_or_ask(session, who, found, ids)
        return ErasedFeedback(ids if done else [], waits=not done)


def _found(
    session: Session, request: AnyRequest, record: Record, slug: str, subject: Subject
) -> tuple[Principal, Service, list[uuid.UUID]]:
    who = authenticate(session, request)
    service = access.service_for(session, who, slug, Role.owner)
    return who, service, subject_access.find(session, record.keys, subject, service)


router = routes("staff", tell_subject, erase_subject)
