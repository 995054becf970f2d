"""Alerts by e-mail, taken in by a real SMTP server."""

from dataclasses import replace
from email.message import EmailMessage
from typing import Any
from xml.etree import ElementTree

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import update

from feedback.record.db import Record
from feedback.record.models import Issue, Service, Subscription
from insights.presentation.certainty import odds
from tests.insights.alerts.people import subscribe, urgent_piece
from tests.insights.mailbox import Box
from tests.insights.raising import make_due, raise_signal, subscription, tell_again, waiting
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]


@pytest.fixture
def posting(local: Worker, box: tuple[Box, str]) -> Worker:
    """A worker with a mail server."""
    settings = replace(local.record.settings, smtp_url=box[1], mail_from="Feedback <alerts@town.example.org>")
    return replace(local, record=Record(settings, local.record.engine))


def text(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_mail_says_what_since_when_how_many_and_how_sure(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin)
    signal = raise_signal(posting.record)
    deliver(posting)
    [mail] = box[0].mails
    assert mail["Subject"] == "[Blue Badge] New problem: Photo upload fails"
    assert (mail["To"], mail["From"]) == ("team@example.org", "Feedback <alerts@town.example.org>")
    assert mail.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        words = text(mail, kind)
        assert "12 reports" in words
        assert "(normally none or one in that time)" in words
        assert "since" in words
        assert "By chance alone, so many would come together" in words
        assert "website 10, phone 2" in words
        assert f"/dashboard/issues/{signal.issue_id}" in words


def test_its_headers_are_those_of_a_list_that_one_click_leaves(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin)
    signal = raise_signal(posting.record)
    deliver(posting)
    [mail] = box[0].mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<blue-badge.alerts.town.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@town.example.org>")
    assert mail["References"] == f"<{signal.issue_id}@town.example.org>"
    assert mail["Date"].datetime.tzinfo is not None
    path = mail["List-Unsubscribe"].strip("<>").removeprefix(posting.record.settings.url)
    asked = api.get(path)
    assert asked.status_code == 200
    assert '<form method="post">' in asked.text
    assert subscription(posting.record).state == "active"
    form = {"List-Unsubscribe": "One-Click"}
    assert api.post(path, data=form).status_code == 200
    assert subscription(posting.record).state == "ended"
    assert api.post(path, data=form).status_code == 200
    raise_signal(posting.record)
    assert waiting(posting.record) == []


def test_nobody_is_unsubscribed_by_a_guess(api: Client, admin: Headers, blue_badge: str) -> None:
    identity = subscribe(api, admin)["id"]
    assert api.post(f"/unsubscribe/{identity}/{'0' * 32}").status_code == 404
    assert api.get(f"/unsubscribe/{identity}/é").status_code == 404


def test_what_is_due_together_comes_in_one_mail_and_the_urgent_by_itself(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin, digest="daily")
    for _ in range(3):
        raise_signal(posting.record)
    deliver(posting)
    assert box[0].mails == []
    urgent_piece(posting)
    deliver(posting)
    make_due(posting.record)
    deliver(posting)
    urgent, digest = box[0].mails
    assert (urgent["Importance"], urgent["Subject"]) == ("high", "[Blue Badge] Urgent: somebody may be in danger")
    assert "Please help me at once" in text(urgent, "plain")
    assert "/dashboard/feedback/" in text(urgent, "plain")
    assert digest["Subject"] == "[Blue Badge] New problem: Photo upload fails and 2 more"
    assert text(digest, "plain").count("12 reports") == 3
    assert waiting(posting.record) == []


def test_a_title_breaks_neither_headers_nor_html(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin)
    raise_signal(posting.record)
    with posting.record.transaction() as session:
        session.execute(update(Issue).values(title="Ŵ <b>x</b>\r\nBcc: all@example.org " + "long " * 50))
    deliver(posting)
    [mail] = box[0].mails
    assert mail["Bcc"] is None
    assert "<b>x" not in text(mail, "html")
    assert "Ŵ <b>x</b>" in text(mail, "plain")


def test_a_refusal_is_recorded_and_tried_again(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin)
    raise_signal(posting.record)
    box[0].answer = "451 greylisted"
    deliver(posting)
    [attempt] = api.get("/v1/deliveries", headers=admin).json()["items"]
    assert (attempt["outcome"], attempt["status"], attempt["answer"]) == ("failed", 451, "greylisted")
    box[0].answer = "250 OK"
    make_due(posting.record)
    deliver(posting)
    assert len(box[0].mails) == 1


def test_without_a_mail_server_the_attempt_says_so(local: Worker, api: Client, admin: Headers, blue_badge: str) -> None:
    subscribe(api, admin)
    raise_signal(local.record)
    deliver(local)
    [attempt] = api.get("/v1/deliveries", headers=admin).json()["items"]
    assert attempt["reason"] == "FEEDBACK_SMTP_URL is not set"


def test_an_owner_is_told_by_mail_that_a_webhook_was_switched_off(
    posting: Worker, box: tuple[Box, str], subscribed: dict[str, Any], hook: Receiver
) -> None:
    hook.answers = lambda _: (410, {}, b"")
    raise_signal(posting.record)
    deliver(posting)
    deliver(posting)
    [mail] = box[0].mails
    assert mail["To"] == "owner@example.org"
    assert "switched off" in mail["Subject"]
    assert "410" in text(mail, "plain")
    with posting.record.transaction() as session:
        assert session.get_one(Subscription, subscription(posting.record).id).state == "ended"


def test_growth_comes_in_the_same_thread(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin)
    signal = raise_signal(posting.record)
    deliver(posting)
    tell_again(posting.record, signal, observed=50)
    deliver(posting)
    first, second = box[0].mails
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize(
    ("score", "says"),
    [(12.0, "below 1 in a billion"), (7.2, "about 1 in 16,000,000"), (3.0, "about 1 in 1,000"), (0.5, "about 1 in 3")],
)
def test_sureness_is_said_in_round_numbers(score: float, says: str) -> None:
    assert odds(score) == says


def test_a_name_of_a_service_breaks_no_message(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin)
    raise_signal(posting.record)
    with posting.record.transaction() as session:
        session.execute(update(Service).values(name="Blue\r\nBcc: all@example.org\x07 Badge"))
    deliver(posting)
    [got] = box[0].mails
    assert got["Subject"] == "[Blue Bcc: all@example.org Badge] New problem: Photo upload fails"
    feed = api.get("/v1/services/blue-badge/feed.atom", headers=admin).content
    assert ElementTree.fromstring(feed)[1].text == "Blue\nBcc: all@example.org Badge: what citizens tell"


def test_a_mail_is_in_the_language_of_its_subscription(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin, language="cy")
    raise_signal(posting.record)
    deliver(posting)
    [mail] = box[0].mails
    assert mail["Subject"] == "[Blue Badge] Problem newydd: Photo upload fails"
    assert "12 o adroddiadau" in text(mail, "plain") and "Dad-danysgrifio: http" in text(mail, "plain")
    assert '<html lang="cy"' in text(mail, "html")


def test_a_mail_calls_an_issue_by_its_title_in_the_language_of_its_subscription(
    posting: Worker, box: tuple[Box, str], api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin, language="cy")
    signal = raise_signal(posting.record)
    with posting.record.transaction() as session:
        told = session.get_one(Issue, signal.issue_id)
        told.titles = {"en": told.title, "cy": "Methu llwytho'r llun"}
    deliver(posting)
    [mail] = box[0].mails
    assert mail["Subject"] == "[Blue Badge] Problem newydd: Methu llwytho'r llun"


def test_a_language_that_mails_are_not_written_in_is_refused(api: Client, admin: Headers, blue_badge: str) -> None:
    wanted = {"kind": "email", "service": "blue-badge", "address": "team@example.org", "language": "tlh"}
    refused = api.post("/v1/subscriptions", json=wanted, headers=admin)
    assert refused.status_code == 400 and "language" in refused.text
