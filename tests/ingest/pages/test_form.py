import html
import re

import pytest

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.privacy import contacts
from tests.ingest.pages.sending import FORM, Client, receipt_of, said, send, stored

pytestmark = pytest.mark.usefixtures("blue_badge")


def test_the_form_needs_nothing_but_html(client: Client) -> None:
    page = client.get(FORM)
    assert page.status_code == 200 and "text/html" in page.headers["content-type"]
    assert "Tell us about Blue Badge" in page.text
    assert "<script" not in page.text and "set-cookie" not in page.headers


def test_what_is_sent_is_stored_and_its_receipt_shown(client: Client, record: Record) -> None:
    receipt = receipt_of(send(client, "Line one\r\nline two", contact="sam@example.org"))
    assert [piece.receipt for piece in stored(record)] == [receipt]
    assert said(record)["message"] == "Line one\nline two"
    with record.transaction() as session:
        assert list(contacts.read(session, record.keys, [piece.id for piece in stored(record)]).values()) == [
            "sam@example.org"
        ]


def test_a_reload_of_the_thanks_stores_nothing_twice(client: Client, record: Record) -> None:
    assert receipt_of(send(client)) == receipt_of(send(client))
    assert len(stored(record)) == 1


def test_going_back_and_saying_something_else_is_a_new_piece(client: Client, record: Record) -> None:
    assert receipt_of(send(client)) != receipt_of(send(client, "And the phone is always busy"))
    assert len(stored(record)) == 2


def test_nobody_can_tell_the_words_from_what_is_kept_for_repeats(client: Client, record: Record) -> None:
    send(client)
    [piece] = stored(record)
    assert piece.external_id is not None and "one-form" not in piece.external_id and "photo" not in piece.external_id


def test_each_form_has_a_key_of_its_own(client: Client) -> None:
    keys = {re.search(r'name="key" value="([^"]+)"', client.get(FORM).text)[1] for _ in range(2)}  # type: ignore[index]
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"words": "  \r\n"}, "Enter your feedback"),
        ({"words": "x" * 5_001}, "must be 5,000 characters or fewer"),
        ({"contact": "x" * 201}, "must be 200 characters or fewer"),
    ],
)
def test_what_is_wrong_is_said_on_the_form_and_nothing_is_lost(
    client: Client, record: Record, fields: dict[str, str], complaint: str
) -> None:
    page = send(client, **fields)
    assert page.status_code == 400
    assert complaint in page.text and "There is a problem" in page.text
    assert 'name="key" value="one-form"' in page.text
    assert fields.get("words", "The photo will not upload").strip() in page.text
    assert stored(record) == []


def test_a_line_break_counts_as_one_character_as_the_citizen_counts_it(client: Client, record: Record) -> None:
    receipt_of(send(client, "\r\n".join(["x"] * 2_500)))
    assert len(stored(record)) == 1


def test_what_was_typed_comes_back_escaped(client: Client) -> None:
    page = send(client, contact='"><script>alert(1)</script>' + "x" * 200)
    assert page.status_code == 400 and "<script" not in page.text


def test_too_long_a_body_is_refused_with_a_page(client: Client, record: Record) -> None:
    page = send(client, "x" * 70_000)
    assert page.status_code == 413 and "That is too long" in page.text
    assert stored(record) == []


def test_bytes_that_are_no_text_are_refused_with_a_page(client: Client) -> None:
    page = client.post(FORM, content=b"message=%ff%fe", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert page.status_code in (200, 400) and "text/html" in page.headers["content-type"]


@pytest.mark.parametrize(
    ("query", "accepts", "title"),
    [
        ("", "", "Tell us about"),
        ("", "cy-GB,en;q=0.5", "Dywedwch wrthym am"),
        ("", "fr, cy;q=0.4, en;q=0.8", "Tell us about"),
        ("", "cy;q=0", "Tell us about"),
        ("", "cy;q=nonsense,,;", "Tell us about"),
        ("?lang=cy", "en", "Dywedwch wrthym am"),
        ("?lang=xx", "cy", "Dywedwch wrthym am"),
    ],
)
def test_the_page_speaks_the_language_asked_for_or_that_of_the_browser(
    client: Client, query: str, accepts: str, title: str
) -> None:
    assert title in client.get(FORM + query, headers={"Accept-Language": accepts}).text


def test_a_service_of_one_language_offers_no_other(client: Client, record: Record) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"languages": ["en"]})
    page = client.get(FORM + "?lang=cy")
    assert "Tell us about" in page.text and "Cymraeg" not in page.text


def test_the_thanks_and_errors_keep_the_language(client: Client) -> None:
    data = {"message": "Nid yw'r llun yn llwytho", "key": "k"}
    assert "Diolch" in client.post(FORM + "?lang=cy", data=data).text
    assert "Mae problem" in client.post(FORM + "?lang=cy", data={"message": ""}).text


def test_the_page_that_the_citizen_came_from_is_kept_with_it(client: Client, record: Record) -> None:
    page = client.get(FORM, params={"page_url": "https://www.example.org/apply"})
    assert 'name="page_url" value="https://www.example.org/apply"' in page.text
    send(client, page_url="https://www.example.org/apply")
    assert said(record)["page_url"] == "https://www.example.org/apply"


@pytest.mark.parametrize("contact", ["ring me", "Sam <sam@example.org>", "a@example.org b@example.org"])
def test_what_is_no_address_is_said_kindly_and_what_was_entered_is_kept(
    client: Client, record: Record, contact: str
) -> None:
    page = send(client, contact=contact)
    assert page.status_code == 400 and "Enter one e-mail address or one telephone number" in page.text
    assert f'value="{html.escape(contact)}"' in page.text and "The photo will not upload" in page.text
    assert stored(record) == []
    welsh = client.post(f"{FORM}?lang=cy", data={"message": "Helo", "contact": contact})
    assert "Rhowch un cyfeiriad e-bost neu un rhif ffôn" in welsh.text


def test_the_form_of_another_client_leads_to_no_receipt_of_mine(client: Client, record: Record) -> None:
    mine = receipt_of(send(client))
    client.headers["User-Agent"] = "another"
    assert receipt_of(send(client)) != mine
    assert len(stored(record)) == 2


def test_another_language_shows_a_faulty_form_again_with_what_was_typed_and_stores_nothing(
    client: Client, record: Record
) -> None:
    faulty = send(client, contact="sam")
    assert '<button form="feedback" formaction="/services/blue-badge/feedback?lang=cy" name="again"' in faulty.text
    fields = {"message": "The photo will not upload", "contact": "sam@example.org", "key": "one-form", "again": "yes"}
    page = client.post(f"{FORM}?lang=cy", data=fields)
    assert page.status_code == 200 and '<html lang="cy"' in page.text
    assert "The photo will not upload" in page.text and 'value="sam@example.org"' in page.text
    assert stored(record) == []
