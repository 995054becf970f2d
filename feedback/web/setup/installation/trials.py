"""Trying whether what is set about the installation works, before it is kept or afterwards."""

import socket
from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx

from feedback.i18n import _
from feedback.record.access import people
from feedback.record.errors import FeedbackError, Malformed, Unavailable
from feedback.record.models import new_id
from feedback.record.settings import Settings
from ingest.channels.email.mailboxes import imap
from insights.alerts.delivery import mail
from insights.egress.addresses import AllowList
from insights.egress.proxy import Proxy
from insights.egress.wire import Unreachable
from insights.pages.people import oidc
from insights.replies import texts, transports

SECONDS = 5.0
"""How long whatever is tried may take to answer."""


class TrialOutcome(NamedTuple):
    """Whether it works, and in words what came of trying it."""

    works: bool
    says: str


def leads_here(url: str) -> TrialOutcome:
    """Tells whether an address leads here; nothing is followed: what leads elsewhere does not lead here."""
    try:
        answer = httpx.get(f"{url}/health/live", timeout=SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        says = _("It does not lead here: nothing answers (%(error)s).", error=type(error).__name__)
        return TrialOutcome(False, says)
    if answer.status_code != httpx.codes.OK:
        says = _("It does not lead here: something else answers (%(status)s).", status=answer.status_code)
        return TrialOutcome(False, says)
    return TrialOutcome(True, _("It leads here."))


def _address(settings: Settings, email: str) -> TrialOutcome:
    return leads_here(settings.url)


def _mail(settings: Settings, email: str) -> TrialOutcome:
    try:
        to = people.normal_email(email)
        if not settings.smtp_url:
            return TrialOutcome(False, _("No mail server is set."))
        text = _("This is a test: mail from your feedback installation arrives.")
        reply = mail.send(settings, mail.compose(settings, to, new_id(), text, text, f"<p>{text}</p>", {}))
    except Malformed:
        return TrialOutcome(False, _("Enter an e-mail address, like name@example.gov.uk"))
    except Unreachable as error:
        return TrialOutcome(False, _("It was not sent: %(why)s.", why=str(error)))
    if reply.status != 250:
        return TrialOutcome(False, _("The mail server refused it (%(status)s).", status=reply.status))
    return TrialOutcome(True, _("The mail server took it. See whether it arrives."))


def _directory(settings: Settings, email: str) -> TrialOutcome:
    if not settings.oidc_issuer:
        return TrialOutcome(True, _("No directory is set."))
    try:
        oidc.authorization_url(settings, oidc.begin("", 0.0), f"{settings.url}/sign-in/directory/return")
    except Unavailable as error:
        return TrialOutcome(False, _("It does not answer as a directory: %(why)s.", why=str(error)))
    return TrialOutcome(True, _("It answers. Whether it knows us shows when somebody signs in."))


def _texts(settings: Settings, email: str) -> TrialOutcome:
    supplier = transports.supplier_of(settings)
    if supplier is None:
        return TrialOutcome(True, _("No supplier of texts that go out is set."))
    status = texts.knows_us(settings, supplier)
    if status is None:
        return TrialOutcome(False, _("The supplier of texts does not answer."))
    if status != httpx.codes.OK:
        return TrialOutcome(False, _("The supplier of texts does not take this key (%(status)s).", status=status))
    return TrialOutcome(True, _("The supplier of texts knows us. No text was sent."))


def _mailbox(settings: Settings, email: str) -> TrialOutcome:
    if not settings.imap_url:
        return TrialOutcome(True, _("No mailbox is set."))
    try:
        imap.try_out(imap.account_of(settings, settings.imap_url))
    except FeedbackError as error:
        return TrialOutcome(False, _("It cannot be looked into: %(why)s.", why=str(error)))
    return TrialOutcome(True, _("It can be looked into. Nothing was read."))


def _proxy(settings: Settings, email: str) -> TrialOutcome:
    if not settings.egress_proxy:
        return TrialOutcome(True, _("No proxy is set: alerts go out directly."))
    try:
        at = Proxy.at(settings.egress_proxy)
        socket.create_connection((at.host, at.port), SECONDS).close()
    except (OSError, Malformed) as error:
        return TrialOutcome(False, _("Nothing answers there (%(error)s).", error=type(error).__name__))
    return TrialOutcome(True, _("It answers."))


TRIALS: Mapping[str, Callable[[Settings, str], TrialOutcome]] = {
    "address": _address,
    "mail": _mail,
    "directory": _directory,
    "providers": _texts,
    "mailboxes": _mailbox,
    "egress": _proxy,
}
"""What can be tried, by the group of settings; each is given the address that a test mail goes to."""


def require_usable(settings: Settings) -> None:
    """Raises `Malformed` for what no alert could ever go out with, so that it is never kept."""
    AllowList.of(settings.webhook_allow)
