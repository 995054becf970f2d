"""Nobody takes over what comes to another service: numbers, mail addresses and keywords are each one service's."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic import command
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.errors import Conflict
from feedback.record.migrations import alembic_config, migrate
from feedback.record.models import Service, ServiceAddress
from feedback.record.states import AddressKind
from ingest.intake.directory import ServiceDirectory
from tests.conftest import RealServers, database

Client = TestClient[Litestar]
Owners = dict[str, dict[str, str]]
NUMBER, OTHER_NUMBER, MAIL = "+44 7700 900001", "447700900002", "badge@council.example"


@pytest.fixture
def owners(record: Record) -> Owners:
    """The headers of an owner of each of two services, by slug; all the addresses are the second's."""
    with record.transaction() as session:
        made = {slug: services.add(session, slug, slug.title()) for slug in ("attacker", "badge")}
        services.set_properties(made["badge"], {"sms_numbers": [NUMBER], "mail_addresses": [MAIL]})
        return {
            slug: {"Authorization": f"Bearer {access.create(session, 'key', Role.owner, service)}"}
            for slug, service in made.items()
        }


@pytest.fixture
def set_as_admin(record: Record) -> Callable[..., None]:
    def set_properties(slug: str, **changes: Any) -> None:
        with record.transaction() as session:
            services.set_properties(access.service(session, slug), changes, may_share=True)

    return set_properties


def found(record: Record, number: str, said: str = "") -> str | None:
    with record.transaction() as session:
        return ServiceDirectory(session).service_for(number, said)


@pytest.mark.parametrize(
    "changes",
    [
        {"sms_numbers": [NUMBER]},
        {"sms_numbers": [OTHER_NUMBER, "44 (7700) 900-001"]},
        {"sms_numbers": [NUMBER], "sms_keywords": ["badge"]},
        {"mail_addresses": ["Badge@Council.Example"]},
        {"mail_addresses": ["badge@council.example", "parks@council.example"]},
    ],
)
def test_an_owner_takes_over_nothing_of_another_service(
    client: Client, record: Record, owners: Owners, changes: dict[str, Any]
) -> None:
    answer = client.patch("/v1/services/attacker", json=changes, headers=owners["attacker"])
    assert answer.status_code == 409
    assert "badge" not in answer.text.replace("badge@", "").lower()
    with record.transaction() as session:
        assert access.service(session, "attacker").stored_properties == {}
    assert found(record, "447700900001", "badge please") == found(record, MAIL) == "badge"
    assert found(record, OTHER_NUMBER) is None


def test_what_a_service_gives_up_another_may_have(client: Client, record: Record, owners: Owners) -> None:
    assert client.patch("/v1/services/badge", json={"sms_numbers": None}, headers=owners["badge"]).status_code == 200
    changes = {"sms_numbers": [NUMBER]}
    assert client.patch("/v1/services/attacker", json=changes, headers=owners["attacker"]).status_code == 200
    assert found(record, "447700900001") == "attacker"
    assert found(record, MAIL) == "badge"


def test_an_unrelated_change_keeps_the_addresses(client: Client, record: Record, owners: Owners) -> None:
    assert client.patch("/v1/services/badge", json={"colour": "#123456"}, headers=owners["badge"]).status_code == 200
    assert found(record, "447700900001") == found(record, MAIL) == "badge"


def test_a_number_is_shared_by_keywords_where_an_admin_decides_so(
    client: Client, record: Record, owners: Owners, admin: dict[str, str]
) -> None:
    shared = {"sms_numbers": [NUMBER], "sms_keywords": ["Parks"]}
    assert client.patch("/v1/services/attacker", json=shared, headers=admin).status_code == 200
    assert found(record, "447700900001", "PARKS: the swings") == "attacker"
    assert found(record, "447700900001", "The swings") == "badge"
    more = {"sms_keywords": ["parks", "swings"]}
    assert client.patch("/v1/services/attacker", json=more, headers=owners["attacker"]).status_code == 200
    taken = client.patch("/v1/services/badge", json={"sms_keywords": ["SWINGS"]}, headers=owners["badge"])
    assert taken.status_code == 409


def test_a_shared_number_needs_keywords(client: Client, owners: Owners, admin: dict[str, str]) -> None:
    assert client.patch("/v1/services/attacker", json={"sms_numbers": [NUMBER]}, headers=admin).status_code == 409


def test_a_keyword_is_unique_among_services_without_a_number(
    client: Client, record: Record, owners: Owners, set_as_admin: Callable[..., None]
) -> None:
    set_as_admin("attacker", sms_keywords=["parks"])
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
    with pytest.raises(Conflict, match="sms_keywords"):
        set_as_admin("parks", sms_keywords=["PARKS"])
    set_as_admin("parks", sms_keywords=["PARKS"], sms_numbers=["447700900009"])
    assert found(record, "447700900009", "parks") == "parks"
    assert found(record, "447700900777", "parks") == "attacker"


def test_who_asks_at_the_same_time_gets_a_number_once(record: Record, owners: Owners) -> None:
    def take(slug: str) -> bool:
        try:
            with record.transaction() as session:
                services.set_properties(access.service(session, slug), {"sms_numbers": [OTHER_NUMBER]})
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(take, ["attacker", "badge"])) == [False, True]


def test_the_database_itself_holds_that_an_address_is_one_services(record: Record, owners: Owners) -> None:
    with pytest.raises(IntegrityError), record.transaction() as session:
        thief = access.service(session, "attacker").id
        session.add(ServiceAddress(kind=AddressKind.MAIL, value=MAIL, keyword="", service_id=thief))


@pytest.fixture
def before(servers: RealServers) -> Iterator[Engine]:
    """A database of its own, of the version before."""
    with database(servers, "addresses") as made:
        migrate(made)
        with made.begin() as connection:
            command.downgrade(alembic_config(connection), "0017")
        yield made


def test_the_migration_keeps_the_first_owner_and_names_the_other(before: Engine) -> None:
    stored = {
        "badge": '{"sms_numbers": ["447700900001"], "mail_addresses": ["b@x.example"], "colour": "#000000"}',
        "zoo": '{"sms_numbers": ["447700900001", "447700900002"], "mail_addresses": ["B@x.example", "z@x.example"]}',
        "parks": '{"sms_numbers": ["+447700900001"], "sms_keywords": ["Parks"]}',
    }
    with before.begin() as connection:
        for slug, properties in stored.items():
            connection.execute(
                text("INSERT INTO services (slug, name, properties) VALUES (:slug, :slug, CAST(:own AS jsonb))"),
                {"slug": slug, "own": properties},
            )
    with capture_logs() as logs:
        migrate(before)
    logged = str(logs)
    assert "zoo" in logged and "badge" not in logged and "parks" not in logged
    with Session(before) as session:
        directory = ServiceDirectory(session)
        assert directory.service_for("447700900001", "hello") == "badge"
        assert directory.service_for("447700900001", "parks hello") == "parks"
        assert directory.service_for("447700900002", "hello") == "zoo"
        assert directory.service_for("b@x.example", "") == "badge"
        left = access.service(session, "zoo")
        assert left.stored_properties == {"sms_numbers": ["447700900002"], "mail_addresses": ["z@x.example"]}
        for service in session.query(Service):
            services.set_properties(service, {"colour": "#123456"})
