import pytest

from feedback.record.db import Record
from tests.ingest.pages.sending import Client, receipt_of, send, stored

pytestmark = pytest.mark.usefixtures("blue_badge")


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


def test_the_thanks_lead_to_the_receipt_in_another_language(client: Client) -> None:
    thanks = send(client)
    receipt = receipt_of(thanks)
    assert f'href="/receipts/{receipt}?lang=cy"' in thanks.text
    assert '<html lang="cy"' in client.get(f"/receipts/{receipt}?lang=cy").text
