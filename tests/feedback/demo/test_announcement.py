"""Whoever reads `demo.json` gets in."""

import json
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update

from feedback.cli.bootstrap import Runtime
from feedback.demo.announcement import LINK_IS_OLD, Announcement
from feedback.demo.receiver import DemoReceiver
from feedback.demo.run import open_town, subscribe
from feedback.demo.town import SERVICES
from feedback.process.embedded import Servers
from feedback.record import installation, services
from feedback.record.db import Record
from feedback.record.models import Credential, OrganisationFacts, Subscription
from tests.conftest import RealServers
from tests.insights import made_up


@pytest.fixture
def announcement(record: Record, servers: RealServers) -> Announcement:
    made = Announcement(Runtime(record.settings, Servers(servers.database_url, servers.redis_url), record))
    made.write()
    return made


def test_the_file_leads_to_the_address_that_admins_set(record: Record, servers: RealServers) -> None:
    own = Record(record.operators_settings, record.engine)
    with own.transaction() as session:
        changes = {"public_url": "https://feedback.aberwen.example"}
        installation.save(session, own.keys, own.operators_settings, changes, "machine")
    Announcement(Runtime(own.operators_settings, Servers(servers.database_url, servers.redis_url), own)).write()
    facts = json.loads((servers.data / "demo.json").read_text())
    assert facts["url"] == "https://feedback.aberwen.example"
    assert facts["sign_in_url"].startswith("https://feedback.aberwen.example/sign-in/")


def test_who_comes_in_while_the_history_is_read_stays_in_once_all_is_ready(
    record: Record, servers: RealServers, client: TestClient[Litestar], capsys: pytest.CaptureFixture[str]
) -> None:
    (servers.data / "demo.json").unlink(missing_ok=True)
    opening = Announcement(Runtime(record.settings, Servers(servers.database_url, servers.redis_url), record))
    opening.say_what_comes()
    assert not (servers.data / "demo.json").exists()
    link = capsys.readouterr().out.partition("/sign-in/")[2].split()[0]
    assert client.get(f"/sign-in/{link}").url.path == "/dashboard"
    opening.write()
    assert client.get("/dashboard", follow_redirects=False).status_code == 200
    assert (servers.data / "demo.json").exists()


def test_a_second_start_says_how_much_of_the_weeks_before_is_still_to_be_read(
    announcement: Announcement, record: Record, blue_badge: str, capsys: pytest.CaptureFixture[str]
) -> None:
    announcement.say_what_waits()
    assert capsys.readouterr().out == ""
    with record.transaction() as session:
        made_up.report(session, made_up.issue(session, blue_badge), "Waits", stage="group")
    announcement.say_what_waits()
    assert capsys.readouterr().out.startswith("Of the weeks before, 1 piece")


def path_of_link(data: Path) -> str:
    facts = json.loads((data / "demo.json").read_text())
    assert (data / "demo.json").stat().st_mode & 0o077 == 0
    return "/sign-in/" + str(facts["sign_in_url"]).rpartition("/")[2]


def test_the_link_in_the_file_is_replaced_once_it_is_followed(
    announcement: Announcement, client: TestClient[Litestar], servers: RealServers
) -> None:
    first = path_of_link(servers.data)
    announcement.refresh()
    assert path_of_link(servers.data) == first
    assert client.get(first).url.path == "/dashboard"
    announcement.refresh()
    second = path_of_link(servers.data)
    assert second != first and client.get(second).url.path == "/dashboard"


def test_the_link_in_the_file_is_replaced_before_it_expires(
    announcement: Announcement, record: Record, servers: RealServers
) -> None:
    first = path_of_link(servers.data)
    with record.transaction() as session:
        session.execute(update(Credential).values(expires_at=func.now() + LINK_IS_OLD))
    announcement.refresh()
    assert path_of_link(servers.data) != first


def test_a_second_start_ends_the_key_of_the_first(
    announcement: Announcement, client: TestClient[Litestar], record: Record, servers: RealServers
) -> None:
    key = json.loads((servers.data / "demo.json").read_text())["api_key"]
    Announcement(Runtime(record.settings, Servers(servers.database_url, servers.redis_url), record))
    assert client.get("/v1/services", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_the_town_is_named_in_both_its_languages_and_keeps_the_name_that_somebody_gave_it(
    client: TestClient[Litestar], record: Record, servers: RealServers
) -> None:
    runtime = Runtime(record.settings, Servers(servers.database_url, servers.redis_url), record)
    open_town(runtime)
    welsh = client.get("/", headers={"Accept-Language": "cy"}).text
    assert "Cyngor Aberwen" in welsh and "Bathodyn Glas" in welsh and "Blue Badge" not in welsh
    with record.transaction() as session:
        services.set_organisation(session, OrganisationFacts("Another council"), by="test")
    open_town(runtime)
    assert "Another council" in client.get("/").text


def test_the_receiver_of_a_second_start_takes_over_the_subscriptions_of_the_first_with_their_secrets(
    record: Record, servers: RealServers
) -> None:
    runtime = Runtime(record.settings, Servers(servers.database_url, servers.redis_url), record)
    open_town(runtime)
    receivers = [DemoReceiver(f"http://127.0.0.1:{port}/") for port in (1, 2)]
    for receiver in receivers:
        subscribe(runtime, receiver)
    with record.transaction() as session:
        found = session.scalars(select(Subscription)).all()
        assert [one.shown for one in found] == ["http://127.0.0.1:2/"] * len(SERVICES)
    assert receivers[0].secrets == receivers[1].secrets and len(receivers[1].secrets) == len(SERVICES)
