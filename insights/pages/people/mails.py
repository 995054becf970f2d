"""Mails to members of staff, in the language that they chose: the link to sign in with, and an invitation."""

from urllib.parse import quote

import structlog

from feedback.i18n import _, language, speaking
from feedback.record.access import sign_in_url
from feedback.record.models import Person, new_id
from feedback.record.settings import Settings
from insights.alerts.delivery import mail
from insights.egress.wire import Unreachable
from insights.pages.layout import pages

log = structlog.get_logger()


def send_link(settings: Settings, person: Person, link: str, path: str = "") -> bool:
    """Sends a link that somebody asked for; it leads on to `path`. Returns whether the mail server took it."""
    url = sign_in_url(settings, link) + (f"?next={quote(path)}" if path else "")
    with speaking(person.language or language()):
        return _send(settings, person, _("Sign in to Citizen feedback"), "link", url)


def send_invitation(settings: Settings, person: Person, link: str) -> bool:
    """Tells somebody that they are on the staff now. Returns whether the mail server took it."""
    with speaking(person.language or language()):
        url = sign_in_url(settings, link)
        return _send(settings, person, _("You are invited to Citizen feedback"), "invitation", url)


def _send(settings: Settings, person: Person, subject: str, template: str, url: str) -> bool:
    context = {"person": person, "url": url, "site": settings.url}
    plain, html = (
        pages.environment.get_template(f"people/mail_{template}.{form}").render(context) for form in ("txt", "html")
    )
    made = mail.compose(settings, person.email, new_id(), subject, plain, html, {})
    try:
        status = mail.send(settings, made).status
    except Unreachable:
        status = 0
    if status != 250:
        log.warning("a mail to a member of staff was not taken", person=person.id, status=status)
    return status == 250
