"""Making services and setting their properties."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, object_session

from feedback.record import addresses
from feedback.record.audit import note
from feedback.record.errors import Conflict, Malformed
from feedback.record.limits import convert
from feedback.record.models import Organisation, OrganisationFacts, Properties, Service
from feedback.record.models.properties import ServiceName

_DEFAULTS = Properties()

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def add(session: Session, slug: str, name: str) -> Service:
    """Makes a service. Raises `Malformed` for a slug that cannot be one, `Conflict` for one that is taken."""
    if not SLUG.fullmatch(slug) or len(slug) > 100:
        raise Malformed(f"'{slug[:100]}' is no slug: small letters, digits and hyphens", field="slug")
    if session.scalar(select(Service).where(Service.slug == slug)):
        raise Conflict(f"there is a service '{slug}' already", field="slug")
    made = Service(slug=slug, name=_require_name(name), stored_properties={})
    session.add(made)
    session.flush()
    return made


def make(session: Session, name: str, slug: str = "", *, by: str) -> Service:
    """Makes a service for somebody, and audits who; without a slug it gets one from its name. Raises as `add` does."""
    made = add(session, slug or slug_of(_require_name(name)), name)
    common = msgspec.to_builtins(organisation(session))
    set_properties(made, {key: common[key] for key in ("languages", "colour") if key in common})
    note(session, by, "service add", f"service:{made.slug}", made.id)
    return made


def slug_of(name: str) -> str:
    """Returns the name in lower case with hyphens: `Tŷ Hapus & Children's care` is `ty-hapus-childrens-care`; may be
    empty.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def organisation(session: Session) -> OrganisationFacts:
    """Tells who runs the installation; nothing where nobody has said so."""
    found = session.get(Organisation, 1)
    return msgspec.convert(found.facts, OrganisationFacts) if found else OrganisationFacts()


def set_organisation(session: Session, facts: OrganisationFacts, *, by: str) -> None:
    """Says who runs the installation, and audits who said so."""
    stored = msgspec.to_builtins(facts)
    session.merge(Organisation(id=1, facts=stored))
    note(session, by, "organisation set", "organisation", None, **stored)


def ensure(session: Session, names: Mapping[str, str]) -> None:
    """Makes the services that are not there yet; `names` are by slug."""
    rows = [{"slug": slug, "name": name, "stored_properties": {}} for slug, name in sorted(names.items())]
    if rows:
        session.execute(insert(Service).on_conflict_do_nothing(index_elements=["slug"]), rows)


def open_to_all(session: Session) -> list[Service]:
    """Lists those that anybody may write to, by name."""
    known = session.scalars(select(Service).order_by(Service.name, Service.slug))
    return [one for one in known if one.properties.anyone_may_write]


def zones(session: Session) -> dict[str, ZoneInfo]:
    """Tells the time zone of each service, by slug."""
    return {one.slug: ZoneInfo(one.properties.time_zone) for one in session.scalars(select(Service))}


def set_properties(service: Service, changes: Mapping[str, Any], *, may_share: bool = False) -> None:
    """Sets the name and any of `Properties`; None brings a default back.

    `may_share`: whoever sets them answers for all services, and may give two of them one number. Raises `Malformed`,
    and `Conflict` for a number, mail address or keyword of another service.
    """
    wanted = msgspec.to_builtins(service.properties) | dict(changes)
    name = wanted.pop("name", None)
    stored = {key: value for key, value in wanted.items() if value is not None}
    service.stored_properties = msgspec.to_builtins(convert(stored, Properties))
    service.name = service.name if name is None else _require_name(name)
    if session := object_session(service):
        addresses.claim(session, service, may_share=may_share)


def change(session: Session, service: Service, changes: Mapping[str, Any], *, by: str, may_share: bool) -> None:
    """Sets it for somebody, and audits who. Raises what `set_properties` raises."""
    set_properties(service, changes, may_share=may_share)
    note(session, by, "service set", f"service:{service.slug}", service.id, **changes)


def _require_name(name: object) -> str:
    try:
        return msgspec.convert(name, ServiceName)
    except msgspec.ValidationError:
        raise Malformed("a service needs a name of one line, of 200 characters or fewer", field="name") from None


def parse_property(text: str) -> tuple[str, Any]:
    """Reads KEY=VALUE as typed on the command line.

    Lists have commas, names stand behind their language (`cy:Bathodyn Glas`), and an empty value (None) is the default.

    Raises `Malformed` for a key that there is not, or a value that does not fit it.
    """
    key, equals, value = text.partition("=")
    kinds = {field.name: field.type for field in msgspec.structs.fields(Properties)}
    lists = {name for name in kinds if isinstance(getattr(_DEFAULTS, name), tuple)}
    if not equals or key not in {"name", *kinds}:
        raise Malformed(f"'{key[:50]}' is none of: name, {', '.join(kinds)}")
    if key == "name" or not value:
        return key, value or None
    words = [word.strip() for word in value.split(",") if word.strip()]
    raw: Any = words if key in lists else value
    if key == "names":
        raw = dict(word.partition(":")[::2] for word in words)
    return key, getattr(convert({key: raw}, Properties, strict=False), key)
