"""Open311: requests in, services and requests out."""

import datetime as dt
import json
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from feedback.record.errors import Malformed, NotSupported, WrongMediaType
from ingest.channels.contract import Inbound, Secrets
from ingest.channels.open311 import responses as answers
from ingest.channels.open311 import service_request
from ingest.channels.open311.place import point, street
from ingest.intake.arrival import Arrival
from tests.ingest.channels.phonebook import PhoneBook

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
AGREED = f"attribute[{answers.CONTACT_AGREED}]"
REPORT = {
    "api_key": "k",
    "jurisdiction_id": "town.example",
    "service_code": "parks",
    "description": "The swing hangs by one chain",
    "lat": "51.501364",
    "long": "-0.14189",
    "address_string": "Flat 2, 12a High Street, Anytown SW1A 1AA",
    "email": "ann@example.org",
    "first_name": "Ann",
    "device_id": "d-1",
    "ward": "North",
}


def filed(fields: dict[str, str], media_type: str = "application/x-www-form-urlencoded") -> Arrival:
    inbound = Inbound("", urlencode(fields).encode(), "app", headers={"content-type": media_type})
    (arrival,) = service_request.read(inbound, Secrets(), PhoneBook()).arrivals
    return arrival


def test_a_request_becomes_an_arrival_at_street_level() -> None:
    arrival = filed(REPORT)
    assert (arrival.service, arrival.message) == ("parks", REPORT["description"])
    assert arrival.attributes == {
        "location": "51.501,-0.142",
        "street": "High Street, Anytown SW1A",
        "ward": "North",
    }
    assert "Ann" not in arrival.attributes.values()
    assert "d-1" not in repr(arrival)


@pytest.mark.parametrize(
    ("answered", "kept"), [({}, None), ({AGREED: "no"}, None), ({AGREED: "yes"}, "ann@example.org")]
)
def test_how_to_reach_the_citizen_is_kept_only_if_they_agreed(answered: dict[str, str], kept: str | None) -> None:
    assert filed({**REPORT, **answered}).contact == kept


def test_attributes_are_taken_as_the_specification_sends_them() -> None:
    assert filed({**REPORT, "attribute[office]": "Castle Street"}).attributes["office"] == "Castle Street"


def test_a_form_with_a_picture_is_read_without_it() -> None:
    import requests

    files = {"media": ("a.png", b"\x89PNG secret")}
    prepared = requests.Request("POST", "https://x.example", data=REPORT, files=files).prepare()
    assert isinstance(prepared.body, bytes)
    inbound = Inbound("", prepared.body, "app", headers={"content-type": str(prepared.headers["Content-Type"])})
    (arrival,) = service_request.read(inbound, Secrets(), PhoneBook()).arrivals
    assert arrival.message == REPORT["description"]
    assert "secret" not in repr(arrival)


@pytest.mark.parametrize(
    "change",
    [
        {"service_code": ""},
        {"description": " "},
        {"lat": "91"},
        {"lat": "nan"},
        {"long": ""},
        {"long": "x"},
        {"lat": "9" * 400},
    ],
)
def test_what_is_missing_or_senseless_is_told(change: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        filed({**REPORT, **change})


def test_another_content_type_is_refused() -> None:
    with pytest.raises(WrongMediaType):
        filed(REPORT, "application/xml")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("12 High Street, Anytown", "High Street, Anytown"),
        ("Flat 3B, 7-9 Castle Rd", "Castle Rd"),
        ("Fflat 2, 14 Stryd Fawr, Tref", "Stryd Fawr, Tref"),
        ("No. 10, The Row", "The Row"),
        ("The corner of 1st Avenue and the A40, CF10 3AT", "The corner of 1st Avenue and the A40, CF10"),
        ("12/14 Mill Lane", "Mill Lane"),
        ("7", ""),
    ],
)
def test_a_street_has_no_house(address: str, kept: str) -> None:
    assert street(address) == kept


def test_a_point_is_about_a_hundred_metres_wide() -> None:
    assert point("51.50136", " -0.00001 ") == "51.501,0.000"
    assert point("", "") is None


def test_a_list_of_services_says_the_same_in_both_formats() -> None:
    known = [answers.ListedService("parks", "Parks & <paths>", "Swings"), answers.ListedService("bins", "Bins \x0b")]
    media_type, body = answers.services(known, "json")
    assert media_type.startswith("application/json")
    listed = json.loads(body)
    assert [row["service_code"] for row in listed] == ["parks", "bins"]
    assert {row["metadata"] for row in listed} == {True}
    media_type, body = answers.services(known, "xml")
    assert media_type.startswith("text/xml")
    root = ElementTree.fromstring(body)
    assert root.tag == "services"
    assert [child.findtext("service_name") for child in root] == ["Parks & <paths>", "Bins "]
    assert {child.findtext("metadata") for child in root} == {"true"}


