import re

import pytest

from feedback.record import access, services
from feedback.record.db import Record
from tests.ingest.pages.sending import FORM, Client, send

pytestmark = pytest.mark.usefixtures("blue_badge")


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
