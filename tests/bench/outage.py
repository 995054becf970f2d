"""An outage, over HTTP with everything running: from the fifth report of it to the webhook."""

import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median

from feedback.demo.phrases import filled, topics
from tests.bench import Report, Row
from tests.insights.receivers import Receiver, receiver
from tests.whole.system import Running, up, usual_month

OUTAGES = (
    ("council-tax", "problem:payment-page"),
    ("blue-badge", "problem:photo-upload"),
    ("licence-renewal", "problem:letter-barcode"),
)
HELD_AGAINST = 5
MOST_REPORTS, SECONDS_BETWEEN, PATIENCE = 12, 2.0, 60.0


def run(report: Report) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        receiver() as hook,
        up(Path(folder), FEEDBACK_WEBHOOK_ALLOW="127.0.0.0/8") as running,
    ):
        usual_month(running)
        wanted = {"service": "blue-badge", "kind": "webhook", "url": hook.url, "filters": {"kinds": ["new", "surge"]}}
        running.http.post("/v1/subscriptions", json=wanted).raise_for_status()
        rows = [_outage(running, hook, *which) for which in OUTAGES]
    report.table("From the fifth report of an outage to the webhook, over HTTP with everything running", rows)
    told = [float(row["seconds"]) for row in rows if row["seconds"] is not None]
    report.remark(f"{len(told)} of {len(rows)} told; median {median(told):.1f} s" if told else "none was told")


def _outage(running: Running, hook: Receiver, file: str, topic: str) -> Row:
    """Reports come every two seconds until it is told: each in other words, by somebody else."""
    lines = [line for voice in ("web", "call") for line in topics(file)[topic].lines[voice]]
    messages = [filled(line, Random(topic)) for line in lines[:MOST_REPORTS]]
    known, fifth = len(hook.got), 0.0
    for number, message in enumerate(messages, 1):
        sent = {"message": message, "contact": f"{topic[8:]}{number}@example.org"}
        running.http.post("/v1/services/blue-badge/feedback", json=sent).raise_for_status()
        fifth = time.monotonic() if number == HELD_AGAINST else fifth
        if _arrives(hook, known, SECONDS_BETWEEN if number < len(messages) else PATIENCE):
            seconds = max(time.monotonic() - fifth, 0.0) if fifth else 0.0
            return {"outage": topic, "reports": number, "seconds": round(seconds, 1)}
    return {"outage": topic, "reports": len(messages), "seconds": None}


def _arrives(hook: Receiver, known: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if len(hook.got) > known:
            return True
        time.sleep(0.02)
    return False
