"""A second service, with a usual month behind it, which outages strike."""

import datetime as dt
import random
from contextlib import suppress

import httpx

from feedback.demo.phrases import filled, topics
from tests.bench.outage import MOST_REPORTS, OUTAGES
from tests.faults.citizens import Ledger
from tests.whole.system import Running, post, until, waiting
from tests.workers.texts import USUAL, said

SERVICE = "bins"
A_DAY = 6
DAYS = range(3, 31)
HISTORY = A_DAY * len(DAYS)
PATIENCE = 300.0


def add_service(running: Running) -> None:
    """Its month is grouped when this returns."""
    running.http.post("/v1/services", json={"slug": SERVICE, "name": "Bins"}).raise_for_status()
    now = dt.datetime.now(dt.UTC)
    for day in DAYS:
        post(running, said(USUAL, A_DAY, skip=A_DAY * day), now - dt.timedelta(days=day, hours=day % 8), SERVICE)
    until(lambda: not waiting(running, SERVICE) and bool(running.get(f"/v1/services/{SERVICE}/issues")["items"]))


def strike(running: Running, ledger: Ledger, draw: random.Random) -> str:
    """A dozen citizens tell of one outage, each in other words, until each is heard."""
    file, topic = OUTAGES[ledger.outages % len(OUTAGES)]
    lines = [line for voice in ("web", "call") for line in topics(file)[topic].lines[voice]][:MOST_REPORTS]
    with httpx.Client(base_url=running.http.base_url, timeout=10) as citizen:
        for number, line in enumerate(lines):
            _say(citizen, filled(line, draw), f"outage {ledger.outages}, {number}")
    ledger.outages += 1
    ledger.reports += len(lines)
    return f"an outage struck: {topic}"


def _say(citizen: httpx.Client, message: str, key: str) -> None:
    until(lambda: _is_heard(citizen, message, key), PATIENCE)


def _is_heard(citizen: httpx.Client, message: str, key: str) -> bool:
    with suppress(httpx.HTTPError):
        path, headers = f"/v1/services/{SERVICE}/feedback", {"Idempotency-Key": key}
        return citizen.post(path, json={"message": message}, headers=headers).status_code == 202
    return False