def test_a_request_is_read_back_with_a_time_zone() -> None:
    request = answers.ServiceRequest(
        "r1",
        answers.ListedService("parks", "Parks"),
        "open",
        NOW,
        NOW,
        "A swing hangs",
        "",
        "51.501,-0.142",
        "High Street",
    )
    row = json.loads(answers.requests([request], "json")[1])[0]
    assert row["requested_datetime"] == "2025-06-01T12:00:00+00:00"
    assert (row["lat"], row["long"], row["address"]) == (51.501, -0.142, "High Street")
    root = ElementTree.fromstring(answers.requests([request], "xml")[1])
    assert root.findtext("request/service_request_id") == "r1"


def test_what_is_filed_and_what_goes_wrong_is_answered_in_both_formats() -> None:
    assert json.loads(answers.accepted("r1", "Your receipt is X", "json")[1])[0]["service_request_id"] == "r1"
    root = ElementTree.fromstring(answers.errors(400, "lat is missing", "xml")[1])
    assert (root.findtext("error/code"), root.findtext("error/description")) == ("400", "lat is missing")


def test_the_discovery_document_names_the_endpoint() -> None:
    found = json.loads(answers.discovery("https://f.example/open311/v2", "a@b.example", NOW, "json")[1])
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    root = ElementTree.fromstring(answers.discovery("https://f.example/open311/v2", "a@b.example", NOW, "xml")[1])
    assert root.findtext("endpoints/endpoint/url") == "https://f.example/open311/v2"
    assert [one.text for one in root.iterfind("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]


def test_a_service_definition_asks_for_the_agreement_to_be_written_to() -> None:
    known = answers.ListedService("parks", "Parks")
    [question] = json.loads(answers.definition(known, "json")[1])["attributes"]
    assert (question["code"], question["required"]) == (answers.CONTACT_AGREED, False)
    root = ElementTree.fromstring(answers.definition(known, "xml")[1])
    assert [one.text for one in root.iterfind("attributes/attribute/values/value/key")] == ["yes", "no"]


def test_without_dates_the_last_ninety_days_are_meant() -> None:
    found = service_request.filters([], NOW)
    assert (found.start, found.end) == (NOW - dt.timedelta(days=90), NOW)
    found = service_request.filters(
        [("status", "open, closed"), ("service_request_id", "a,b"), ("service_code", "parks")], NOW
    )
    assert found.ids == frozenset("ab")
    assert found.services == frozenset(["parks"])
    assert found.statuses == frozenset(["open", "closed"])


def test_a_time_of_change_alone_asks_for_what_was_filed_at_any_time() -> None:
    found = service_request.filters([("updated_after", "2025-03-01T00:00:00Z")], NOW)
    assert (found.start, found.end) == (None, None)
    assert found.updated_after == dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    assert found.updated_before is not None and found.updated_before <= NOW


def test_one_date_means_ninety_days_from_it_or_up_to_it() -> None:
    start = service_request.filters([("start_date", "2025-01-01T00:00:00Z")], NOW)
    assert start.end == dt.datetime(2025, 4, 1, tzinfo=dt.UTC)
    end = service_request.filters([("end_date", "2025-04-01T00:00:00 00:00")], NOW)
    assert end.start == dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "query",
    [
        [("start_date", "2024-01-01T00:00:00Z"), ("end_date", "2025-01-01T00:00:00Z")],
        [("start_date", "soon")],
        [("start_date", "2025-04-01T00:00:00")],
        [("page", "0")],
        [("page_size", "1001")],
        [("status", "new")],
        [("updated_after", "2024-01-01T00:00:00Z"), ("updated_before", "2025-01-01T00:00:00Z")],
        [("updated_after", "2025-04-01T00:00:00")],
        [("updated_since", "2025-04-01T00:00:00Z")],
        [("keyword", "lamp")],
        [("Status", "open")],
        [("lat", "51.5"), ("long", "-0.1")],
    ],
)
def test_a_query_that_asks_too_much_is_told(query: list[tuple[str, str]]) -> None:
    with pytest.raises(Malformed):
        service_request.filters(query, NOW)


def test_other_formats_are_not_supported() -> None:
    assert (answers.format_of("xml"), answers.format_of("json")) == ("xml", "json")
    with pytest.raises(NotSupported):
        answers.format_of("csv")
