"""Alerts on the dashboard: subscribe, look back, be left alone, see what was sent."""

import re
import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Alert, Delivery, Issue, Quiet, Subscription, Theme, ThemeIssue
from insights.pages.alerts_page import describe_filters
from tests.insights.alerts.people import subscribe
from tests.insights.pages.signed_in import OURS, signed_in, words_of
from tests.insights.raising import raise_signal, subscription, waiting
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker

Client = TestClient[Litestar]

PAGE = "/dashboard/blue-badge/alerts"


@pytest.fixture
def staff(api: Client, record: Record, blue_badge: str) -> Client:
    return signed_in(api, record)


def post(client: Client, path: str, **fields: Any) -> Any:
    return client.post(path, data=fields, headers=OURS)


def form(client: Client, **fields: Any) -> dict[str, Any]:
    """What the page's form posts, with these fields filled in."""
    key = re.search(r'name="key" value="([^"]+)"', client.get(PAGE).text)
    assert key
    return {"kind": "email", "to": "team@example.org", "digest": "at_once", "key": key[1], "do": "subscribe", **fields}


def subscriptions(record: Record) -> list[Subscription]:
    with record.transaction() as session:
        return list(session.scalars(select(Subscription)))


def path_of(record: Record) -> str:
    return f"/dashboard/subscriptions/{subscription(record).id}"


def test_who_subscribes_by_mail_where_none_goes_out_is_told_that(staff: Client) -> None:
    told = "E-mail is not set up here: nothing is sent until it is."
    page = post(staff, PAGE, **form(staff))
    assert "Subscribed" in page.text and told in page.text and 'href="/setup/installation/mail"' in page.text
    chat = post(staff, PAGE, **form(staff, kind="chat", to="ntfys://ntfy.example.org/town"))
    assert "Subscribed" in chat.text and told not in chat.text


def test_before_subscribing_one_sees_what_it_would_have_sent(staff: Client, record: Record) -> None:
    raise_signal(record)
    raise_signal(record, kind="surge", channels={"call": 12})
    page = words_of(post(staff, PAGE, **form(staff, do="preview", kinds=["new"])))
    assert (
        "This would have sent you this alert in the last 90 days" in page and "New problem: Photo upload fails" in page
    )
    assert "these 2 alerts" in words_of(post(staff, PAGE, **form(staff, do="preview")))
    assert "no alert" in words_of(post(staff, PAGE, **form(staff, do="preview", least="50")))
    assert subscriptions(record) == []


def test_what_was_ticked_is_what_it_hears(staff: Client, record: Record) -> None:
    wanted = form(staff, kinds=["new", "urgent"], channels=["call"], least="5", name="The web team")
    page = words_of(post(staff, PAGE, **wanted))
    assert "The web team" in page and "New problem or urgent; by phone; from 5 reports on" in page
    [made] = subscriptions(record)
    assert made.filters == {"kinds": ["new", "urgent"], "channels": ["call"], "least": 5}
    assert "The web team" in words_of(staff.get(PAGE))


