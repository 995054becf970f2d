"""Owners say who works for their services, look after the keys of their machines, and read who did what."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Role, people
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Credential, Membership, Person
from tests.insights.mailbox import Box
from tests.insights.pages.people.entering import ANN, Browser, enter, is_in, path_in
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of

BOB = {"name": "Bob", "email": "bob@example.gov.uk", "service": "parks", "role": "editor"}


@pytest.fixture
def owner(browser: Client, record: Record, ann: str) -> Client:
    """Ann, who owns parks, edits blue-badge and has nothing to do with bins."""
    return enter(browser, record)


def send(client: Client, path: str, **values: str) -> int:
    return client.post(path, data=values, headers=OURS).status_code


def roles(record: Record, email: str) -> dict[str | None, str]:
    with record.transaction() as session:
        member = people.everybody(session, Person.email == email)
        return {it.slug if it else None: membership.role for one in member for membership, it in one.memberships}


def number(record: Record, email: str) -> int:
    with record.transaction() as session:
        return people.require(session, email).id


def test_somebody_is_invited_comes_in_and_is_taken_away_again(
    owner: Client, another: Browser, record: Record, box: Box
) -> None:
    page = owner.post("/staff", data=BOB, headers=OURS)
    assert page.url.path == "/staff" and "The invitation is on its way" in page.text
    bob = another()
    assert bob.post(path_in(box), headers=OURS).url.path == "/dashboard" and box.mails[-1]["To"] == BOB["email"]
    assert roles(record, BOB["email"]) == {"parks": "editor"}
    assert send(owner, f"/staff/{number(record, BOB['email'])}/role", service="parks", role="reader") == 200
    assert roles(record, BOB["email"]) == {"parks": "reader"}
    assert send(owner, f"/staff/{number(record, BOB['email'])}/end", service="parks") == 200
    assert not is_in(bob)


def test_an_owner_gives_away_what_is_theirs_alone(owner: Client, record: Record) -> None:
    for service, status in (("blue-badge", 403), ("bins", 404), ("", 403)):
        assert send(owner, "/staff", **BOB | {"service": service}) == status
        assert send(owner, "/keys", name="k", service=service, role="reader", days="30") == status
        assert send(owner, f"/staff/{number(record, ANN)}/role", service=service, role="owner") == status
    assert send(owner, f"/staff/{number(record, ANN)}/remove") == 403
    assert roles(record, ANN) == {"blue-badge": "editor", "parks": "owner"}


def test_an_owner_sees_the_staff_of_their_services_alone(owner: Client, record: Record) -> None:
    with record.transaction() as session:
        stranger = people.add(session, "Stranger", "stranger@example.gov.uk")
        people.appoint(session, stranger, Role.reader, access.service(session, "bins"), by="test")
        identity = stranger.id
    page = words_of(owner.get("/staff"))
    assert "Ann O'Hara (you)" in page and "Parks" in page and "Stranger" not in page and "Bins" not in page
    assert send(owner, f"/staff/{identity}/role", service="parks", role="reader") == 404


def test_a_link_is_shown_to_nobody_who_may_do_less_than_whom_it_signs_in(
    owner: Client, client: Client, record: Record, box: Box
) -> None:
    """Where no mail goes out, whoever invites hands the link over; a boss of the whole town is no catch."""
    with record.transaction() as session:
        people.appoint(session, people.add(session, "Boss", "boss@example.gov.uk"), Role.admin, None, by="test")
    client.cookies.set("feedback_session", owner.cookies["feedback_session"])  # the application without a mail server
    assert "/sign-in/fb_" in client.post("/staff", data=BOB, headers=OURS).text
    page = client.post("/staff", data=BOB | {"email": "boss@example.gov.uk"}, headers=OURS)
    assert "Boss is on the staff" in words_of(page) and "/sign-in/fb_" not in page.text
    assert box.mails == []


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("name", "x" * 101), ("email", "bob"), ("role", "king")])
def test_what_is_wrong_about_an_invitation_is_said_beside_the_field(owner: Client, field: str, value: str) -> None:
    page = owner.post("/staff", data=BOB | {field: value}, headers=OURS)
    assert page.status_code == 400 and f'href="#{field}"' in page.text


def test_an_admin_removes_somebody_everywhere_but_not_the_last_admin(client: Client, record: Record, ann: str) -> None:
    admin = signed_in(client, record)
    assert send(admin, "/staff", name="Root", email="root@example.gov.uk", service="") == 200
    assert roles(record, "root@example.gov.uk") == {None: "admin"}
    for path in ("remove", "end"):
        page = admin.post(f"/staff/{number(record, 'root@example.gov.uk')}/{path}", data={"service": ""}, headers=OURS)
        assert page.status_code == 400 and "This is the last admin" in page.text
    assert send(admin, f"/staff/{number(record, ANN)}/remove") == 200
    assert roles(record, ANN) == {}


def test_a_role_that_the_directory_gave_is_not_offered_to_change(owner: Client, record: Record) -> None:
    with record.transaction() as session:
        session.execute(update(Membership).values(from_directory=True))
    page = owner.get("/staff").text
    assert "says the directory" in page and "/role" not in page and "/end" not in page


def test_a_key_is_made_shown_once_used_and_revoked(owner: Client, another: Browser, record: Record) -> None:
    page = owner.post("/keys", data={"name": "form", "service": "parks", "role": "reader", "days": "30"}, headers=OURS)
    [secret] = re.findall(r"fb_[\w-]{43}", page.text)
    listed = owner.get("/keys")
    assert secret not in listed.text and "Never" in words_of(listed)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert another().get("/v1/services", headers=bearer).json()["items"][0]["slug"] == "parks"
    assert "Never" not in words_of(owner.get("/keys"))
    [path] = re.findall(r"/keys/\d+/revoke", owner.get("/keys").text)
    assert send(owner, path) == 200 and another().get("/v1/services", headers=bearer).status_code == 401
    with record.transaction() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject.startswith("key:"))).all()
        assert sorted(acts) == ["key made", "key revoked"]


def test_a_key_is_replaced_and_the_old_one_works_for_one_more_day(
    owner: Client, another: Browser, record: Record
) -> None:
    def works(secret: str) -> bool:
        return another().get("/v1/services", headers={"Authorization": f"Bearer {secret}"}).status_code == 200

    page = owner.post("/keys", data={"name": "form", "service": "parks", "role": "owner", "days": "30"}, headers=OURS)
    [old] = re.findall(r"fb_[\w-]{43}", page.text)
    feed = another().post("/v1/services/parks/feed", headers={"Authorization": f"Bearer {old}"}).json()["url"]
    [path] = re.findall(r"/keys/\d+/rotate", owner.get("/keys").text)
    [new] = re.findall(r"fb_[\w-]{43}", owner.post(path, headers=OURS).text)
    assert works(old) and works(new)
    with record.transaction() as session:
        digests = {access.digest(new): "new", access.digest(old): "old"}
        keys = {digests[it.digest]: it for it in session.query(Credential).where(Credential.kind == "key")}
        assert (keys["new"].name, keys["new"].role) == ("form", "owner")
        left = {name: key.expires_at - dt.datetime.now(dt.UTC) for name, key in keys.items() if key.expires_at}
        assert left["old"] <= dt.timedelta(days=1) and left["new"] > dt.timedelta(days=29)
        keys["old"].expires_at = dt.datetime.now(dt.UTC)
    assert (works(old), works(new)) == (False, True)
    assert another().get("/v1/" + feed.partition("/v1/")[2]).status_code == 200


def test_what_came_from_a_key_ends_when_it_expires(owner: Client, another: Browser, record: Record) -> None:
    page = owner.post("/keys", data={"name": "form", "service": "parks", "role": "owner", "days": "30"}, headers=OURS)
    [key] = re.findall(r"fb_[\w-]{43}", page.text)
    machine = another()
    machine.post("/sign-in", data={"key": key}, headers=OURS)
    assert is_in(machine)
    with record.transaction() as session:
        session.execute(update(Credential).where(Credential.kind == "key").values(expires_at=dt.datetime.now(dt.UTC)))
    assert not is_in(machine)


def rows(owner: Client, query: str) -> int:
    return max(owner.get(f"/audit?{query}").text.count("<tr>") - 1, 0)


def test_the_audit_is_read_and_filtered(owner: Client, record: Record) -> None:
    owner.post("/staff", data=BOB, headers=OURS)
    owner.patch("/v1/services/parks", json={"name": "Green parks"}, headers=OURS)
    with record.transaction() as session:
        other = access.service(session, "bins").id
        session.add(AuditEntry(service_id=other, by="machine", act="never to be seen", subject="feedback:1"))
    today = f"{dt.datetime.now(ZoneInfo('Europe/London')):%F}"
    seen = words_of(owner.get("/audit"))
    assert "Staff appointed" in seen and "Service set" in seen and "ever to be seen" not in seen
    assert [rows(owner, query) for query in ("act=service+set", "by=o'hara", "by=nobody")] == [1, 2, 0]
    assert rows(owner, f"since={today}&until={today}") == rows(owner, "") == 3
    assert rows(owner, "since=2099-01-01") == 0
    assert owner.get("/audit?since=9999-12-31&until=9999-12-31&by=%25").status_code == 200


@pytest.mark.parametrize("path", ["/staff", "/keys", "/audit"])
def test_who_owns_nothing_looks_after_nothing(client: Client, record: Record, ann: str, path: str) -> None:
    editor = signed_in(client, record, Role.editor, "parks")
    assert editor.get(path).status_code == 403
    assert f'href="{path}"' not in editor.get("/dashboard").text
