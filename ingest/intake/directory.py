"""Who has which number, keyword or address."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Properties, Service


class ServiceDirectory:
    """The services as they are set at this moment; a keyword decides before a number, since a number may be shared."""

    def __init__(self, session: Session) -> None:
        self._services = [(row.slug, row.properties) for row in session.scalars(select(Service).order_by(Service.slug))]

    def service_for(self, number: str, text: str) -> str | None:
        """`number`: digits alone, or the address of a mail."""
        word = (text.split() or [""])[0].strip(".,:;!").casefold()
        having = [(slug, own) for slug, own in self._services if number in _numbers(own)]
        keyed = [slug for slug, own in having or self._services if word in _folded(own.sms_keywords)]
        if keyed and word:
            return keyed[0]
        return having[0][0] if having else None


def _numbers(own: Properties) -> set[str]:
    digits = {"".join(c for c in number if c.isdigit()) for number in own.sms_numbers}
    return digits | set(_folded(own.mail_addresses))


def _folded(words: Iterable[str]) -> list[str]:
    return [word.casefold() for word in words]
