"""What is set about a service is checked at every door; what is stored already, and bad, stops nobody."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.models import Properties, Service

Client = TestClient[Litestar]

BAD: list[tuple[str, Any]] = [
    ("time_zone", "Narnia/Lamp-post"),
    ("time_zone", "../../etc/passwd"),
    ("time_zone", "/etc/localtime"),
    ("time_zone", ""),
    ("retention_days", 0),
    ("retention_days", -1),
    ("retention_days", 10**9),
    ("retention_days", 10**30),
    ("tolerance", 0),
    ("tolerance", -0.5),
    ("tolerance", 1e300),
    ("name", " "),
    ("name", "a" * 201),
    ("name", "a\nb"),
    ("name", 5),
    ("department", "a" * 201),
    ("department", "a\r\nBcc: b"),
    ("languages", []),
    ("languages", ["english"]),
    ("languages", ["en\n"]),
    ("colour", "red"),
    ("colour", "#0b5d7a; }"),
    ("colour", "#0b5d7a\n"),
    ("sms_numbers", ["call me"]),
    ("sms_numbers", ["+447700900001"] * 101),
    ("sms_keywords", ["two words"]),
    ("mail_addresses", ["not an address"]),
    ("mail_addresses", ["A <a@b.example>"]),
    ("origins", ["https://a.example/path"]),
    ("origins", ["javascript:alert(1)"]),
    ("origins", ["*"]),
    ("anyone_may_write", "perhaps"),
    ("nation", "narnia"),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_what_no_service_can_have_is_refused_by_name_and_nothing_is_set(
    client: Client, record: Record, admin: dict[str, str], blue_badge: str, field: str, value: Any
) -> None:
    answer = client.patch(f"/v1/services/{blue_badge}", json={field: value}, headers=admin)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["key"] == field
    with record.transaction() as session:
        assert access.service(session, blue_badge).properties == Properties()


@pytest.mark.parametrize(
    "typed", ["time_zone=../x", "retention_days=0", "tolerance=nan", "tolerance=inf", "colour=red", "languages=english"]
)
def test_the_command_line_takes_no_more(typed: str) -> None:
    with pytest.raises(Malformed, match=typed.partition("=")[0]):
        services.parse_property(typed)


def test_what_a_service_may_have_is_taken_by_both() -> None:
    service = Service(slug="bins", name="Bins", stored_properties={})
    typed = ("time_zone=Europe/Dublin", "languages=en,ga", "origins=https://www.bins.example:8443,http://[::1]:3000")
    services.set_properties(service, dict(map(services.parse_property, typed)))
    services.set_properties(service, {"name": "Bins & Glass", "sms_numbers": ["+44 7700 900123", "60006"]})
    assert (service.name, service.properties.time_zone) == ("Bins & Glass", "Europe/Dublin")
    assert service.properties.languages == ("en", "ga")


@pytest.mark.parametrize(
    "stored",
    [
        *({field: value} for field, value in BAD if field != "name"),
        {"no_such_property": 1},
        ["no", "mapping"],
    ],
)
def test_a_bad_property_that_is_stored_is_its_default_and_the_others_stand(stored: Any) -> None:
    if isinstance(stored, dict):
        stored = {"follow_up": True, **stored}
    found = Service(slug="bins", name="Bins", stored_properties=stored).properties
    assert found == Properties(follow_up=isinstance(stored, dict))


def test_one_service_with_bad_properties_keeps_nobody_from_theirs(
    client: Client, record: Record, admin: dict[str, str], blue_badge: str
) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        bad = '{"time_zone": "../x", "retention_days": -5, "colour": 5, "languages": "en", "sms_numbers": [7]}'
        session.execute(text("UPDATE services SET properties = CAST(:bad AS jsonb) WHERE slug = 'bins'"), {"bad": bad})
    for path in (
        "/dashboard",
        "/dashboard/bins",
        "/v1/services",
        "/services/bins/feedback",
        "/open311/v2/services.json",
    ):
        assert client.get(path, headers=admin).status_code == 200, path
    healed = client.patch("/v1/services/bins", json={"retention_days": 30}, headers=admin)
    assert healed.json()["properties"] == {"retention_days": 30}
