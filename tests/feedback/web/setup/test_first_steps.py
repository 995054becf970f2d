"""The first steps: who runs it, how people reach a service, and what each way in last took or refused."""

import datetime as dt
import re
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from feedback.cli.bootstrap import Runtime, first_link
from feedback.process.embedded import Servers
from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import ChannelRefusal
from ingest.channels import refusals
from tests.conftest import RealServers
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of

ORGANISATION = {
    "name": "Aberwen Council",
    "privacy_contact": "privacy@aberwen.example",
    "languages": ["cy"],
    "colour": "#336699",
}


def test_an_empty_store_gives_one_link_that_leads_through_the_steps(
    client: Client, record: Record, servers: RealServers
) -> None:
    runtime = Runtime(record.settings, Servers(servers.database_url, servers.redis_url), record)
    link = first_link(runtime)
    assert link
    page = client.get(link.removeprefix(record.settings.url))
    assert page.url.path == "/setup" and "Continue: Your organisation" in words_of(page)
    assert 'href="/setup"' in client.get("/dashboard").text
    assert re.findall(r'<h2><a href="([^"]+)"', page.text) == ["/setup/organisation", "/setup/service"]
    saved = client.post("/setup/organisation", data=ORGANISATION, headers=OURS)
    assert "Continue: Your first service" in words_of(saved)
    assert saved.url.path == "/setup" and "Your organisation Done Aberwen Council" in words_of(saved)
    client.post("/setup/service", data={"name": "Blue Badge"}, headers=OURS)
    steps = re.findall(r'<h2><a href="([^"]+)"', client.get("/setup").text)
    at = "/dashboard/blue-badge"
    assert steps == ["/setup/organisation", f"{at}/settings", f"{at}/reach", f"{at}/bring", at]
    assert all(client.get(step).status_code == 200 for step in steps)
    assert "Set it up, step by step" not in client.get("/dashboard").text
    assert first_link(runtime) is None


def test_what_an_operator_imported_counts_as_brought(client: Client, record: Record, blue_badge: str) -> None:
    admin = signed_in(client, record)
    assert "Upload what you have To do" in words_of(admin.get("/setup"))
    with record.transaction() as session:
        made_up.report(session, made_up.issue(session, blue_badge), "Imported", channel="import")
    assert "Upload what you have Done Pieces imported so far: 1." in words_of(admin.get("/setup"))


def test_the_organisation_stands_on_citizens_pages_and_lends_new_services_its_look(
    client: Client, record: Record
) -> None:
    admin = signed_in(client, record)
    admin.post("/setup/organisation", data=ORGANISATION, headers=OURS)
    admin.post("/setup/service", data={"name": "Bins"}, headers=OURS)
    form = client.get("/services/bins/feedback").text
    assert "Aberwen Council sy'n rhedeg y gwasanaeth hwn." in form and "privacy@aberwen.example" in form
    with record.transaction() as session:
        found = access.service(session, "bins").properties
        assert (found.languages, found.colour) == (("cy",), "#336699")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "a" * 201), ("privacy_contact", "a" * 201), ("languages", []), ("colour", "red")],
)
def test_what_is_wrong_about_the_organisation_is_told_beside_its_field(
    client: Client, record: Record, field: str, value: object
) -> None:
    admin = signed_in(client, record)
    page = admin.post("/setup/organisation", data=ORGANISATION | {field: value}, headers=OURS)
    assert (page.status_code, re.findall(r'id="(\w+)-error"', page.text)) == (400, [field])
    with record.transaction() as session:
        assert services.organisation(session).name == ""


def test_only_admins_set_the_installation_up(client: Client, record: Record, blue_badge: str) -> None:
    owner = signed_in(client, record, Role.owner, blue_badge)
    assert owner.get("/setup").status_code == owner.get("/setup/organisation").status_code == 403
    assert owner.post("/setup/organisation", data=ORGANISATION, headers=OURS).status_code == 403
    assert owner.get("/dashboard/blue-badge/reach").status_code == 200


def test_how_people_reach_a_service_stands_on_one_page(client: Client, record: Record, blue_badge: str) -> None:
    url = record.settings.url
    page = signed_in(client, record, Role.owner, blue_badge).get("/dashboard/blue-badge/reach")
    said = words_of(page)
    assert f'<script src="{url}/widget.js" data-service="blue-badge" defer></script>' in said
    assert f"{url}/v1/channels/sms/twilio" in said and "Off: its secret is not set" in said
    assert f"{url}/v1/channels/email?service=blue-badge" in said
    assert "Nothing so far." in said
    [picture] = re.findall(r"<svg.*?</svg>", page.text, re.DOTALL)
    assert ElementTree.fromstring(picture).get("viewBox")
    poster = client.get("/dashboard/blue-badge/poster")
    assert "Tell us about Blue Badge" in words_of(poster) and 'lang="cy"' in poster.text
    assert f"{url}/services/blue-badge/feedback" in words_of(poster)


def test_what_was_last_received_and_refused_is_told(
    client: Client, record: Record, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_noted_at", {})
    client.post("/v1/services/blue-badge/feedback", json={"message": "Slow"}, headers={"Idempotency-Key": "a"})
    assert client.post("/v1/channels/sms/twilio", data={"Body": "Slow"}).status_code == 401
    assert client.post("/v1/channels/email?service=blue-badge", content=b"Slow").status_code == 401
    with record.transaction() as session:
        made_up.report(session, made_up.issue(session, blue_badge), "Slow", "call", read_as={"format": "calls/vcon"})
    said = words_of(signed_in(client, record, Role.owner, blue_badge).get("/dashboard/blue-badge/reach"))
    today = f"{dt.datetime.now(dt.UTC).year}"
    assert re.search(rf"Website \d+ \w+ {today}, \d\d:\d\d 1 ", said)
    assert re.search(r"is not set Nothing of late \d+ \w+ \d+, \d\d:\d\d: This channel is switched off", said)
    assert "this takes a key" in said
    assert re.search(
        rf"Post each call with a key of this service. Let in by the sender’s key \d+ \w+ {today}, \d\d:\d\d Nothing",
        said,
    )
    assert "Post each analysis with a key of this service. Let in by the sender’s key Nothing of late" in said


def test_a_flood_of_refusals_is_noted_once_in_a_while(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_noted_at", {})
    refusals.note(record, "email", "first")
    refusals.note(record, "email", "second")
    refusals.note(record, "sms/twilio", "other")
    with record.transaction() as session:
        rows = session.scalars(select(ChannelRefusal)).all()
    assert {row.channel: row.reason for row in rows} == {"email": "first", "sms/twilio": "other"}
