"""Open311 GeoReport v2, what goes out: services, requests, errors and the discovery document, as XML or JSON."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from xml.etree import ElementTree  # writes only

from feedback.record.errors import NotSupported
from ingest.channels.fields import storable

Format = Literal["xml", "json"]

_MEDIA_TYPES: Final[dict[Format, str]] = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
_SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Service:
    """A service as the list tells it; `code` is its slug."""

    code: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is read back; `description` redacted, `location` and `street` as `read` made them."""

    id: str
    service: Service
    status: Literal["open", "closed"]
    requested: dt.datetime
    updated: dt.datetime
    description: str = ""
    notes: str = ""
    location: str = ""
    street: str = ""


def format_of(suffix: str) -> Format:
    """The format that the end of an address asks for."""
    if suffix == "xml":
        return "xml"
    if suffix == "json":
        return "json"
    raise NotSupported("Ask for .xml or .json.")


def services(known: Iterable[Service], form: Format) -> tuple[str, bytes]:
    """The list of services."""
    rows = [
        {
            "service_code": service.code,
            "service_name": service.name,
            "description": service.description,
            "metadata": "false",
            "type": "realtime",
            "keywords": "",
            "group": "",
        }
        for service in known
    ]
    return _rendered("services", "service", rows, form)


def definition(service: Service, form: Format) -> tuple[str, bytes]:
    """One service's definition: it asks for nothing besides."""
    content = {"service_code": service.code, "attributes": []}
    return _document("service_definition", content, form)


def accepted(request_id: str, notice: str, form: Format) -> tuple[str, bytes]:
    """The answer to a request filed; `notice` tells the citizen of the receipt."""
    row = {"service_request_id": request_id, "service_notice": notice, "account_id": ""}
    return _rendered("service_requests", "request", [row], form)


def requests(known: Iterable[Request], form: Format) -> tuple[str, bytes]:
    """Requests read back."""
    return _rendered("service_requests", "request", [_row(request) for request in known], form)


def errors(status: int, description: str, form: Format) -> tuple[str, bytes]:
    """What went wrong; `status` is the answer's own."""
    return _rendered("errors", "error", [{"code": str(status), "description": description}], form)


def discovery(endpoint: str, contact: str, changed: dt.datetime, form: Format) -> tuple[str, bytes]:
    """Where the API is: `endpoint` is its address without a slash at the end."""
    changeset = changed.isoformat(timespec="seconds")
    content = {
        "changeset": changeset,
        "contact": contact,
        "key_service": contact,
        "endpoints": [
            {
                "specification": _SPECIFICATION,
                "url": endpoint,
                "changeset": changeset,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return _document("discovery", content, form)


def _row(request: Request) -> dict[str, str]:
    lat, _, long = request.location.partition(",")
    return {
        "service_request_id": request.id,
        "status": request.status,
        "status_notes": request.notes,
        "service_name": request.service.name,
        "service_code": request.service.code,
        "description": request.description,
        "agency_responsible": "",
        "service_notice": "",
        "requested_datetime": request.requested.isoformat(timespec="seconds"),
        "updated_datetime": request.updated.isoformat(timespec="seconds"),
        "expected_datetime": "",
        "address": request.street,
        "address_id": "",
        "zipcode": "",
        "lat": lat,
        "long": long,
        "media_url": "",
    }


def _rendered(root: str, item: str, rows: Sequence[Mapping[str, str]], form: Format) -> tuple[str, bytes]:
    if form == "json":
        return _MEDIA_TYPES["json"], json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace")
    top = ElementTree.Element(root)
    for row in rows:
        _fill(ElementTree.SubElement(top, item), row)
    return _MEDIA_TYPES["xml"], ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)


def _document(root: str, content: Mapping[str, Any], form: Format) -> tuple[str, bytes]:
    if form == "json":
        return _MEDIA_TYPES["json"], json.dumps(content, ensure_ascii=False).encode()
    top = ElementTree.Element(root)
    _fill(top, content)
    return _MEDIA_TYPES["xml"], ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)


def _fill(element: ElementTree.Element, content: Mapping[str, Any]) -> None:
    """A list named in the plural holds elements named in the singular."""
    for name, value in content.items():
        child = ElementTree.SubElement(element, name)
        for one in value if isinstance(value, list) else ():
            inner = ElementTree.SubElement(child, name.removesuffix("s"))
            _fill(inner, one) if isinstance(one, dict) else setattr(inner, "text", one)
        if isinstance(value, str):
            child.text = _NOT_XML.sub("", storable(value))
