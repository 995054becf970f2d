"""Revoking a key is at once and total; sessions are listed, and can be ended."""

import datetime as dt
from collections.abc import Callable

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import update

from feedback.record import access, services
from feedback.record.access import Role, sessions
from feedback.record.db import Record
from feedback.record.errors import NotAuthentic
from feedback.record.models import Credential
from tests.insights.pages.signed_in import OURS, Client, credential, person_signed_in, signed_in, words_of

Headers = dict[str, str]
Enter = Callable[[], Client]


@pytest.fixture
def another(app: Litestar) -> Enter:
    """Makes clients with cookies of their own, of the application that `client` has started."""
    return lambda: TestClient(app)


def enter(client: Client, key: str) -> Client:
    assert client.post("/sign-in", data={"key": key}, headers=OURS).status_code == 200
    return client


def number_of(record: Record, secret: str) -> int:
    with record.transaction() as session:
        return access.identify(session, secret, "key", "session").credential_id


def revoke(record: Record, number: int) -> None:
    with record.transaction() as session:
        access.revoke(session, number)


def status(answer: httpx.Response) -> int:
    return answer.status_code


def is_in(client: Client) -> bool:
    return client.get("/dashboard", follow_redirects=False).status_code == 200


def test_a_revoked_key_takes_its_sessions_and_feed_addresses_with_it(
    client: Client, another: Enter, record: Record, blue_badge: str
) -> None:
    mine, other = (credential(record, "key", Role.owner, blue_badge) for _ in range(2))
    bearer = {"Authorization": f"Bearer {mine}"}
    stays, goes = enter(another(), other), enter(client, mine)
    feeds = [
        httpx.URL(sender.post("/v1/services/blue-badge/feed", headers=headers).json()["url"])
        for sender, headers in ((client, bearer), (goes, OURS), (stays, OURS))
    ]
    paths = [f"{feed.path}?{feed.query.decode()}" for feed in feeds]
    assert [status(another().get(path)) for path in paths] == [200, 200, 200]
    revoke(record, number_of(record, mine))
    assert [status(another().get(path)) for path in paths] == [401, 401, 200]
    assert (is_in(goes), is_in(stays)) == (False, True)
    assert client.get("/v1/services", headers=bearer).status_code == 401


def test_what_is_opened_while_a_key_is_revoked_is_worth_nothing(record: Record, client: Client) -> None:
    """The session commits after the revocation, which could not see it."""
    key = credential(record, "key")
    with record.transaction() as opening:
        who = access.identify(opening, key, "key")
        revoke(record, who.credential_id)
        late = sessions.start(opening, who)
    client.cookies.set("feedback_session", late)
    assert not is_in(client)


def test_a_feed_outlives_the_session_that_asked_for_it_but_not_the_link(
    client: Client, another: Enter, record: Record, blue_badge: str
) -> None:
    staff = signed_in(client, record, Role.owner, blue_badge)
    [opened] = staff.get("/v1/sessions").json()["items"]
    feed = httpx.URL(staff.post("/v1/services/blue-badge/feed", headers=OURS).json()["url"])
    staff.post("/sign-out", headers=OURS)
    path = f"{feed.path}?{feed.query.decode()}"
    assert another().get(path).status_code == 200
    revoke(record, opened["opened_by"])
    assert another().get(path).status_code == 401


def test_a_link_opens_once(client: Client, another: Enter, record: Record) -> None:
    link = credential(record, "link")
    assert client.get(f"/sign-in/{link}").url.path == "/dashboard"
    again = another().get(f"/sign-in/{link}")
    assert again.status_code == 401 and "This link is no longer valid" in again.text
    assert is_in(client)


def test_two_that_follow_a_link_at_once_are_one_session(record: Record) -> None:
    link = credential(record, "link")
    with record.transaction() as second:
        second.execute(update(Credential).where(Credential.id == -1).values(name=""))  # its transaction has begun
        with record.transaction() as first:
            access.redeem(first, link)
        with pytest.raises(NotAuthentic):
            access.redeem(second, link)


