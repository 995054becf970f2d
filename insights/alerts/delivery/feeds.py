"""An Atom feed (RFC 4287) of a service's alerts, and the addresses that open it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.atom import AtomEntry, AtomFeed
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.models import Alert, Credential, Service
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.queries import service_wide

MAX_ENTRIES = 50


def create_address(session: Session, settings: Settings, who: Principal, service: Service) -> str:
    """Makes a new address for a feed reader, which is shown this once and ends with the key of who asked for it."""
    name = f"feed of {service.slug}"
    token = access.create(session, CredentialKind.FEED, Role.reader, service, name=name, origin=who)
    return f"{settings.url}/v1/services/{service.slug}/feed.atom?token={token}"


def revoke_addresses(session: Session, service: Service) -> None:
    """Revokes all addresses of a service's feed; who reads it with a key reads on."""
    access.revoke_all(session, Credential.kind == CredentialKind.FEED, Credential.service_id == service.id)


def atom_feed(session: Session, settings: Settings, service: Service) -> AtomFeed:
    """Builds the feed of a service's latest alerts."""
    latest = select(Alert).where(*service_wide(service)).order_by(Alert.number.desc()).limit(MAX_ENTRIES)
    alerts = session.scalars(latest).all()
    address = f"{settings.url}/v1/services/{service.slug}/feed.atom"
    return AtomFeed(
        id=address,
        title=f"{service.display_name}: what citizens tell",
        author=service.display_name,
        updated=alerts[0].raised_at if alerts else service.created_at,
        link=f"{settings.url}/dashboard/{service.slug}",
        self_link=address,
        entries=[_entry(session, settings, service, alert) for alert in alerts],
    )


def _entry(session: Session, settings: Settings, service: Service, alert: Alert) -> AtomEntry:
    text = message.write(payload.event(session, alert, settings.url), service, alert.raised_at)
    return AtomEntry(
        id=f"urn:uuid:{alert.id}",
        title=text.heading,
        updated=alert.raised_at,
        link=text.link,
        content=message.plain([text]),
        published=alert.raised_at,
        category=alert.type,
    )
