"""Open311 GeoReport v2, what goes out: services, requests, errors and the discovery document, as XML or JSON."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from xml.etree import ElementTree  # writes only

from feedback.record.errors import NotSupported
from ingest.channels.parsing import storable

DocumentFormat = Literal["xml", "json"]

CONTACT_AGREED: Final = "contact_agreed"
"""The one question that a service asks besides: only then is it kept how to reach the citizen."""

_MEDIA_TYPES: Final[dict[DocumentFormat, str]] = {
    "xml": "text/xml",
    "json": "application/json",
}
_SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
_POINT: Final = re.compile(r"(-?\d{1,3}\.\d+),(-?\d{1,3}\.\d+)")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ListedService:
    """A service as the list tells it; `code` is its slug."""

    code: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request as it is read back; `description` redacted, `location` and `street` as `read` made them."""

    id: str
    service: ListedService
    status: Literal["open", "closed"]
    requested: dt.datetime
    updated: dt.datetime
    description: str = ""
    notes: str = ""
    location: str = ""
    street: str = ""


def format_of(suffix: str) -> DocumentFormat:
    """Return the format that the end of an address asks for."""
    if suffix == "xml":
        return "xml"
    if suffix == "json":
        return "json"
    raise NotSupported("Ask for .xml or .json.")


def services(known: Iterable[ListedService], form: DocumentFormat) -> tuple[str, bytes]:
    """Return the list of services."""
    rows = [
        {
            "service_code": service.code,
            "service_name": service.name,
            "description": service.description,
            "metadata": True,
            "type": "realtime",
            "keywords": "",
            "group": "",
        }
        for service in known
    ]
    return _rendered("services", "service", rows, form)


def definition(service: ListedService, form: DocumentFormat) -> tuple[str, bytes]:
    """Return one service's definition: what it asks for besides, the citizen's agreement to be written to."""
    question = {
        "variable": True,
        "code": CONTACT_AGREED,
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": "",
        "order": 1,
        "description": "May we use your e-mail address or telephone number to tell you once what was done about it?",
        "values": [{"key": "yes", "name": "Yes"}, {"key": "no", "name": "No"}],
    }
    return _document("service_definition", {"service_code": service.code, "attributes": [question]}, form)


def accepted(request_id: str, notice: str, form: DocumentFormat) -> tuple[str, bytes]:
    """Return the answer to a request filed; `notice` tells the citizen of the receipt."""
    row = {"service_request_id": request_id, "service_notice": notice, "account_id": ""}
    return _rendered("service_requests", "request", [row], form)


def requests(known: Iterable[ServiceRequest], form: DocumentFormat) -> tuple[str, bytes]:
    """Requests read back."""
    return _rendered("service_requests", "request", [_row(request) for request in known], form)


def errors(status: int, description: str, form: DocumentFormat) -> tuple[str, bytes]:
    """Tell what went wrong; `status` is the answer's own."""
    return _rendered("errors", "error", [{"code": str(status), "description": description}], form)


def discovery(endpoint: str, contact: str, changed: dt.datetime, form: DocumentFormat) -> tuple[str, bytes]:
    """Tell where the API is: `endpoint` is its address without a slash at the end."""
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


def _row(request: ServiceRequest) -> dict[str, Any]:
    lat, long = _degrees(request.location)
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


def _degrees(location: str) -> tuple[float | None, float | None]:
    read = _POINT.fullmatch(location)
    return (float(read[1]), float(read[2])) if read else (None, None)


def _rendered(root: str, item: str, rows: Sequence[Mapping[str, Any]], form: DocumentFormat) -> tuple[str, bytes]:
    if form == "json":
        return _MEDIA_TYPES["json"], json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace")
    top = ElementTree.Element(root)
    for row in rows:
        _fill(ElementTree.SubElement(top, item), row)
    return _MEDIA_TYPES["xml"], ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)


def _document(root: str, content: Mapping[str, Any], form: DocumentFormat) -> tuple[str, bytes]:
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
        if isinstance(value, str | int | float):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            child.text = _NOT_XML.sub("", storable(text))
