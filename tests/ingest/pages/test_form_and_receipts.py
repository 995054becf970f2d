import html
import re
from collections.abc import Mapping

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Feedback
from feedback.record.privacy import contacts, raw

Client = TestClient[Litestar]

FORM = "/services/blue-badge/feedback"
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


def send(client: Client, words: str = "The photo will not upload", **fields: str) -> Response:
    return client.post(FORM, data={"message": words, "contact": "", "page_url": "", "key": "one-form", **fields})


def receipt_of(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    found = CODE.search(answer.text)
    assert found
    return found[0]


def stored(record: Record) -> list[Feedback]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback)))


def said(record: Record) -> Mapping[str, object]:
    [piece] = stored(record)
    with record.transaction() as session:
        return raw.read(session, record.keys, [piece.id])[piece.id]


@pytest.fixture(autouse=True)
def _service(blue_badge: str) -> None:
    """Each test finds the service there."""


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


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_service_is_a_page_that_says_so(client: Client, method: str) -> None:
    page = client.request(method, "/services/no-such/feedback", headers={"Accept-Language": "cy"})
    assert page.status_code == 404 and "text/html" in page.headers["content-type"]
    assert "Heb ddod o hyd" in page.text


def test_an_address_that_nothing_is_at_is_a_page_for_browsers_and_problem_details_for_programs(client: Client) -> None:
    assert "Page not found" in client.get("/no-such", headers={"Accept": "text/html,*/*"}).text
    assert client.get("/no-such").headers["content-type"] == "application/problem+json"
    api = client.get("/v1/receipts/no-such", headers={"Accept": "text/html"})
    assert api.status_code == 404 and api.headers["content-type"] == "application/problem+json"


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


def test_the_receipt_is_found_by_its_code_as_people_type_it(client: Client) -> None:
    receipt = receipt_of(send(client))
    page = client.post("/receipts", data={"code": receipt.lower().replace("-", " ")})
    assert page.status_code == 200 and page.url.path == f"/receipts/{receipt}"
    assert "Your feedback about Blue Badge" in page.text and "read shortly" in page.text


@pytest.mark.parametrize(("code", "complaint"), [("", "Enter your receipt code"), ("7K3M", "There is no receipt")])
def test_a_code_that_is_none_is_asked_for_again(client: Client, code: str, complaint: str) -> None:
    page = client.post("/receipts", data={"code": code})
    assert page.status_code == 400 and complaint in page.text and f'value="{code}"' in page.text


def test_an_unknown_receipt_is_a_page_that_says_so(client: Client) -> None:
    page = client.get("/receipts/7K3M-Q2ZD-98VX-4HTN")
    assert page.status_code == 404 and "check each letter and figure" in page.text


def test_taking_it_back_erases_it_and_the_receipt_says_so(client: Client, record: Record) -> None:
    receipt = receipt_of(send(client))
    assert f'action="/receipts/{receipt}/take-back?lang=en"' in client.get(f"/receipts/{receipt}").text
    page = client.post(f"/receipts/{receipt}/take-back?lang=en")
    assert page.status_code == 200 and page.url.path == f"/receipts/{receipt}"
    assert "You have taken this feedback back" in page.text and "<form" not in page.text
    assert [piece.stage for piece in stored(record)] == ["withdrawn"]


def test_looking_at_it_takes_nothing_back(client: Client, record: Record) -> None:
    receipt = receipt_of(send(client))
    assert client.get(f"/receipts/{receipt}/take-back").status_code == 405
    assert [piece.stage for piece in stored(record)] == ["clean"]


@pytest.mark.parametrize("path", [FORM, "/receipts", "/receipts/unknown", "/services/no-such/feedback"])
def test_every_page_forbids_scripts_frames_referrers_and_keeping(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


def test_the_style_sheet_may_be_kept_for_ever_since_its_address_changes_with_it(client: Client) -> None:
    found = re.search(r'href="([^"]+/citizen\.css)"', client.get(FORM).text)
    assert found
    sheet = client.get(found[1])
    assert sheet.status_code == 200 and sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["content-encoding"] == "gzip"
    plain = client.get(found[1], headers={"Accept-Encoding": "identity"})
    assert plain.text == sheet.text and "content-encoding" not in plain.headers
    assert client.get("/static/citizen/older/citizen.css").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["no-such.css", "..%2fpages.py", "wording.py"])
def test_nothing_else_is_handed_out(client: Client, name: str) -> None:
    assert client.get(f"/static/citizen/any/{name}").status_code == 404


def test_the_widget_is_for_every_site_and_looked_at_anew_each_hour(client: Client) -> None:
    script = client.get("/widget.js")
    assert "data-service" in script.text and "javascript" in script.headers["content-type"]
    assert script.headers["cache-control"] == "public, max-age=3600"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304 and again.text == ""


def test_a_service_may_have_its_own_colour_where_it_can_be_read(client: Client, record: Record) -> None:
    assert "colour.css" not in client.get(FORM).text

    def sheet(colour: str) -> str:
        with record.transaction() as session:
            services.set_properties(access.service(session, "blue-badge"), {"colour": colour})
        assert 'href="/services/blue-badge/colour.css"' in client.get(FORM).text
        answer = client.get("/services/blue-badge/colour.css")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/css")
        return answer.text

    assert "--brand: #00703c;" in sheet("#00703c")
    assert sheet("#ffdd00") == ""
    assert "--brand: #767676;" in sheet("#767676") and sheet("#777777") == ""


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


def test_the_thanks_lead_to_the_receipt_in_another_language(client: Client) -> None:
    thanks = send(client)
    receipt = receipt_of(thanks)
    assert f'href="/receipts/{receipt}?lang=cy"' in thanks.text
    assert '<html lang="cy"' in client.get(f"/receipts/{receipt}?lang=cy").text


def test_the_first_page_names_services_in_its_language_and_leads_on_in_it(client: Client, record: Record) -> None:
    with record.transaction() as session:
        found = access.service(session, "blue-badge")
        services.set_properties(found, {"names": {"cy": "Bathodyn Glas"}})
    page = client.get("/?lang=cy")
    assert '<html lang="cy"' in page.text and ">Bathodyn Glas</bdi>" in page.text
    assert 'href="/services/blue-badge/feedback?lang=cy"' in page.text and 'href="/?lang=en"' in page.text
    assert "Blue Badge</bdi>" in client.get("/").text


def test_an_error_says_that_nothing_was_stored_only_where_something_was_sent(client: Client) -> None:
    sent = send(client, "x" * 300_000)
    assert sent.status_code == 413 and "Your feedback was not stored." in sent.text
    assert 'href="/services/blue-badge/feedback?lang=en"' in sent.text
    lost = client.get("/services/nowhere/feedback")
    assert lost.status_code == 404 and "not stored" not in lost.text and 'href="/?lang=en"' in lost.text
