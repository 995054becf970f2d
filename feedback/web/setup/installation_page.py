"""What is set about the installation, where each comes from, and whether it works; for admins, who do not set it here.

Settings are the operator's: they come from the environment, or from files that it names. Secrets are never shown.
"""

import asyncio
import dataclasses
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from litestar import Response, get, post

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, _
from feedback.record import access
from feedback.record.access import Principal, Role, people
from feedback.record.db import Record
from feedback.record.errors import Malformed, NotFound, Unavailable
from feedback.record.models import new_id
from feedback.record.settings import Settings, SettingSource
from insights.alerts.delivery import mail
from insights.egress.proxy import Proxy
from insights.egress.wire import Unreachable
from insights.pages.layout import show
from insights.pages.people import oidc

SECONDS = 5.0
"""How long whatever is tried may take to answer."""


@dataclass(frozen=True, slots=True)
class InstallationSetting:
    """A setting as it may be shown: `shown` is its value, or of a secret that is set nothing."""

    variable: str
    says: str
    source: SettingSource
    is_secret: bool
    shown: str


@dataclass(frozen=True, slots=True)
class InstallationGroup:
    """Settings that belong together; `tried` names what can be tried of them, "" for nothing."""

    id: str
    heading: str
    prefixes: Sequence[str]
    tried: str = ""


GROUPS = (
    InstallationGroup(
        "address", N_("Address"), ("public_url", "host", "port", "trusted_proxies"), N_("Try whether it leads here")
    ),
    InstallationGroup("mail", N_("Outgoing mail"), ("smtp_url", "mail_from", "oauth_"), N_("Send a test mail")),
    InstallationGroup("directory", N_("Directory that staff sign in at"), ("oidc_",), N_("Try whether it answers")),
    InstallationGroup("providers", N_("Text messages"), ("twilio_", "notify_", "vonage_")),
    InstallationGroup("mailboxes", N_("Mailboxes that are looked into"), ("imap_",)),
    InstallationGroup("egress", N_("The way out"), ("egress_proxy", "webhook_allow"), N_("Try the proxy")),
    InstallationGroup("titles", N_("Proposed titles"), ("titles_",)),
    InstallationGroup("kept", N_("What is kept where"), ("secret_keys", "embedding_", "multilingual_")),
)
"""Where the servers and the data folder are, is known to each process from the one that started it, and not shown."""


@get("/setup/installation", sync_to_thread=True)
def installation_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows what is set, and from where."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
    return _page(who, record.settings)


@post("/setup/installation", status_code=200)
async def try_setting(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Tries whether something of it works, and says what came of it."""
    values = await form_values(request)
    return await asyncio.to_thread(_try, request, record, values)


def _try(request: AnyRequest, record: Record, values: Mapping[str, str]) -> Response[str]:
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
    tried = values.get("try", "")
    if tried not in TRIALS:
        raise NotFound("there is nothing of this name to try")
    return _page(who, record.settings, tried, TRIALS[tried](record.settings, values), values.get("email", ""))


def _address(settings: Settings, values: Mapping[str, str]) -> str:
    return leads_here(settings.url)


def leads_here(url: str) -> str:
    """Says whether an address leads here; nothing is followed: what leads elsewhere does not lead here."""
    try:
        answer = httpx.get(f"{url}/health/live", timeout=SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _("It does not lead here: nothing answers (%(error)s).", error=type(error).__name__)
    if answer.status_code != httpx.codes.OK:
        return _("It does not lead here: something else answers (%(status)s).", status=answer.status_code)
    return _("It leads here.")


def _mail(settings: Settings, values: Mapping[str, str]) -> str:
    try:
        to = people.normal_email(values.get("email", ""))
        text = _("This is a test: mail from your feedback installation arrives.")
        reply = mail.send(settings, mail.compose(settings, to, new_id(), text, text, f"<p>{text}</p>", {}))
    except Malformed:
        return _("Enter an e-mail address, like name@example.gov.uk")
    except Unreachable as error:
        return _("It was not sent: %(why)s.", why=str(error))
    if reply.status != 250:
        return _("The mail server refused it (%(status)s).", status=reply.status)
    return _("The mail server took it. See whether it arrives.")


def _directory(settings: Settings, values: Mapping[str, str]) -> str:
    if not settings.oidc_issuer:
        return _("No directory is set.")
    try:
        oidc.authorization_url(settings, oidc.begin("", 0.0), f"{settings.url}/sign-in/directory/return")
    except Unavailable as error:
        return _("It does not answer as a directory: %(why)s.", why=str(error))
    return _("It answers. Whether it knows us shows when somebody signs in.")


def _proxy(settings: Settings, values: Mapping[str, str]) -> str:
    if not settings.egress_proxy:
        return _("No proxy is set: alerts go out directly.")
    try:
        at = Proxy.at(settings.egress_proxy)
        socket.create_connection((at.host, at.port), SECONDS).close()
    except (OSError, Malformed) as error:
        return _("Nothing answers there (%(error)s).", error=type(error).__name__)
    return _("It answers.")


TRIALS: Mapping[str, Callable[[Settings, Mapping[str, str]], str]] = {
    "address": _address,
    "mail": _mail,
    "directory": _directory,
    "egress": _proxy,
}


def _page(who: Principal, settings: Settings, tried: str = "", came_of_it: str = "", email: str = "") -> Response[str]:
    sources = Settings.sources()
    fields = dataclasses.fields(settings)
    return show(
        who,
        "setup/installation.html",
        groups=[
            (group, [_shown(settings, it, sources) for it in fields if it.name.startswith(tuple(group.prefixes))])
            for group in GROUPS
        ],
        tried=tried,
        came_of_it=came_of_it,
        values={"email": email},
        errors={},
    )


def _shown(
    settings: Settings, of: "dataclasses.Field[Any]", sources: Mapping[str, SettingSource]
) -> InstallationSetting:
    value, is_secret = getattr(settings, of.name), bool(of.metadata["secret"])
    text = _host(value) if is_secret else _text(value)
    source: SettingSource = "default" if value == of.default else sources[of.name]
    return InstallationSetting(of.metadata["variable"], of.metadata["says"], source, is_secret, text)


def _host(value: object) -> str:
    """Of a secret nothing, but where it is an address, of whom."""
    try:
        return urlsplit(value).hostname or "" if isinstance(value, str) and "://" in value else ""
    except ValueError:
        return ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, tuple):
        return ", ".join("=".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value)
    return "" if value is None else str(value.absolute() if isinstance(value, Path) else value)


handlers = (installation_page, try_setting)
