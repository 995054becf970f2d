"""Members of staff come in by a link that a mail brings, and may at once no more than their roles say."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Role, links, people
from feedback.record.db import Record
from feedback.record.errors import Conflict, Malformed
from feedback.record.models import AuditEntry, Credential, Person
from tests.insights.mailbox import Box
from tests.insights.pages.people.entering import ANN, Browser, enter, is_in, path_in, printed
from tests.insights.pages.signed_in import OURS, Client, words_of

ANYBODY = "nobody@example.gov.uk"


def ask(browser: Client, email: str, **more: str) -> str:
    page = browser.post("/sign-in", data={"email": email, **more}, headers=OURS)
    assert page.status_code == 200
    return page.text


def test_a_link_that_was_asked_for_leads_on_and_works_once(
    browser: Client, another: Browser, box: Box, ann: str
) -> None:
    ask(browser, " Ann@Example.gov.uk ", next="/dashboard/parks")
    assert box.mails[0]["To"] == ANN and "Ann O'Hara" in str(box.mails[0].get_body(("plain",)))
    assert browser.get(path_in(box)).url.path == "/dashboard/parks"
    assert browser.get(path_in(box)).status_code == 401 and is_in(browser)


def test_a_link_that_was_asked_for_is_worth_nothing_in_another_browser(
    browser: Client, another: Browser, box: Box, ann: str
) -> None:
    ask(browser, ANN)
    thief = another()
    thief.cookies.set("feedback_browser", "made-up")
    for stranger in (another(), thief):
        assert "Open this link where you asked for it" in stranger.get(path_in(box)).text
        assert stranger.post(path_in(box), headers=OURS).status_code == 401
    assert browser.get(path_in(box)).url.path == "/dashboard"


def test_a_program_that_looks_at_every_link_of_a_mail_uses_none_up(browser: Client, record: Record, ann: str) -> None:
    link = f"/sign-in/{printed(record)}"
    assert "Sign in as Ann O'Hara" in words_of(browser.get(link)) and not is_in(browser)
    assert browser.post(link, headers={"Origin": "https://example.org"}).status_code == 403
    assert browser.post(link, headers=OURS).url.path == "/dashboard"
    assert browser.post(link, headers=OURS).status_code == 401


def test_nobody_is_told_who_is_on_the_staff(
    browser: Client, another: Browser, box: Box, record: Record, ann: str
) -> None:
    with record.transaction() as session:
        left = people.add(session, "Bob", "bob@example.gov.uk")
        people.appoint(session, left, Role.reader, access.service(session, "bins"), by="test")
        people.dismiss(session, left, access.service(session, "bins"), by="test")
    pages = [ask(another(), email) for email in (ANN, ANYBODY, "bob@example.gov.uk")]
    assert len(set(pages)) == 1 and [mail["To"] for mail in box.mails] == [ANN]
    assert browser.post("/sign-in", data={"email": "Ann"}, headers=OURS).status_code == 400


def test_a_mailbox_is_not_filled_by_whoever_asks(browser: Client, box: Box, ann: str) -> None:
    assert len({ask(browser, ANN) for _ in range(5)}) == 1
    assert len(box.mails) == links.MOST_FOR_ONE_FROM_ONE


def test_a_link_waits_for_a_quarter_of_an_hour(browser: Client, record: Record, ann: str) -> None:
    link = printed(record)
    with record.transaction() as session:
        made = session.scalars(select(Credential).where(Credential.kind == "link")).one()
        assert made.expires_at and made.expires_at - dt.datetime.now(dt.UTC) <= dt.timedelta(minutes=15)
        made.expires_at = dt.datetime.now(dt.UTC)
    assert browser.post(f"/sign-in/{link}", headers=OURS).status_code == 401


def test_a_person_sees_their_services_and_does_in_each_what_their_role_there_says(
    browser: Client, record: Record, ann: str
) -> None:
    enter(browser, record)
    assert [it["slug"] for it in browser.get("/v1/services").json()["items"]] == ["blue-badge", "parks"]
    rename = {"name": "Renamed"}
    answers = [browser.patch(f"/v1/services/{it}", json=rename, headers=OURS) for it in ("blue-badge", "parks", "bins")]
    assert [it.status_code for it in answers] == [403, 200, 404]
    [entry] = browser.get("/v1/services/parks/audit").json()["items"][:1]
    assert (entry["by"][:7], entry["name"], entry["act"]) == ("person:", "Ann O'Hara", "service set")


def test_another_role_holds_at_once(browser: Client, record: Record, ann: str) -> None:
    enter(browser, record)
    with record.transaction() as session:
        person, parks = people.require(session, ann), access.service(session, "parks")
        people.appoint(session, person, Role.reader, parks, by="test")
    assert browser.patch("/v1/services/parks", json={"name": "Mine"}, headers=OURS).status_code == 403


def test_who_leaves_is_out_at_once_everywhere(browser: Client, another: Browser, record: Record, ann: str) -> None:
    one, two, link = enter(browser, record), enter(another(), record), printed(record)
    feed = one.post("/v1/services/parks/feed", headers=OURS).json()["url"].partition("127.0.0.1")[2].partition("/")[2]
    with record.transaction() as session:
        people.dismiss(session, people.require(session, ann), access.service(session, "parks"), by="test")
    assert (another().get(f"/{feed}").status_code, is_in(two)) == (401, True)
    with record.transaction() as session:
        people.remove(session, people.require(session, ann), by="test")
    assert (is_in(one), is_in(two)) == (False, False)
    assert another().post(f"/sign-in/{link}", headers=OURS).status_code == 401
    with record.transaction() as session:
        assert session.scalars(select(Person.name)).one() == "Ann O'Hara"  # whom the audit names


def test_a_feed_address_outlives_the_session_that_asked_for_it_but_not_the_membership(
    browser: Client, another: Browser, record: Record, ann: str
) -> None:
    feed = enter(browser, record).post("/v1/services/parks/feed", headers=OURS).json()["url"].partition("/v1/")[2]
    browser.post("/sign-out", headers=OURS)
    assert another().get(f"/v1/{feed}").status_code == 200
    with record.transaction() as session:
        people.dismiss(session, people.require(session, ann), access.service(session, "parks"), by="test")
    assert another().get(f"/v1/{feed}").status_code == 401


def test_there_is_always_an_admin(record: Record, ann: str) -> None:
    with record.transaction() as session:
        people.appoint(session, people.require(session, ann), Role.admin, None, by="test")
    with pytest.raises(Conflict), record.transaction() as session:
        people.remove(session, people.require(session, ann), by="test")
    with pytest.raises(Conflict), record.transaction() as session:
        people.dismiss(session, people.require(session, ann), None, by="test")
    with record.transaction() as session:
        people.appoint(session, people.add(session, "Bob", "bob@example.gov.uk"), Role.admin, None, by="test")
        people.remove(session, people.require(session, ann), by="test")


def test_a_session_that_nobody_uses_ends_and_one_in_use_goes_on(browser: Client, record: Record, ann: str) -> None:
    def back(**columns: dt.timedelta) -> None:
        with record.transaction() as session:
            moved = {name: getattr(Credential, name) - by for name, by in columns.items()}
            session.execute(update(Credential).where(Credential.kind == "session").values(moved))

    hour = dt.timedelta(minutes=61)
    enter(browser, record)
    back(created_at=hour)
    assert is_in(browser)  # it was used, which is written down
    back(last_seen_at=hour)
    assert not is_in(browser)


def test_a_person_ends_their_own_sessions_all_at_once(
    browser: Client, another: Browser, record: Record, ann: str
) -> None:
    one, two = enter(browser, record), enter(another(), record)
    other = another()
    with record.transaction() as session:
        link = access.create_link(session, Role.owner, access.service(session, "bins"))
    other.get(f"/sign-in/{link}")
    page = words_of(one.get("/sessions"))
    assert page.count("as a member of staff") == 2 and "owner of bins" not in page
    one.post("/sessions/end", headers=OURS)
    assert (is_in(one), is_in(two), is_in(other)) == (False, False, True)


def test_links_and_sessions_that_ended_long_ago_are_forgotten_and_feed_addresses_stay(
    browser: Client, record: Record, ann: str
) -> None:
    enter(browser, record).post("/v1/services/parks/feed", headers=OURS)
    with record.transaction() as session:
        session.execute(update(Credential).values(expires_at=Credential.expires_at - links.KEPT_FOR))
        links.forget_old(session)
        assert sorted(session.scalars(select(Credential.kind))) == ["feed", "link", "session"]
        session.execute(update(Credential).values(expires_at=Credential.expires_at - links.KEPT_FOR))
        links.forget_old(session)
        assert session.scalars(select(Credential.kind)).all() == ["feed"]


def test_coming_in_stands_in_the_audit(browser: Client, record: Record, ann: str) -> None:
    enter(browser, record)
    with record.transaction() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.act == "sign in"))
        assert entry.by == f"person:{people.require(session, ann).id}"


def test_without_a_mail_server_the_page_asks_for_a_key_alone(client: Client, blue_badge: str) -> None:
    page = client.get("/sign-in").text
    assert "API key" in page and "E-mail address" not in page


@pytest.mark.parametrize(
    "words", ["/dashboard/\n\nSend your password to http://evil.example", "/dashboard/ Call 0123", '/dashboard/"><b>']
)
def test_who_asks_for_a_link_puts_no_words_of_theirs_into_the_mail(
    browser: Client, box: Box, ann: str, words: str
) -> None:
    ask(browser, ANN, next=words)
    parts = [box.mails[0].get_body((kind,)) for kind in ("plain", "html")]
    assert all(part and "next" not in part.get_content() and "evil" not in part.get_content() for part in parts)
    assert browser.get(path_in(box)).url.path == "/dashboard"


def test_a_session_that_was_opened_for_less_ends_when_its_person_is_given_more(
    browser: Client, another: Browser, record: Record, ann: str
) -> None:
    """Who invites where no mail goes out is shown the link: what they open by it must not become an admin's."""
    one, link = enter(browser, record), printed(record)
    with record.transaction() as session:
        person, parks = people.require(session, ann), access.service(session, "parks")
        people.appoint(session, person, Role.editor, parks, by="test")
        people.appoint(session, person, Role.editor, access.service(session, "blue-badge"), by="test")
    assert is_in(one)
    with record.transaction() as session:
        people.appoint(session, people.require(session, ann), Role.admin, None, by="test")
    assert not is_in(one) and another().post(f"/sign-in/{link}", headers=OURS).status_code == 401
    with record.transaction() as session:
        people.appoint(session, people.require(session, ann), Role.owner, access.service(session, "bins"), by="test")
    assert is_in(enter(another(), record))


def test_an_address_that_looks_the_same_in_small_letters_is_another(record: Record, ann: str) -> None:
    with record.transaction() as session:
        kim = people.add(session, "Kim", "KIM@example.gov.uk")
        assert people.find(session, "kim@Example.gov.uk") is kim
        assert people.find(session, "\N{KELVIN SIGN}im@example.gov.uk") is None
        for name in ("Kim\x1b[2J", "Kim \u202emik"):
            with pytest.raises(Malformed):
                people.add(session, name, "kim2@example.gov.uk")
