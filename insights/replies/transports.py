"""How an answer reaches a citizen: by e-mail, or by text through the supplier that the operator has set."""

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
from insights.replies.texts import Supplier, Text
from insights.replies.twilio import Twilio
from insights.replies.wording import Wording

SOON, TOMORROW = dt.timedelta(minutes=15), dt.timedelta(days=1)
"""When it is tried again: where nobody answered, or was too busy; where what we sent was refused."""

OURS = frozenset({401, 403, 404, 408, 429})
"""Statuses that speak of the operator's account, not of what was sent."""

MOBILE = re.compile(r"\+447([1-57-9]\d|62)\d{7}")
"""A British mobile number. 070 is for personal numbers, which cost more, and most of 076 for pagers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """To one citizen. `identity` stays the same when it is sent again."""

    to: str
    identity: uuid.UUID
    wording: Wording
    service: Service
    title: str
    url: str

    def say(self, words: str) -> str:
        return words.format(service=self.service.name, title=self.title, url=self.url)


def tell(settings: Settings, answer: Answer) -> dt.timedelta | None:
    """How long to wait before it is tried again; none when that is over: it was told, or cannot be."""
    if "@" in answer.to:
        return _by_mail(settings, answer)
    number, supplier = mobile(answer.to), supplier_of(settings)
    if number is None:
        return None
    return _by_text(settings, supplier, answer, number) if supplier else SOON


def supplier_of(settings: Settings) -> Supplier | None:
    if settings.notify_api_key and settings.notify_template:
        return Notify(settings.notify_url, settings.notify_api_key, settings.notify_template)
    if settings.twilio_account_sid and settings.twilio_auth_token:
        sid, token = settings.twilio_account_sid, settings.twilio_auth_token
        return Twilio(settings.twilio_url, sid, token, settings.twilio_from)
    return None


def mobile(contact: str) -> str | None:
    """A British mobile number, as +447700900123; none for any other: anybody may leave one, and some cost a fortune."""
    number = contacts.normalise(contact)
    return number if MOBILE.fullmatch(number) else None


def _by_mail(settings: Settings, answer: Answer) -> dt.timedelta | None:
    subject, plain = answer.say(answer.wording.subject), answer.say(answer.wording.mail)
    letter = mail.compose(settings, answer.to, answer.identity, subject, plain, _page(answer, plain), {})
    try:
        status = mail.send(settings, letter).status
    except Unreachable:
        return SOON
    return SOON if 400 <= status < 500 else None


def _page(answer: Answer, plain: str) -> str:
    url = html.escape(answer.url)
    said = "".join(f"<p>{html.escape(part)}</p>" for part in plain.strip().split("\n\n"))
    linked = said.replace(url, f'<a href="{url}">{url}</a>')
    return f'<!doctype html><html lang="{answer.wording.code}"><body>{linked}</body></html>'


def _by_text(settings: Settings, supplier: Supplier, answer: Answer, number: str) -> dt.timedelta | None:
    sender = next((f"+{own.lstrip('+')}" for own in answer.service.properties.sms_numbers), None)
    text = Text(number, answer.say(answer.wording.text), str(answer.identity), sender)
    status = texts.send(settings, supplier, text)
    if status is None or status >= 500 or status in OURS:
        return SOON
    return TOMORROW if status >= 300 else None
