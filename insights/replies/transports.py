"""How a notice reaches a citizen: by e-mail, or by text through the supplier that the operator has set."""

import datetime as dt
import html
import re
import uuid
from dataclasses import dataclass

from feedback.record.models import Service
from feedback.record.privacy import contacts
from feedback.record.settings import Settings
from insights.alerts.delivery import mail
from insights.egress.wire import Unreachable
from insights.replies import texts
from insights.replies.notify import Notify
from insights.replies.texts import TextMessage, TextSupplier
from insights.replies.twilio import Twilio
from insights.replies.wording import NoticeWording

RETRY_SOON = dt.timedelta(minutes=15)
"""The wait where nobody answered, or was too busy."""

RETRY_REFUSED = dt.timedelta(days=1)
"""The wait where what we sent was refused."""

ACCOUNT_STATUSES = frozenset({401, 403, 404, 408, 429})
"""HTTP statuses that speak of the operator's account, not of what was sent."""

BRITISH_MOBILE = re.compile(r"\+447([1-57-9]\d|62)\d{7}")
"""A British mobile number. 070 is for personal numbers, which cost more, and most of 076 for pagers."""


@dataclass(frozen=True, slots=True)
class ResolutionNotice:
    """Tells one citizen that what they spoke of is resolved. `identity` stays the same when it is sent again."""

    to: str
    identity: uuid.UUID
    wording: NoticeWording
    service: Service
    title: str
    url: str

    def fill(self, template: str) -> str:
        """Fills in one of the texts of the wording."""
        return template.format(service=self.service.name_in(self.wording.code), title=self.title, url=self.url)


def send(settings: Settings, notice: ResolutionNotice) -> dt.timedelta | None:
    """Makes one attempt to send. Returns the wait before the next; none once it was sent, or cannot be."""
    if "@" in notice.to:
        return _by_mail(settings, notice)
    number, supplier = mobile(notice.to), supplier_of(settings)
    if number is None:
        return None
    return _by_text(settings, supplier, notice, number) if supplier else RETRY_SOON


def supplier_of(settings: Settings) -> TextSupplier | None:
    """Chooses the supplier of texts that the operator has set; none without one."""
    if settings.notify_api_key and settings.notify_template:
        return Notify(settings.notify_url, settings.notify_api_key, settings.notify_template)
    if settings.twilio_account_sid and settings.twilio_auth_token:
        sid, token = settings.twilio_account_sid, settings.twilio_auth_token
        return Twilio(settings.twilio_url, sid, token, settings.twilio_from)
    return None


def mobile(contact: str) -> str | None:
    """Normalises a British mobile number to +447700900123.

    Returns none for any other: anybody may leave a number, and some cost a fortune.
    """
    number = contacts.normalise(contact)
    return number if BRITISH_MOBILE.fullmatch(number) else None


def _by_mail(settings: Settings, notice: ResolutionNotice) -> dt.timedelta | None:
    subject, plain = notice.fill(notice.wording.subject), notice.fill(notice.wording.mail)
    letter = mail.compose(settings, notice.to, notice.identity, subject, plain, _page(notice, plain), {})
    try:
        status = mail.send(settings, letter).status
    except Unreachable:
        return RETRY_SOON
    return RETRY_SOON if 400 <= status < 500 else None


def _page(notice: ResolutionNotice, plain: str) -> str:
    url = html.escape(notice.url)
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in plain.strip().split("\n\n"))
    linked = paragraphs.replace(url, f'<a href="{url}">{url}</a>')
    return f'<!doctype html><html lang="{notice.wording.code}"><body>{linked}</body></html>'


def _by_text(settings: Settings, supplier: TextSupplier, notice: ResolutionNotice, number: str) -> dt.timedelta | None:
    sender = next((f"+{own.lstrip('+')}" for own in notice.service.properties.sms_numbers), None)
    text = TextMessage(number, notice.fill(notice.wording.text), str(notice.identity), sender)
    status = texts.send(settings, supplier, text)
    if status is None or status >= 500 or status in ACCOUNT_STATUSES:
        return RETRY_SOON
    return RETRY_REFUSED if status >= 300 else None
