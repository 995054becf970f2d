"""More than can be taken: who is not heard is told when to come again, and whoever is told "stored" is."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import httpx
import pytest
from sqlalchemy import func, select, text

from feedback.record.db import Record
from feedback.record.models import Feedback
from ingest.intake import writer
from ingest.intake.batcher import Batcher
from ingest.intake.rate_limit import BURST_PIECES
from tests.conftest import RealServers
from tests.serving import served

PATH = "/v1/services/blue-badge/feedback"
PER_MINUTE = 1.0
"""So few that no address may send another within this test."""
WAITING = 4
"""Pieces that may wait for the store here."""
ADDRESSES, EACH = 4, 2 * BURST_PIECES
STORE_HANGS_SECONDS = 3.0


def test_a_flood_is_answered_by_202_429_and_503_alone_and_what_is_taken_is_stored_once(
    record: Record, servers: RealServers, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The store's alone: whoever may not wait to be counted is told 503, and on a busy machine that would be all.
    monkeypatch.setattr(writer, "Batcher", partial(Batcher, most=WAITING, waiting=WAITING))
    limited = Record(replace(record.operators_settings, intake_rate=PER_MINUTE), record.engine)
    with served(limited, servers) as url, record.engine.connect() as store:
        store.execute(text("LOCK TABLE feedback IN SHARE MODE"))  # until then nothing is stored, and pieces wait
        threading.Timer(STORE_HANGS_SECONDS, store.rollback).start()
        answers = flood(url)
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses.keys() == {202, 429, 503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers if answer.status_code != 202)
        assert httpx.post(url + PATH, json=said(0), headers=by("203.0.113.77")).status_code == 202, "it is over"
    with record.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == statuses[202] + 1


def flood(url: str) -> list[httpx.Response]:
    """All at once, by citizens of a few addresses."""
    with ThreadPoolExecutor(ADDRESSES * EACH) as citizens, httpx.Client(base_url=url, timeout=60) as client:
        return list(
            citizens.map(
                lambda number: client.post(PATH, json=said(number), headers=by(f"203.0.113.{number % ADDRESSES}")),
                range(ADDRESSES * EACH),
            )
        )


def said(number: int) -> dict[str, str]:
    return {"message": f"The lift is slow, {number}"}


def by(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}