def test_a_webhooks_secret_is_shown_once_and_a_form_sent_again_makes_no_second(
    staff: Client, record: Record, hook: Receiver
) -> None:
    wanted = form(staff, kind="webhook", to=hook.url)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", post(staff, PAGE, **wanted).text)
    assert secret and secret[0] in post(staff, PAGE, **wanted).text
    assert len(subscriptions(record)) == 1
    assert "whsec_" not in staff.get(path_of(record)).text


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"to": "nobody"}, "Enter an e-mail address to send alerts to"),
        ({"kind": "webhook", "to": "http://169.254.169.254/"}, "Enter an address that begins with https://"),
        ({"kind": "webhook", "to": ""}, "Enter an address that begins with https://"),
        ({"contact": "nobody"}, "Enter the e-mail address of whoever looks after it"),
        ({"least": "many"}, "must be a number"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_what_was_typed(
    fields: dict[str, str], complaint: str, staff: Client, record: Record
) -> None:
    answer = post(staff, PAGE, **form(staff, name="Typed before", **fields))
    assert answer.status_code == 400
    assert complaint in answer.text and 'value="Typed before"' in answer.text
    assert subscriptions(record) == []


def test_an_alert_is_seen_with_its_delivery_acknowledged_and_sent_again(
    staff: Client, local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    raise_signal(local.record)
    deliver(local)
    path = path_of(local.record)
    page = words_of(staff.get(path))
    assert "New problem: Photo upload fails" in page and "12 reports" in page and "Delivered (204)" in page
    with local.record.transaction() as session:
        alert = session.scalars(select(Alert.id).where(Alert.subscription_id.is_not(None))).one()
        attempt = session.scalars(select(Delivery.id)).one()
    assert "acknowledged" in words_of(post(staff, f"{path}/acknowledge", alert=str(alert)))
    post(staff, f"{path}/replay", delivery=str(attempt))
    deliver(local)
    assert len({got.headers["webhook-id"] for got in hook.got}) == 1 and len(hook.got) == 2


def test_an_alert_that_did_not_get_through_says_when_it_is_tried_again(
    staff: Client, local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    raise_signal(local.record)
    assert "On its way" in words_of(staff.get(path_of(local.record)))
    hook.answers = lambda _: (503, {}, b"")
    deliver(local)
    page = words_of(staff.get(path_of(local.record)))
    assert "Could not be sent so far; it is tried again on " in page and "On its way" not in page


def test_a_test_goes_out_and_says_so(staff: Client, local: Worker, subscribed: dict[str, Any], hook: Receiver) -> None:
    assert "[Test]" in words_of(post(staff, f"{path_of(local.record)}/test"))
    deliver(local)
    assert hook.got[0].content["data"]["test"] is True


def test_tests_in_a_row_are_limited(staff: Client, record: Record, subscribed: dict[str, Any]) -> None:
    answers = [post(staff, f"{path_of(record)}/test") for _ in range(6)]
    assert "Too much at once" in answers[-1].text
    assert (answers[-1].status_code, answers[-1].headers["retry-after"].isdecimal()) == (429, True)


def test_it_is_muted_snoozed_and_heard_again(staff: Client, record: Record, subscribed: dict[str, Any]) -> None:
    path = path_of(record)
    assert "Muted" in words_of(post(staff, f"{path}/mute"))
    raise_signal(record)
    assert waiting(record) == []
    assert "Active" in words_of(post(staff, f"{path}/resume"))
    assert "Snoozed until" in words_of(post(staff, f"{path}/snooze", days="7"))
    assert "Snoozed until" not in words_of(post(staff, f"{path}/resume"))
    assert post(staff, f"{path}/snooze", days="1000").status_code == 400


def test_one_issue_is_muted_and_heard_again(staff: Client, record: Record, subscribed: dict[str, Any]) -> None:
    raise_signal(record)
    path = path_of(record)
    with record.transaction() as session:
        issue = str(session.scalars(select(Issue.id)).one())
    assert "Hears no more of" in words_of(post(staff, f"{path}/quieten", issue=issue))
    post(staff, f"{path}/hear", issue=issue)
    with record.transaction() as session:
        assert session.scalars(select(Quiet)).all() == []


def test_it_ends_when_its_editors_say_so(staff: Client, record: Record, subscribed: dict[str, Any]) -> None:
    assert "Nobody so far" in words_of(post(staff, f"{path_of(record)}/delete"))
    assert subscriptions(record) == []


def test_a_reader_sees_it_all_and_changes_nothing(
    api: Client, admin: dict[str, str], record: Record, blue_badge: str
) -> None:
    subscribe(api, admin)
    reader = signed_in(api, record, Role.reader, blue_badge)
    assert "<button" not in reader.get(PAGE).text.partition("<main")[2]
    assert "<button" not in reader.get(path_of(record)).text.partition("<main")[2]
    assert post(reader, f"{path_of(record)}/mute").status_code == 403
    assert post(reader, PAGE, kind="email", to="a@example.org", digest="at_once", key="k").status_code == 403


def test_a_theme_that_the_service_shares_can_be_subscribed(staff: Client, record: Record) -> None:
    signal = raise_signal(record)
    with record.transaction() as session:
        theme = Theme(title="Photos fail everywhere", centroid=[1.0])
        session.add(theme)
        session.flush()
        session.add(ThemeIssue(issue_id=signal.issue_id, theme_id=theme.id))
        chosen = str(theme.id)
    assert "Photos fail everywhere" in words_of(staff.get(PAGE))
    page = words_of(post(staff, PAGE, **form(staff, theme=chosen)))
    assert "Photos fail everywhere (one theme)" in page
    assert subscription(record).theme_id == uuid.UUID(chosen)
    assert "team@example.org" in words_of(staff.get(PAGE))


def test_what_a_subscription_hears_of_is_read_as_a_list() -> None:
    wanted = Subscription(filters={"kinds": ["new", "surge", "urgent"], "channels": ["web"]})
    assert describe_filters(wanted) == "new problem, more reports than usual or urgent; on the website"
