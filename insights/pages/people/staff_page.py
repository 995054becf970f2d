"""Members of staff: who owns a service says who works for it, and as what; admins say who works for all."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels
from feedback.record import access
from feedback.record.access import Principal, Role, links, people
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.models import Person
from feedback.record.settings import Settings
from insights.pages.forms import FormValues, PageOrRedirect, ShowAgain, complaint, submit
from insights.pages.layout import saved, show
from insights.pages.people import mails
from insights.pages.people.choices import UNCHOSEN, chosen, own_roles, owned_services, require_owner

COMPLAINTS: Mapping[str, str] = TranslatedLabels(
    {
        "name": N_("Enter a name, in %(most)s characters or fewer"),
        "email": N_("Enter an e-mail address, like name@example.gov.uk"),
        "role": N_("Choose what they may do"),
        "admin": N_("This is the last admin. Appoint another first."),
    },
    most=people.MAX_NAME_LENGTH,
)
BLANK = {"name": "", "email": "", "service": UNCHOSEN, "role": "reader"}


@dataclass(frozen=True, slots=True)
class _Invitation:
    by: Principal
    person: Person
    link: str
    may_see_link: bool


@get("/staff", sync_to_thread=True)
def staff_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows who works for the services that somebody owns."""
    with record.transaction() as session:
        return _page(session, authenticate(session, request), BLANK)


@post("/staff", status_code=200)
async def invite(request: AnyRequest, record: GivenRecord) -> PageOrRedirect:
    """Invites somebody, or gives a member of staff another service; a mail brings a link, or the page shows it."""
    values = BLANK | await form_values(request)
    return await asyncio.to_thread(_invite, request, record, values)


@post("/staff/{person_id:int}/role", status_code=200)
async def change_role(request: AnyRequest, record: GivenRecord, person_id: FromPath[int]) -> PageOrRedirect:
    """Gives a member of staff another role on a service, at once."""
    values = BLANK | await form_values(request)
    return await asyncio.to_thread(_change, request, record, person_id, values)


@post("/staff/{person_id:int}/end", status_code=200)
async def end_membership(request: AnyRequest, record: GivenRecord, person_id: FromPath[int]) -> PageOrRedirect:
    """Takes a role on one service away, or that of an admin: at once, with the feed addresses there."""
    values = BLANK | await form_values(request)
    return await asyncio.to_thread(_end, request, record, person_id, values)


@post("/staff/{person_id:int}/remove", status_code=200, sync_to_thread=True)
def remove_person(request: AnyRequest, record: GivenRecord, person_id: FromPath[int]) -> PageOrRedirect:
    """Removes a member of staff from everywhere at once. Takes an admin."""

    def remove(session: Session, who: Principal) -> Redirect:
        person = _found(session, who, person_id)
        access.require(who, Role.admin)
        people.remove(session, person, by=who.caller)
        return saved("/staff", "removed")

    return submit(request, record, remove, _again(BLANK), told=(Conflict,))


def _invite(request: AnyRequest, record: Record, values: FormValues) -> PageOrRedirect:
    """Mails once it is stored: a mail server that is slow keeps no row locked."""
    made: list[_Invitation] = []

    def store(session: Session, who: Principal) -> Redirect:
        role, service = chosen(session, who, values["service"], values["role"])
        person = people.add(session, values["name"], values["email"])
        people.appoint(session, person, role, service, by=who.caller)
        made.append(_Invitation(who, person, links.printed(session, person), people.answers_for(session, who, person)))
        return saved("/staff", "invited")

    answer = submit(request, record, store, _again(values))
    return _send(record.settings, made[0], answer) if made else answer


def _send(settings: Settings, invitation: _Invitation, sent: PageOrRedirect) -> PageOrRedirect:
    if settings.smtp_url and mails.send_invitation(settings, invitation.person, invitation.link):
        return sent
    url = access.sign_in_url(settings, invitation.link) if invitation.may_see_link else ""
    return show(invitation.by, "people/invited.html", person=invitation.person, url=url)


def _change(request: AnyRequest, record: Record, person_id: int, values: FormValues) -> PageOrRedirect:
    def change(session: Session, who: Principal) -> Redirect:
        role, service = chosen(session, who, values["service"], values["role"])
        people.appoint(session, _found(session, who, person_id), role, service, by=who.caller)
        return saved("/staff", "role_changed")

    return submit(request, record, change, _again(BLANK))


def _end(request: AnyRequest, record: Record, person_id: int, values: FormValues) -> PageOrRedirect:
    def end(session: Session, who: Principal) -> Redirect:
        _, service = chosen(session, who, values["service"], Role.reader.name)
        people.dismiss(session, _found(session, who, person_id), service, by=who.caller)
        return saved("/staff", "role_ended")

    return submit(request, record, end, _again(BLANK), told=(Malformed, Conflict))


def _found(session: Session, who: Principal, person_id: int) -> Person:
    return people.one_of(session, who, person_id).person


def _again(values: FormValues) -> ShowAgain:
    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        otherwise = "admin" if isinstance(error, Conflict) else "email"
        return _page(session, who, values, complaint(error, COMPLAINTS, otherwise))

    return show_again


def _page(session: Session, who: Principal, values: FormValues, errors: dict[str, str] | None = None) -> Response[str]:
    return show(
        require_owner(who),
        "people/staff.html",
        400 if errors else 200,
        members=people.listed(session, who),
        services=owned_services(session, who),
        roles=own_roles(),
        is_admin=who.may(Role.admin, None),
        values=values,
        errors=errors or {},
    )


handlers = (staff_page, invite, change_role, end_membership, remove_person)
