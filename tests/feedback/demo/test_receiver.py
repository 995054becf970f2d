"""The page of the demo's own receiver: what was told, and why."""

import msgspec

from feedback.demo.receiver import DemoReceiver


def test_the_page_says_that_an_alert_was_told_again_and_who_is_on_duty() -> None:
    receiver = DemoReceiver("http://127.0.0.1/")
    data = {"issue": {"title": "Page fails"}, "signal": {"reports": 5}, "escalated": {"root": "1"}, "on_duty": "<Ann>"}
    assert receiver.take(msgspec.json.encode({"type": "signal.new", "data": data}), {}) == 204
    page = receiver.page().decode()
    assert "5 reports; told again, as nobody acknowledged it; on duty: &lt;Ann&gt;" in page
    assert "signature not verified" in page
