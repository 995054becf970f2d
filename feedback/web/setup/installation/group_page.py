"""One group of the installation's settings: a form, which is tried before it is kept, and can be undone."""

import asyncio
from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import _
from feedback.record import access, installation
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed, NotFound
from feedback.record.models import Person
from feedback.web.setup.installation.fields import FORMS
from feedback.web.setup.installation.setting_views import InstallationSetting, shown_settings
from feedback.web.setup.installation.trials import TRIALS, require_usable
from feedback.web.setup.service_fields import SettingField
from insights.pages.forms import FormValues, PageOrRedirect, submit
from insights.pages.layout import saved, show

OVERVIEW = "/setup/installation"
ANYWAY, FORGET = "anyway", "forget-"
"""Fields of the form: it is kept although it does not work; a secret that is set is forgotten."""


@get("/setup/installation/{group:str}", sync_to_thread=True)
def settings_form(request: AnyRequest, record: GivenRecord, group: FromPath[str]) -> Response[str]:
    """Shows what is set of a group, to be set anew."""
    with record.transaction() as session:
        who = _admin(session, request, group)
        person = session.get(Person, who.person_id) if who.person_id else None
        values = _stored(shown_settings(session, record)) | {"email": person.email if person else ""}
        return _page(session, who, record, group, values, {})


@post("/setup/installation/{group:str}", status_code=200)
async def save_settings(request: AnyRequest, record: GivenRecord, group: FromPath[str]) -> PageOrRedirect:
    """Tries what was entered, and keeps it where it works, or where it is to be kept all the same."""
    values = await form_values(request)
    return await asyncio.to_thread(_save, request, record, group, values)


@post("/setup/installation/{group:str}/undo", sync_to_thread=True)
def undo_settings(request: AnyRequest, record: GivenRecord, group: FromPath[str]) -> PageOrRedirect:
    """Brings back what stood there before the last save."""
    with record.transaction() as session:
        who = _admin(session, request, group)
        installation.undo(session, record.keys, record.operators_settings, group, who.caller)
    record.live_settings.forget()
    return saved(OVERVIEW, "undone", group)


def _admin(session: Session, request: AnyRequest, group: str) -> Principal:
    who = access.require(authenticate(session, request), Role.admin)
    if group not in FORMS:
        raise NotFound("there is no such group of settings")
    return who


def _save(request: AnyRequest, record: Record, group: str, values: FormValues) -> PageOrRedirect:
    with record.transaction() as session:
        who = _admin(session, request, group)
        now = shown_settings(session, record)
        changes = _changes(group, values, now)
        before = installation.kept(session, record.keys)
        errors = _errors(record, group, changes, who) or _moved(record, group, before, changes)
        kept = {} if errors else installation.changed(before, changes, who.caller)
    if not changes:
        return saved(OVERVIEW, "nothing", group)
    if not errors and not values.get(ANYWAY) and group in TRIALS:  # no transaction waits for other people's servers
        outcome = TRIALS[group](installation.together(record.operators_settings, kept), values.get("email", ""))
        errors = {} if outcome.works else {ANYWAY: outcome.says}

    def save(session: Session, who: Principal) -> PageOrRedirect:
        access.require(who, Role.admin)
        if errors:
            return _page(session, who, record, group, values, errors)
        installation.save(session, record.keys, record.operators_settings, changes, who.caller)
        return saved(OVERVIEW, "installation_set", group, group)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(session, who, record, group, values, _complaint(group, error))

    answer = submit(request, record, save, show_again, (Malformed, Conflict))
    record.live_settings.forget()
    return answer


def _changes(group: str, values: FormValues, now: Mapping[str, InstallationSetting]) -> dict[str, str | None]:
    """What differs from what is set: an empty field brings back how a setting comes; an empty secret stays."""
    found: dict[str, str | None] = {}
    for one in FORMS[group].fields:
        setting, typed = now[one.name], values.get(one.name, "")
        if setting.pinned:
            continue
        if setting.is_secret:
            found |= {one.name: typed} if typed else {one.name: None} if values.get(FORGET + one.name) else {}
        elif (text := _text(one, typed)) != setting.value:
            found[one.name] = text or None
    return found


def _text(one: SettingField, typed: str) -> str:
    return str(int(bool(typed))) if one.kind == "tick" else typed


def _errors(record: Record, group: str, changes: Mapping[str, str | None], who: Principal) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in changes.items():
        try:
            kept = installation.changed({}, {name: text}, who.caller)
            require_usable(installation.together(record.operators_settings, kept))
        except Malformed as error:
            found |= _complaint(group, Malformed(str(error), field=name))
    return found


def _moved(
    record: Record, group: str, before: installation.KeptSettings, changes: Mapping[str, str | None]
) -> dict[str, str]:
    """Before anything is tried: a trial sends the secrets as well."""
    try:
        installation.require_secrets(record.operators_settings, before, changes)
    except Malformed as error:
        return {str(error.field): _("A secret that is set would go to this server: enter it again, or forget it first")}
    return {}


def _complaint(group: str, error: FeedbackError) -> dict[str, str]:
    by_name = {one.name: _(one.complaint) for one in FORMS[group].fields}
    is_pinned = isinstance(error, Conflict)
    field = error.field if error.field in by_name else FORMS[group].fields[0].name
    return {str(field): _("This is set by whoever runs the installation") if is_pinned else by_name[str(field)]}


def _stored(settings: Mapping[str, InstallationSetting]) -> dict[str, str]:
    """What stands in the fields before anything is typed; of a secret nothing."""
    ticks = {one.name for group in FORMS.values() for one in group.fields if one.kind == "tick"}
    values = {name: "" if it.is_secret else it.value for name, it in settings.items()}
    return values | {name: "yes" if values[name] == "1" else "" for name in ticks}


def _again(typed: str) -> str:
    """An address that was typed stands in its field again, unless it may hold a password."""
    return "" if "@" in typed else typed


def _page(
    session: Session, who: Principal, record: Record, group: str, values: FormValues, errors: dict[str, str]
) -> Response[str]:
    settings = shown_settings(session, record)
    secrets = [name for name, it in settings.items() if it.is_secret]
    addresses = [one.name for one in FORMS[group].fields if one.kind != "password" and one.name in secrets]
    hidden = {name: "" for name in secrets if name not in addresses}
    empty = dict.fromkeys((ANYWAY, "email", *(one.name for one in FORMS[group].fields)), "")
    empty |= {f"{FORGET}{name}": "" for name in secrets}
    return show(
        who,
        "setup/installation_group.html",
        400 if errors else 200,
        group=FORMS[group],
        fields=[(one, settings[one.name]) for one in FORMS[group].fields],
        values={**empty, **values, **{name: _again(values.get(name, "")) for name in addresses}, **hidden},
        errors=errors,
        can_try=group in TRIALS,
        forget=FORGET,
    )


handlers = (settings_form, save_settings, undo_settings)
