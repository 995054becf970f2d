"""A page breaks while somebody watches the demo, and a receiver of its own shows what is told of it."""

import datetime as dt
import urllib.request
from itertools import islice
from unittest.mock import Mock

import msgspec
import pytest
from sqlalchemy import select

from feedback.demo import run
from feedback.demo.outage import LASTS_REPORTS, OUTAGE, outage
from feedback.demo.receiver import MOST_KEPT, DemoReceiver, receiving
from feedback.record.models import Signal
from feedback.record.states import SignalTier
from ingest.intake.arrival import Arrival
from insights.alerts.delivery.credentials import new_secret
from insights.alerts.delivery.webhook import signed_headers
from tests.walking import put, walk
from tests.workers.conftest import usual_weeks
from workers.runtime.actor import Worker

MINUTE = 60


class MovedClock:
    """Each second of sleep is over at once; after `lasts` seconds somebody presses Ctrl-C."""

    def __init__(self, lasts: int) -> None:
        self.now, self._lasts = 0, lasts

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: int) -> None:
        self.now += seconds
        if self.now > self._lasts:
            raise KeyboardInterrupt


def event(title: str) -> bytes:
    data = {
        "issue": {"title": title},
        "signal": {"reports": 7},
        "quotes": [{"text": "<b>It broke</b>", "channel": "web"}],
        "link": "http://x.example/?a=1&b=2",
    }
    return msgspec.json.encode({"type": "signal.new", "data": data})


def send(receiver: DemoReceiver, body: bytes, secret: str) -> int:
    headers = signed_headers([secret], "msg", dt.datetime.now(dt.UTC), body)
    request = urllib.request.Request(receiver.address, body, headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return int(answer.status)


def page(receiver: DemoReceiver) -> str:
    with urllib.request.urlopen(receiver.address) as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return str(answer.read().decode())


def test_the_page_shows_what_was_told_and_whether_it_was_signed() -> None:
    with receiving() as receiver:
        assert "Nothing so far." in page(receiver)
        secret = new_secret()
        receiver.secrets.append(secret)
        assert send(receiver, event("Payment page fails"), secret) == 204
        seen = page(receiver)
        assert "signal.new" in seen and "Payment page fails" in seen and "7 reports" in seen
        assert "signature verified" in seen and "&lt;b&gt;It broke&lt;/b&gt;" in seen and "<b>" not in seen
        send(receiver, event("Forged"), new_secret())
        assert page(receiver).index("signature not verified") < page(receiver).index("signature verified")


def test_what_is_no_alert_is_refused_and_only_the_last_are_kept() -> None:
    receiver = DemoReceiver("http://127.0.0.1:1/")
    assert receiver.take(b"{", {}) == 400 and receiver.take(b"[]", {}) == 400
    for number in range(MOST_KEPT + 1):
        assert receiver.take(event(f"Number {number}."), {}) == 204
    assert b"Number 0." not in receiver.page() and b"Number 1." in receiver.page()


def test_the_outage_brings_its_reports_in_ever_other_words_and_ends() -> None:
    noon = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    reports = list(outage(noon))
    assert len(reports) == LASTS_REPORTS and {it.service for it in reports} == {OUTAGE.service}
    assert len({it.message for it in islice(reports, 12)}) >= 9
    assert len({it.external_id for it in reports}) == LASTS_REPORTS
    assert all(it.submitted_at is None and it.batch is None for it in reports)
    assert list(outage(noon)) == reports


def test_the_page_breaks_after_three_minutes_and_ten_have_said_so_within_the_fourth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, fed = MovedClock(4 * MINUTE), list[tuple[int, Arrival]]()
    monkeypatch.setattr(run, "time", clock)
    monkeypatch.setattr(run, "_feed", lambda _, arrivals: fed.extend((clock.now, it) for it in arrivals))
    with pytest.raises(KeyboardInterrupt):
        run.present(Mock(), Mock(), Mock())
    said = [at for at, it in fed if it.external_id and it.external_id.startswith("outage-")]
    assert said[0] == 3 * MINUTE and len(said) >= 10
    assert len(fed) - len(said) == 4 * MINUTE // run.PAUSE


def test_the_outage_is_told_within_ten_reports(worker: Worker, blue_badge: str) -> None:
    usual_weeks(worker)
    for report in islice(outage(dt.datetime.now(dt.UTC)), 10):
        put(worker, report.message, channel=report.channel, language=report.language)
        walk(worker)
    with worker.record.transaction() as session:
        assert session.scalars(select(Signal.id).where(Signal.tier == SignalTier.SIGNAL)).first()
