"""Members of staff sign in with a passkey, by Chromium's virtual authenticator; strangers with none."""

import base64
import re
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Role, links, passkey_proofs, passkeys, people
from feedback.record.db import Record
from feedback.record.errors import NotAuthentic
from feedback.record.models import AuditEntry, Membership, Passkey, Person
from feedback.record.settings import Settings
from tests.browser import chromium
from tests.conftest import RealServers
from tests.insights.pages.signed_in import OURS, Client, signed_in
from tests.serving import served

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named(record: Record) -> Record:
    """An installation that has a name, as passkeys take one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Record(replace(record.settings, public_url=f"http://localhost:{port}"), record.engine)


@pytest.fixture
def page(named: Record, servers: RealServers) -> Iterator[Page]:
    url = named.settings.url
    with (
        served(named, servers, int(url.rpartition(":")[2])),
        chromium() as browser,
        browser.new_context(locale="en-GB", base_url=url) as context,
    ):
        page = context.new_page()
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield page


@pytest.fixture
def ann(record: Record, blue_badge: str) -> str:
    """The first link of a member of staff."""
    with record.transaction() as session:
        person = people.add(session, "Ann", "ann@example.org")
        people.appoint(session, person, Role.owner, access.service(session, blue_badge), by="test")
        return links.printed(session, person)


@pytest.mark.browser
def test_a_passkey_is_added_signs_in_and_ends_with_its_removal_and_with_its_person(
    page: Page, record: Record, ann: str
) -> None:
    page.goto(f"/sign-in/{ann}")
    page.get_by_role("button", name="Sign in").click()
    page.goto("/sessions")
    page.get_by_role("link", name="Your passkeys").click()
    page.get_by_label("What you call it").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("table", name="Your passkeys")).to_contain_text("Work laptop")
    enter(page)
    expect(page).to_have_url(re.compile("/dashboard$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    with record.transaction() as session:
        kept = session.scalars(select(Passkey)).one()
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert kept.last_used_at is not None and kept.sign_count >= 1
        session.execute(update(Passkey).values(sign_count=kept.sign_count + 1_000))
    assert acts[-3:] == ["sign in", "passkey added", "sign in"]
    enter(page)  # a copy of the key signs, too, and is told by its count
    expect(page.get_by_text("this passkey does not fit")).to_be_visible()
    with record.transaction() as session:
        session.execute(update(Passkey).values(sign_count=0))
    enter(page)
    expect(page).to_have_url(re.compile("/dashboard$"))
    page.goto("/passkeys")
    page.get_by_role("button", name="Remove Work laptop").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()
    enter(page)
    expect(page.get_by_text("this passkey is not known here")).to_be_visible()


def enter(page: Page) -> None:
    """Signs in anew, with the passkey of the device; returns before the answer to it is there."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()


@pytest.mark.parametrize("leaves", [True, False])
def test_passkeys_go_when_their_person_leaves_or_is_given_more(record: Record, ann: str, leaves: bool) -> None:
    with record.transaction() as session:
        person = session.scalars(select(Person)).one()
        session.add(Passkey(person_id=person.id, name="a", credential_id=b"1", public_key=b"1", sign_count=0))
        session.flush()
        if leaves:
            people.remove(session, person, by="test")
        else:
            people.appoint(session, person, Role.admin, None, by="test")
    with record.transaction() as session:
        assert session.scalars(select(Passkey)).all() == []
        assert leaves == (session.scalars(select(Membership)).all() == [])


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feedback.example.gov.uk", "feedback.example.gov.uk"),
        ("http://localhost:8000", "localhost"),
        ("http://feedback.example.gov.uk", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]:8000", None),
    ],
)
def test_passkeys_take_a_name_over_https(record: Record, url: str, domain: str | None) -> None:
    with record.transaction() as session:
        found = passkeys.site(session, Settings(public_url=url))
    assert (found.domain if found else None) == domain


@pytest.mark.parametrize("subject", ["https://id.example 1", "https://id.example/ 1"])
def test_a_directory_ends_passkeys_once_it_has_brought_somebody_in(record: Record, subject: str) -> None:
    settings = Settings(public_url="https://feedback.example.gov.uk", oidc_issuer="https://id.example")
    with record.transaction() as session:
        ann = people.add(session, "Ann", "ann@example.org")
        ann.subject = "https://id.example.org 1"
        assert passkeys.site(session, settings), "set up amiss it would lock out whoever could mend it"
        ann.subject = subject
        assert passkeys.site(session, settings) is None


def test_nobody_comes_in_with_what_no_passkey_signed(client: Client, record: Record, ann: str) -> None:
    assert client.post("/sign-in/passkey", data={"answer": "{}"}, headers=OURS).status_code == 404
    assert signed_in(client, record).get("/passkeys").status_code == 404  # a link that was printed is nobody's own
    client.cookies.clear()
    client.post(f"/sign-in/{ann}", headers=OURS)
    assert "There are none here" in client.get("/passkeys").text
    site = passkeys.PasskeySite("localhost", "http://localhost")
    signed = base64.urlsafe_b64encode(b"x" * 40).decode().rstrip("=")
    unknown = f'{{"id": "{signed}", "rawId": "{signed}", "type": "public-key"}}'
    for answer in ("", "{}", "[]", "null", '{"id": 1}', unknown):
        with record.transaction() as session, pytest.raises(NotAuthentic):
            passkey_proofs.recognise(session, site, b"challenge", answer)
