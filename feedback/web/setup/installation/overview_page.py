"""What is set about the installation, where each comes from, and whether it works; for admins. No secret is shown."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get, post
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, _
from feedback.record import access, installation
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import NotFound
from feedback.web.setup.installation.fields import FORMS
from feedback.web.setup.installation.setting_views import InstallationSetting, shown_settings
from feedback.web.setup.installation.trials import TRIALS
from insights.pages.layout import show

TRY = {
    "address": N_("Check that it leads here"),
    "mail": N_("Send a test mail"),
    "directory": N_("Try whether it answers"),
    "providers": N_("Try whether it knows us"),
    "mailboxes": N_("Try to look into it"),
    "egress": N_("Try the proxy"),
}
OPERATORS_ALONE: Mapping[str, Mapping[str, str]] = {
    "address": {
        "host": N_("Address of this machine that is listened on"),
        "port": N_("Port that is listened on"),
        "trusted_proxies": N_("Proxies whose word is taken for who is asking"),
        "shared_networks": N_("Networks that many people write from, such as offices and libraries"),
    },
    "kept": {
        "secret_keys": N_("Key that all that is secret is sealed with"),
        "embedding_model": N_("Model that tells what English sentences mean"),
        "multilingual_model": N_("Model that tells what sentences in other languages mean"),
        "settings_in_browser": N_("Whether settings may be changed here (1) or not (0)"),
    },
}
"""What is shown and never set here, in words. Where the servers and the data folder are, each process knows from the
one that started it."""


@dataclass(frozen=True, slots=True)
class WordedSetting:
    """A setting under what it is called, with what helps to understand it, in the language that is spoken."""

    heading: str
    hint: str
    setting: InstallationSetting


@dataclass(frozen=True, slots=True)
class InstallationGroup:
    """Settings that belong together; `can_set`: whether any of them is set here; `tried`: "" where none can be."""

    id: str
    heading: str
    tried: str
    can_set: bool
    settings: Sequence[WordedSetting]


@get("/setup/installation", sync_to_thread=True)
def installation_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows what is set, and from where."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
        return _page(session, who, record)


@post("/setup/installation", status_code=200)
async def try_setting(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Tries whether something of it works, and says what came of it."""
    values = await form_values(request)
    return await asyncio.to_thread(_try, request, record, values)


def _try(request: AnyRequest, record: Record, values: Mapping[str, str]) -> Response[str]:
    with record.transaction() as session:
        access.require(authenticate(session, request), Role.admin)
    tried, email = values.get("try", ""), values.get("email", "")
    if tried not in TRIALS:
        raise NotFound("there is nothing of this name to try")
    came_of_it = TRIALS[tried](record.settings, email).says
    with record.transaction() as session:
        return _page(session, authenticate(session, request), record, tried, came_of_it, email)


def _page(
    session: Session, who: Principal, record: Record, tried: str = "", came_of_it: str = "", email: str = ""
) -> Response[str]:
    return show(
        who,
        "setup/installation.html",
        groups=_groups(shown_settings(session, record)),
        tried=tried,
        came_of_it=came_of_it,
        values={"email": email},
        errors={},
    )


def _groups(settings: Mapping[str, InstallationSetting]) -> list[InstallationGroup]:
    headings = {group.id: group.heading for group in FORMS.values()} | {"kept": N_("What is kept where")}
    found = []
    for name, heading in headings.items():
        own = installation.SETTINGS_BY_GROUP.get(name, ())
        fields = {it.name: it for it in FORMS[name].fields} if name in FORMS else {}
        shown = [WordedSetting(fields[it].heading, _(fields[it].hint), settings[it]) for it in own]
        alone = OPERATORS_ALONE.get(name, {}).items()
        shown += [WordedSetting(_(words), "", settings[it]) for it, words in alone]
        can_set = any(not settings[it].pinned for it in own)
        found.append(InstallationGroup(name, heading, TRY.get(name, ""), can_set, shown))
    return found


handlers = (installation_page, try_setting)
