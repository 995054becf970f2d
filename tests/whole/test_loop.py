"""The loop, closed: from a text message to the citizen who hears what came of it, and says that it did not help."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from twilio.request_validator import RequestValidator

from tests.insights import suppliers
from tests.insights.receivers import Received, Receiver
from tests.insights.suppliers import Telephones
from tests.whole.system import Running, post, until, up, waiting
from tests.whole.time_machine import let_pass
from tests.workers.texts import BROKEN, USUAL, said

SERVICE = "/v1/services/blue-badge"
OURS, CITIZEN = "+447700900001", "+447700900123"


@dataclass
class Town:
    """All that the test speaks to; the product in it stops and starts."""

    data: Path
    settings: dict[str, str]
    phones: Telephones
    hook: Receiver
    secret: str = ""
    alerts: dict[str, Any] = field(default_factory=dict)
    running: Running = field(init=False)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with up(self.data, **self.settings) as self.running:
            yield

    def text(self, words: str, sender: str = CITIZEN) -> str:
        """What is texted back."""
        form = {"MessageSid": f"SM{sender}{words}", "From": sender, "To": OURS, "Body": words, "NumMedia": "0"}
        url = f"{self.running.http.base_url}/v1/channels/sms/twilio"
        headers = {"X-Twilio-Signature": RequestValidator(suppliers.TOKEN).compute_signature(url, form)}
        return self.running.http.post(url, data=form, headers=headers).raise_for_status().text

    def take(self, got: Received) -> tuple[int, dict[str, str], bytes]:
        """What the team's receiver does with an alert: only one whose signature holds is taken."""
        alert = Webhook(self.secret).verify(got.body, got.headers)
        self.alerts[got.headers["webhook-id"]] = alert
        return 204, {}, b""

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        """The signals of these kinds that reached the team, each under its id."""
        wanted = [f"signal.{kind}" for kind in kinds]
        return [{"id": identity, **it["data"]} for identity, it in list(self.alerts.items()) if it["type"] in wanted]

    def do(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.running.http.request(method, path, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def receipt(self, code: str) -> dict[str, Any]:
        return dict(self.do("GET", f"/v1/receipts/{code}"))

    def usual(self, days: range) -> None:
        """What people always say, eight times a day."""
        now = dt.datetime.now(dt.UTC)
        for day in days:
            post(self.running, said(USUAL, 8, skip=8 * day), now - dt.timedelta(days=day, hours=day % 8))
        until(lambda: waiting(self.running) == 0)

    def complain(self) -> None:
        """On the web, over two days, about one thing."""
        now = dt.datetime.now(dt.UTC)
        for place, hours in enumerate((44, 38, 30, 22, 14, 6, 1)):
            post(self.running, said(BROKEN, 3, skip=3 * place), now - dt.timedelta(hours=hours))


@pytest.fixture
def town(tmp_path: Path, hook: Receiver) -> Iterator[Town]:
    with suppliers.twilio() as phones:
        settings = {
            "FEEDBACK_TWILIO_AUTH_TOKEN": suppliers.TOKEN,
            "FEEDBACK_TWILIO_ACCOUNT_SID": suppliers.ACCOUNT,
            "FEEDBACK_TWILIO_URL": phones.url,
            "FEEDBACK_WEBHOOK_ALLOW": "127.0.0.0/8",
            "FEEDBACK_WORKERS": "1",  # it starts three times, and loading the models takes the longest
        }
        found = Town(tmp_path, settings, phones, hook)
        hook.answers = found.take
        yield found


@pytest.mark.timeout(600)
def test_a_citizen_who_texts_hears_what_came_of_it_and_is_heard_again(town: Town) -> None:
    with town.at_work():
        town.do("PATCH", SERVICE, {"sms_numbers": [OURS], "acknowledge": True, "follow_up": True})
        wanted = {"service": "blue-badge", "kind": "webhook", "url": town.hook.url}
        town.secret = town.do("POST", "/v1/subscriptions", wanted)["secret"]
        town.usual(range(3, 31))
        receipt = a_problem_is_reported(town)
        issue = the_team_is_told_and_acts(town, receipt)

    let_pass(town.data, dt.timedelta(days=30))
    with town.at_work():
        town.usual(range(1, 30))
        [outcome] = town.do("GET", f"{issue}/outcomes")["items"]
        assert (outcome["verdict"], outcome["after"]) == ("worked", 0)
        assert outcome["interval"][1] < 0
        about_it = the_parts_of(town, issue)
        for part in about_it:
            town.do("PATCH", part, {"status": "resolved"})
        the_citizen_is_told(town, receipt)

    let_pass(town.data, dt.timedelta(days=3))
    with town.at_work():
        assert town.running.http.post(f"/receipts/{receipt}/not-fixed?lang=en").is_redirect
        town.complain()
        town.text("Photo upload fails once more", "+447700900124")
        until(lambda: bool(town.told("regression")))
        assert "open" in [town.do("GET", part)["status"] for part in about_it]
        assert [told.to for told in town.phones.sent] == [CITIZEN]


def a_problem_is_reported(town: Town) -> str:
    """By text and on the web; the receipt of whoever texted first, and wants to hear of it."""
    answer = town.text("The photo upload on my blue badge form fails")
    receipt: str
    [receipt] = re.findall(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", answer)
    assert "Reply YES" in answer
    assert "text you once" in town.text("Yes")
    town.complain()
    return receipt


def the_team_is_told_and_acts(town: Town, receipt: str) -> str:
    """The path of the issue."""
    until(lambda: bool(town.told("new", "surge")))
    [alert] = town.told("new", "surge")
    assert alert["signal"]["observed"] > alert["signal"]["expected"]
    until(lambda: any("photo" in it["title"].lower() for it in town.receipt(receipt)["understood_as"]))
    issue = f"/v1/issues/{alert['issue']['id']}"
    town.do("POST", f"/v1/alerts/{alert['id']}/acknowledge")
    town.do("PATCH", issue, {"status": "acknowledged", "assignee": "Web team"})
    town.do("POST", f"{issue}/actions", {"what": "Mended the photo page"})
    [outcome] = town.do("GET", f"{issue}/outcomes")["items"]
    assert outcome["verdict"] == "too_early"
    return issue


def the_parts_of(town: Town, issue: str) -> list[str]:
    """The issue, and what a refit has parted from it since: the team resolves both."""
    listed = town.do("GET", f"{SERVICE}/issues")["items"]
    parted = [f"/v1/issues/{it['id']}" for it in listed if "photo" in it["title"].lower()]
    others = [part for part in parted if part != issue]
    for part in others:
        town.do("POST", f"{part}/actions", {"what": "Mended the photo page"})
    return [issue, *others]


def the_citizen_is_told(town: Town, receipt: str) -> None:
    """Once, by text; and the receipt says it too."""
    until(lambda: bool(town.phones.sent))
    [told] = town.phones.sent
    assert (told.to, told.sender) == (CITIZEN, OURS)
    assert f"/receipts/{receipt}" in told.words
    assert town.receipt(receipt)["done"][0]["what"] == "Mended the photo page"
    page = town.running.http.get(f"/receipts/{receipt}?lang=en").text
    assert "Mended the photo page" in page and "It is not fixed" in page
