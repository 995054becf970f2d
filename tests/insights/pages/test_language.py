"""Pages of staff speak the language that somebody chose, or that their browser asks for."""

from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.http.language import COOKIE as LANGUAGE_COOKIE
from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Issue, Person
from insights.pages.people import mails
from tests.insights import made_up
from tests.insights.mailbox import Box
from tests.insights.pages.signed_in import person_signed_in, signed_in

WELSH_BROWSER = {"Accept-Language": "cy-GB,cy;q=0.9,en;q=0.8"}


def test_a_page_is_in_the_language_of_the_browser(client: TestClient[Litestar]) -> None:
    assert '<html lang="en-GB" dir="ltr">' in client.get("/sign-in").text
    assert '<html lang="cy" dir="ltr">' in client.get("/sign-in", headers=WELSH_BROWSER).text


def test_a_link_on_the_page_leads_back_to_it_in_the_other_language_which_stays(client: TestClient[Litestar]) -> None:
    page = client.get("/sign-in?next=/dashboard/x")
    assert 'href="/language?to=cy&amp;next=/sign-in%3Fnext%3D/dashboard/x"' in page.text
    back = client.get("/language?to=cy&next=/sign-in%3Fnext%3D/dashboard/x")
    assert str(back.url).endswith("/sign-in?next=/dashboard/x") and 'lang="cy"' in back.text
    assert '<html lang="cy"' in client.get("/sign-in").text
    assert '<html lang="en-GB"' in client.get("/language?to=en&next=/sign-in", headers=WELSH_BROWSER).text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