def test_a_link_waits_for_a_quarter_of_an_hour(client: Client, record: Record) -> None:
    with record.transaction() as session:
        link = access.create_link(session, Role.admin, None)
        made = session.query(Credential).one()
        assert made.expires_at is not None
        assert made.expires_at - dt.datetime.now(dt.UTC) < dt.timedelta(minutes=15)
        made.expires_at -= dt.timedelta(minutes=15)
    assert client.get(f"/sign-in/{link}").status_code == 401


def test_signing_out_with_a_key_leaves_the_key_as_it_is(client: Client, admin: Headers, blue_badge: str) -> None:
    client.post("/sign-out", headers=admin)
    assert client.get("/v1/services", headers=admin).status_code == 200


def test_an_owner_sees_the_sessions_of_the_service_and_a_reader_their_own(
    client: Client, another: Enter, record: Record, blue_badge: str, admin: Headers
) -> None:
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
    owner = signed_in(client, record, Role.owner, blue_badge)
    reader = signed_in(another(), record, Role.reader, blue_badge)
    signed_in(another(), record, Role.owner, "parks")
    signed_in(another(), record)

    def roles(seer: Client, headers: Headers | None = None) -> list[str]:
        return [item["role"] for item in seer.get("/v1/sessions", headers=headers).json()["items"]]

    assert roles(reader) == ["reader"]
    assert roles(owner) == ["reader", "owner"]
    assert roles(another(), admin) == ["admin", "owner", "reader", "owner"]


def test_an_owner_ends_a_session_of_the_service_and_none_of_another(
    client: Client, another: Enter, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
    owner, reader = (signed_in(it, record, Role.owner, blue_badge) for it in (client, another()))
    stranger = signed_in(another(), record, Role.owner, "parks")
    number = number_of(record, reader.cookies["feedback_session"])
    assert stranger.delete(f"/v1/sessions/{number}", headers=OURS).status_code == 404
    assert owner.delete(f"/v1/sessions/{number}", headers=OURS).status_code == 204
    assert (is_in(reader), is_in(owner), is_in(stranger)) == (False, True, True)
    audit = owner.get("/v1/services/blue-badge/audit").json()["items"]
    assert audit[0]["act"] == "session end" and audit[0]["subject"] == f"session:{number}"


def test_no_session_ends_a_key_by_its_number(client: Client, record: Record, blue_badge: str) -> None:
    key = credential(record, "key", Role.owner, blue_badge)
    owner = enter(client, key)
    assert owner.delete(f"/v1/sessions/{number_of(record, key)}", headers=OURS).status_code == 404


def test_the_page_shows_who_is_signed_in_and_ends_a_session(staff: Client, another: Enter, record: Record) -> None:
    other = signed_in(another(), record)
    page = staff.get("/sessions")
    assert words_of(page).count("admin of all services") == 4  # two names, and again on their buttons
    number = number_of(record, other.cookies["feedback_session"])
    assert f'action="/sessions/{number}/end"' in page.text
    assert staff.post(f"/sessions/{number}/end", headers=OURS).url.path == "/sessions"
    assert (is_in(other), is_in(staff)) == (False, True)


def test_a_person_says_whether_they_get_mails_about_what_is_assigned_to_them(
    client: Client, record: Record, blue_badge: str
) -> None:
    person_signed_in(client, record, "Ada")
    assert 'value="yes" checked' in client.get("/sessions").text
    page = client.post("/sessions/mails", headers=OURS)
    assert "You get no e-mail when something is assigned to you" in words_of(page)
    assert 'value="yes" checked' not in page.text
    again = client.post("/sessions/mails", data={"assignment_mails": "yes"}, headers=OURS)
    assert "You get an e-mail when something is assigned to you" in words_of(again)


def test_who_is_no_person_has_no_mails_to_choose(client: Client, record: Record, blue_badge: str) -> None:
    signed_in(client, record)
    assert "E-mail me" not in client.get("/sessions").text
    assert client.post("/sessions/mails", headers=OURS).status_code == 403
