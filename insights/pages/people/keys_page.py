"""API keys: who owns a service makes, replaces and revokes those of its machines."""

import asyncio
from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels
from feedback.record.access import Principal, keys
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed
from insights.pages.forms import FormValues, PageOrRedirect, complaint, submit
from insights.pages.layout import saved, show
from insights.pages.people.choices import UNCHOSEN, chosen, own_roles, owned_services, require_owner

LIFETIMES: Mapping[str, str] = TranslatedLabels(
    {"90": N_("90 days"), "30": N_("30 days"), "365": N_("one year"), "": N_("until it is revoked")}
)
"""How long a new key may work, by the days; what is sensible first."""
COMPLAINTS: Mapping[str, str] = TranslatedLabels(
    {
        "name": N_("Enter what the key is for, in %(most)s characters or fewer"),
        "days": N_("Choose how long it works"),
        "role": N_("Choose what it may do"),
    },
    most=keys.MAX_NAME_LENGTH,
)
BLANK = {"name": "", "service": UNCHOSEN, "role": "reader", "days": "90"}


@get("/keys", sync_to_thread=True)
def keys_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows the keys of the services that somebody owns."""
    with record.transaction() as session:
        return _page(session, authenticate(session, request), BLANK)


@post("/keys", status_code=200)
async def make_key(request: AnyRequest, record: GivenRecord) -> PageOrRedirect:
    """Makes a key and shows it, this once."""
    values = BLANK | await form_values(request)
    return await asyncio.to_thread(_make, request, record, values)


@post("/keys/{key_id:int}/rotate", status_code=200, sync_to_thread=True)
def rotate_key(request: AnyRequest, record: GivenRecord, key_id: FromPath[int]) -> Response[str]:
    """Replaces a key and shows the new one, this once; the old one works beside it for a day."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return show(who, "people/secret.html", secret=keys.rotate(session, who, key_id), replaces=True)


@post("/keys/{key_id:int}/revoke", sync_to_thread=True)
def revoke_key(request: AnyRequest, record: GivenRecord, key_id: FromPath[int]) -> Redirect:
    """Ends a key, and at once all that came from it."""
    with record.transaction() as session:
        keys.revoke(session, authenticate(session, request), key_id)
    return saved("/keys", "revoked")


def _make(request: AnyRequest, record: Record, values: FormValues) -> PageOrRedirect:
    def make(session: Session, who: Principal) -> PageOrRedirect:
        role, service = chosen(session, who, values["service"], values["role"])
        if values["days"] not in LIFETIMES:
            raise Malformed("choose one of these", field="days")
        days = int(values["days"]) if values["days"] else None
        secret = keys.make(session, who, values["name"], role, service, days)
        return show(who, "people/secret.html", secret=secret, replaces=False)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(session, who, values, complaint(error, COMPLAINTS, "name"))

    return submit(request, record, make, show_again)


def _page(session: Session, who: Principal, values: FormValues, errors: dict[str, str] | None = None) -> Response[str]:
    return show(
        require_owner(who),
        "people/keys.html",
        400 if errors else 200,
        keys=keys.listed(session, who),
        services=owned_services(session, who),
        roles=own_roles(),
        lifetimes=LIFETIMES,
        values=values,
        errors=errors or {},
    )


handlers = (keys_page, make_key, rotate_key, revoke_key)
