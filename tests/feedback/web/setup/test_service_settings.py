"""A service is made and set in the browser: what was entered is kept, what is wrong is told beside its field."""

import re
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Properties
from feedback.web.setup.service_fields import FIELDS, NAME_IN
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of

PATH = "/dashboard/blue-badge/settings"
SET: dict[str, Any] = {
    "name": "Blue Badges",
    "name_in_cy": "Bathodynnau Glas",
    "department": "Transport",
    "nation": "wales",
    "time_zone": "Europe/London",
    "languages": ["en", "cy"],
    "colour": "#123456",
    "anyone_may_write": "yes",
    "origins": "https://www.example.gov.uk\r\nhttps://blog.example.gov.uk",
    "sms_numbers": "+44 7700 900001",
    "sms_keywords": "badge",
    "mail_addresses": "badge@example.gov.uk",
    "retention_days": "365",
    "tolerance": "0.5",
}


def properties(record: Record) -> tuple[str, Properties]:
    with record.transaction() as session:
        found = access.service(session, "blue-badge")
        return found.name, found.properties


def test_every_property_of_a_service_has_a_field_on_the_page() -> None:
    fields = {"names" if name.startswith(NAME_IN) else name for name in FIELDS}
    assert fields == {"name", *(one.name for one in msgspec.structs.fields(Properties))}


def test_an_owner_sets_all_of_it_and_finds_it_there_again(owner: Client, record: Record) -> None:
    assert PATH in owner.get("/dashboard/blue-badge").text
    answer = owner.post(PATH, data=SET, headers=OURS)
    assert "Saved." in words_of(answer)
    name, found = properties(record)
    assert (name, found.names, found.nation, found.anyone_may_write) == (
        "Blue Badges",
        {"cy": "Bathodynnau Glas"},
        "wales",
        True,
    )
    assert found.origins == ("https://www.example.gov.uk", "https://blog.example.gov.uk")
    assert (found.retention_days, found.tolerance, found.acknowledge) == (365, 0.5, False)
    for value in ("Bathodynnau Glas", "#123456", "https://blog.example.gov.uk", "badge@example.gov.uk", 'value="365"'):
        assert value in answer.text
    assert "Bathodynnau Glas" in owner.get("/services/blue-badge/feedback?lang=cy").text
    assert "Blue Badges" in owner.get("/services/blue-badge/feedback?lang=en").text
    with record.transaction() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "service set")).one()
    assert "time_zone" not in entry.details and entry.details["colour"] == "#123456"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name_in_cy", "a" * 201),
        ("department", "a" * 201),
        ("nation", "narnia"),
        ("time_zone", "Narnia/Lamp-post"),
        ("languages", []),
        ("colour", "red"),
        ("origins", "https://a.example/path"),
        ("sms_numbers", "call me"),
        ("sms_keywords", "two words"),
        ("mail_addresses", "nobody"),
        ("retention_days", "nan"),
        ("retention_days", "1.5"),
        ("tolerance", "inf"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_the_rest_stays_as_it_was_entered(
    owner: Client, record: Record, field: str, value: Any
) -> None:
    before = properties(record)
    answer = owner.post(PATH, data=SET | {field: value}, headers=OURS)
    assert answer.status_code == 400
    assert re.findall(r'id="(\w+)-error"', answer.text) == [field]
    assert f'href="#{field}"' in answer.text
    assert ("Transport" in answer.text) or field == "department"
    assert properties(record) == before


def test_a_nul_is_refused_and_nothing_is_set(owner: Client, record: Record) -> None:
    before = properties(record)
    assert owner.post(PATH, data=SET | {"department": "a\0b"}, headers=OURS).status_code == 400
    assert properties(record) == before


def test_what_another_service_has_is_told_beside_its_field(owner: Client, record: Record) -> None:
    with record.transaction() as session:
        other = services.add(session, "bins", "Bins")
        services.set_properties(other, {"mail_addresses": ["badge@example.gov.uk"]})
    answer = owner.post(PATH, data=SET, headers=OURS)
    assert (answer.status_code, re.findall(r'id="(\w+)-error"', answer.text)) == (400, ["mail_addresses"])


def test_only_owners_set_a_service_and_only_admins_make_one(client: Client, record: Record, blue_badge: str) -> None:
    editor = signed_in(client, record, Role.editor, blue_badge)
    assert editor.get(PATH).status_code == editor.post(PATH, data=SET, headers=OURS).status_code == 403
    owner = signed_in(client, record, Role.owner, blue_badge)
    assert owner.get("/setup/service").status_code == 403
    assert owner.post("/setup/service", data={"name": "Bins"}, headers=OURS).status_code == 403
    assert PATH not in signed_in(client, record, Role.editor, blue_badge).get("/dashboard/blue-badge").text


def test_an_admin_makes_a_service_and_is_led_to_its_settings(client: Client, record: Record) -> None:
    admin = signed_in(client, record)
    assert "/setup/service" in admin.get("/dashboard").text
    page = admin.post("/setup/service", data={"name": "Tŷ Hapus & Children's care"}, headers=OURS)
    assert page.url.path == "/dashboard/ty-hapus-childrens-care/settings"
    for typed, field in [
        ({"name": "Tŷ hapus & childrens care"}, "slug"),
        ({"name": "Bins", "slug": "No Slug"}, "slug"),
        ({"name": "???"}, "slug"),
        ({"name": ""}, "name"),
    ]:
        again = admin.post("/setup/service", data=typed, headers=OURS)
        assert (again.status_code, re.findall(r'id="(\w+)-error"', again.text)) == (400, [field]), typed


def test_a_service_is_made_over_http_by_an_admin_alone(client: Client, record: Record, admin: dict[str, str]) -> None:
    made = client.post("/v1/services", json={"name": "Bins & Recycling"}, headers=admin)
    assert (made.status_code, made.json()["slug"]) == (201, "bins-recycling")
    assert client.post("/v1/services", json={"name": "Bins & Recycling"}, headers=admin).status_code == 409
    with record.transaction() as session:
        key = access.create(session, "key", Role.owner, access.service(session, "bins-recycling"))
    bearer = {"Authorization": f"Bearer {key}"}
    assert client.post("/v1/services", json={"name": "More"}, headers=bearer).status_code == 403
