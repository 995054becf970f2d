"""Whose a number, a mail address or a keyword is: each is one service's, and nobody takes another's over."""

import re
from collections.abc import Iterator

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.errors import Conflict
from feedback.record.models import Properties, Service, ServiceAddress
from feedback.record.states import AddressKind

AddressRow = tuple[AddressKind, str, str]
"""Its kind, the number or mail address ("" for every number that nobody has), and the first word ("" for any)."""

FIELDS = {AddressKind.NUMBER: "sms_numbers", AddressKind.MAIL: "mail_addresses"}
_KEY = (ServiceAddress.kind, ServiceAddress.value, ServiceAddress.keyword)


def digits(number: str) -> str:
    """Returns a telephone number without anything but its digits: `whatsapp:+44 7700 900123` is `447700900123`."""
    return re.sub(r"[^0-9]", "", number)


def _addresses(properties: Properties) -> Iterator[AddressRow]:
    """A keyword counts at the service's numbers or, where it has none, at every number that nobody has."""
    numbers = [digits(number) for number in properties.sms_numbers]
    keywords = [keyword.strip().casefold() for keyword in properties.sms_keywords]
    yield from ((AddressKind.MAIL, mail.strip().casefold(), "") for mail in properties.mail_addresses if mail.strip())
    yield from ((AddressKind.NUMBER, number, "") for number in numbers if number)
    yield from ((AddressKind.NUMBER, number, word) for number in numbers or [""] for word in keywords if word)


def claim(session: Session, service: Service, *, may_share: bool) -> None:
    """Makes the service's addresses those that its properties name. Raises `Conflict` for what another has.

    A number may be shared where whoever decides so answers for both services (`may_share`), or decided so before: then
    its keywords bring a service its texts, and those without a keyword go on to who had the number first.
    """
    wanted, before = sorted(set(_addresses(service.properties))), _own(session, service)
    if stale := before - set(wanted):
        mine = ServiceAddress.service_id == service.id
        session.execute(delete(ServiceAddress).where(mine, tuple_(*_KEY).in_(stale)))
    for kind, value, keyword in wanted:
        row = {"kind": kind, "value": value, "keyword": keyword, "service_id": service.id}
        session.execute(insert(ServiceAddress).values(row).on_conflict_do_nothing())
    has_keywords = any(keyword for _, _, keyword in wanted)
    had = {value for _, value, _ in before}
    for kind, value, keyword in set(wanted) - _own(session, service):
        shared = kind == AddressKind.NUMBER and not keyword and has_keywords and (may_share or value in had)
        if not shared:
            raise Conflict("another service has this already", field="sms_keywords" if keyword else FIELDS[kind])


def _own(session: Session, service: Service) -> set[AddressRow]:
    rows = session.execute(select(*_KEY).where(ServiceAddress.service_id == service.id))
    return {(kind, value, keyword) for kind, value, keyword in rows}
