"""An Atom feed (RFC 4287) of a service's alerts, and the addresses that open it."""

import datetime as dt
from xml.etree import ElementTree as ET

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Role
from feedback.record.models import Alert, Service
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.queries import service_wide

ATOM = "http://www.w3.org/2005/Atom"
MAX_ENTRIES = 50


def create_address(session: Session, settings: Settings, service: Service) -> str:
    """Makes a new address for a feed reader; it is shown this once."""
    token = access.create(session, CredentialKind.FEED, Role.reader, service, name=_name(service))
    return f"{settings.url}/v1/services/{service.slug}/feed.atom?token={token}"


def revoke_addresses(session: Session, service: Service) -> None:
    """Revokes all addresses of a service's feed; who reads it with a key reads on."""
    access.revoke_named(session, _name(service))


def _name(service: Service) -> str:
    return f"feed of {service.slug}"


def atom(session: Session, settings: Settings, service: Service) -> bytes:
    """Writes the feed of a service's latest alerts as XML."""
    latest = select(Alert).where(*service_wide(service)).order_by(Alert.number.desc()).limit(MAX_ENTRIES)
    alerts = session.scalars(latest).all()
    place = f"{settings.url}/v1/services/{service.slug}/feed.atom"
    feed = ET.Element("feed", xmlns=ATOM)
    _add(feed, "id", place)
    _add(feed, "title", f"{service.name}: what citizens tell")
    _add(feed, "updated", _stamp(alerts[0].raised_at if alerts else service.created_at))
    _add(feed, "link", rel="self", href=place)
    _add(feed, "link", rel="alternate", href=f"{settings.url}/dashboard/{service.slug}")
    _add(_add(feed, "author"), "name", service.name)
    for alert in alerts:
        _entry(feed, session, settings, service, alert)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, session: Session, settings: Settings, service: Service, alert: Alert) -> None:
    text = message.write(payload.event(session, alert, settings.url), service, alert.raised_at)
    entry = _add(feed, "entry")
    _add(entry, "id", f"urn:uuid:{alert.id}")
    _add(entry, "title", text.heading)
    _add(entry, "updated", _stamp(alert.raised_at))
    _add(entry, "published", _stamp(alert.raised_at))
    _add(entry, "link", rel="alternate", href=text.link)
    _add(entry, "category", term=alert.type)
    _add(entry, "content", message.plain([text]), type="text")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Control characters are left out, as XML has none."""
    made = ET.SubElement(parent, name, attributes)
    made.text = text and "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
    return made


def _stamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")