def test_nobody_is_led_elsewhere_by_it(client: TestClient[Litestar], elsewhere: str) -> None:
    answer = client.get("/language", params={"to": "cy", "next": elsewhere}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_language_that_nobody_speaks_here_changes_nothing(client: TestClient[Litestar]) -> None:
    answer = client.get("/language?to=tlh&next=/sign-in", follow_redirects=False)
    assert "set-cookie" not in answer.headers


def test_the_api_speaks_english_whoever_asks(client: TestClient[Litestar], admin: dict[str, str]) -> None:
    answer = client.get("/v1/services", headers=admin | WELSH_BROWSER)
    assert answer.status_code == 200 and answer.json()["items"] == []


def test_an_issue_is_shown_by_its_title_in_the_language_of_the_page_and_marked_where_it_has_none(
    client: TestClient[Litestar], record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        issue = made_up.emerging(session, blue_badge)
        issue.title, issue.titles = "Photo fails", {"en": "Photo fails", "cy": "Mae'r llun yn methu"}
        page = f"/dashboard/issues/{issue.id}"
    staff = signed_in(client, record)
    assert "<h1><bdi>Photo fails</bdi></h1>" in staff.get(page).text
    assert "<h1><bdi>Mae&#39;r llun yn methu</bdi></h1>" in staff.get(page, headers=WELSH_BROWSER).text
    assert "<bdi>Mae&#39;r llun yn methu</bdi>" in staff.get("/dashboard/blue-badge", headers=WELSH_BROWSER).text
    with record.transaction() as session:
        session.get_one(Issue, issue.id).titles = {"en": "Photo fails"}
    assert '<bdi lang="en">Photo fails</bdi>' in staff.get(page, headers=WELSH_BROWSER).text


def test_every_list_names_an_issue_in_the_language_of_the_page_and_orders_by_that_name(
    client: TestClient[Litestar], record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        photo = made_up.emerging(session, blue_badge)
        photo.title, photo.titles = "Photo fails", {"en": "Photo fails", "cy": "Methu llwytho llun"}
        other = made_up.issue(session, blue_badge, "Zebra crossing")
        other.titles = {"en": "Zebra crossing", "cy": "Croesfan"}
        said = made_up.report(session, other, "The zebra crossing is faded")
        said.verdicts = [{"name": "repeat", "reason": "word for word the same within a day; who sent it is not known"}]
        paths = [
            f"/dashboard/feedback/{said.id}",
            f"/dashboard/issues/{other.id}/sort",
            "/dashboard/blue-badge/feedback",
        ]
    staff = signed_in(client, record)
    lists = ["/dashboard/blue-badge/feedback", "/search?q=zebra", "/dashboard/blue-badge/search?q=zebra"]
    for path in paths + lists:
        assert "<bdi>Croesfan</bdi>" in staff.get(path, headers=WELSH_BROWSER).text, path
        assert "<bdi>Croesfan</bdi>" not in staff.get(path).text, path
    assert "yr un peth air am air" in staff.get(paths[0], headers=WELSH_BROWSER).text
    listed = "/dashboard/blue-badge?sort=title&up=yes"
    welsh, english = staff.get(listed, headers=WELSH_BROWSER).text, staff.get(listed).text
    assert welsh.rindex("<bdi>Croesfan") < welsh.rindex("<bdi>Methu llwytho llun")
    assert english.rindex("<bdi>Photo fails") < english.rindex("<bdi>Zebra crossing")


def test_every_page_names_a_service_in_the_language_of_the_page(
    client: TestClient[Litestar], record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, blue_badge), {"names": {"cy": "Bathodyn Glas"}})
        services.add(session, "parks", "Parks")
        issue = made_up.emerging(session, blue_badge)
        held = made_up.report(session, issue, "The photo fails")
    of_service = ("", "/feedback", "/alerts", "/outcomes", "/quality", "/channels", "/changes", "/compare", "/reach")
    paths = [f"/dashboard/blue-badge{it}" for it in (*of_service, "/enter", "/person", "/tolerance", "/bring", "/feed")]
    paths += [f"/dashboard/issues/{issue.id}", f"/dashboard/feedback/{held.id}", f"/dashboard/issues/{issue.id}/merge"]
    staff = signed_in(client, record)
    for path in (*paths, "/dashboard", "/search?q=photo", "/setup", "/staff", "/keys"):
        welsh, english = staff.get(path, headers=WELSH_BROWSER).text, staff.get(path).text
        assert "Bathodyn Glas" in welsh and ">Blue Badge<" not in welsh, path
        assert "Blue Badge" in english and "Bathodyn Glas" not in english, path
    assert 'value="Blue Badge"' in staff.get("/dashboard/blue-badge/settings", headers=WELSH_BROWSER).text


def test_the_api_gives_the_titles_by_language_until_a_person_gives_one(
    client: TestClient[Litestar], record: Record, blue_badge: str, admin: dict[str, str]
) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge, "Photo fails")
        issue.titles = {"en": "Photo fails", "cy": "Mae'r llun yn methu"}
        made_up.report(session, issue, "The photo fails")
        path = f"/v1/issues/{issue.id}"
    assert client.get(path, headers=admin).json()["titles"] == {"en": "Photo fails", "cy": "Mae'r llun yn methu"}
    renamed = client.patch(path, json={"title": "Photographs"}, headers=admin).json()
    assert (renamed["title"], renamed["titles"]) == ("Photographs", {})


def test_what_a_member_of_staff_chose_is_kept_with_their_account_on_every_device(
    client: TestClient[Litestar], record: Record, blue_badge: str
) -> None:
    ann = person_signed_in(client, record, "Ann")
    assert 'lang="cy"' in ann.get("/language?to=cy&next=/dashboard").text
    ann.cookies.delete(LANGUAGE_COOKIE)
    assert '<html lang="cy"' in ann.get("/dashboard").text  # as on another device, whose browser asks for English
    assert '<html lang="en-GB"' in ann.get("/dashboard?lang=en").text
    elsewhere = ann.get("/language?to=en&next=/dashboard", headers={"Sec-Fetch-Site": "cross-site"})
    ann.cookies.delete(LANGUAGE_COOKIE)
    assert elsewhere.status_code == 200 and '<html lang="cy"' in ann.get("/dashboard").text
    assert "Fe’i cedwir gyda’ch cyfrif." in ann.get("/sessions").text
    with record.transaction() as session:
        assert session.scalars(select(Person.language)).one() == "cy"


def test_mails_to_a_member_of_staff_are_in_their_language_whoever_asks_for_them(
    record: Record, box: tuple[Box, str]
) -> None:
    settings = replace(record.settings, smtp_url=box[1])
    for language in ("cy", None):
        assert mails.send_link(settings, Person(name="Ann", email="ann@example.org", language=language), "x")
    welsh, english = (mail["Subject"] for mail in box[0].mails)
    assert english == "Sign in to Citizen feedback" and welsh != english
