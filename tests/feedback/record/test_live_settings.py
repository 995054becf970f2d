"""What is set in the browser counts in every process within seconds, and is sealed by a key."""

import asyncio
import datetime as dt
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from feedback.record import installation
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.errors import Malformed
from feedback.record.installation import live
from tests.feedback.process.processes import eventually


def test_other_processes_take_it_up_without_a_restart(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FRESH_SECONDS", 0.0)
    other = Record(record.operators_settings, record.engine)
    assert other.settings.mail_from == "feedback@localhost"
    with record.transaction() as session:
        changes = {"mail_from": "us@aberwen.example"}
        installation.save(session, record.keys, record.operators_settings, changes, "machine")
    assert other.settings.mail_from == "us@aberwen.example"


def test_what_is_set_while_a_process_looks_counts_for_whoever_asks_next(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, stored = Record(record.operators_settings, record.engine), live.LiveSettings._stored
    has_read, may_end = threading.Event(), threading.Event()

    def slowly(its: live.LiveSettings) -> Sequence[Any]:
        rows = stored(its)
        has_read.set()
        may_end.wait(10)
        return rows

    monkeypatch.setattr(live.LiveSettings, "_stored", slowly)
    looks, forgets = threading.Thread(target=lambda: own.settings), threading.Thread(target=own.live_settings.forget)
    looks.start()
    assert has_read.wait(10)
    with record.transaction() as session:
        changes = {"mail_from": "us@aberwen.example"}
        installation.save(session, record.keys, record.operators_settings, changes, "machine")
    forgets.start()
    forgets.join(0.1)
    may_end.set()
    looks.join(10)
    forgets.join(10)
    assert own.settings.mail_from == "us@aberwen.example"


def test_an_event_loop_goes_on_with_what_is_known_while_the_store_hangs(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "FRESH_SECONDS", 0.0)
    other = Record(record.operators_settings, record.engine)

    async def mail_from() -> str:
        return other.settings.mail_from

    assert other.settings.mail_from == "feedback@localhost"
    with record.transaction() as session:
        changes = {"mail_from": "us@aberwen.example"}
        installation.save(session, record.keys, record.operators_settings, changes, "machine")
        session.execute(text("LOCK TABLE stored_settings"))
        assert asyncio.run(mail_from()) == "feedback@localhost"
    eventually(lambda: asyncio.run(mail_from()) == "us@aberwen.example")


def test_what_is_stored_moves_to_a_new_key_and_counts_for_nothing_without_its_own(record: Record) -> None:
    old, new = b"o" * 32, b"n" * 32
    with record.transaction() as session:
        installation.save(session, KeyRing([old]), record.operators_settings, {"mail_from": "a@b.example"}, "machine")
    with record.transaction() as session:
        assert installation.kept(session, KeyRing([new])) == {}
        installation.rewrap(session, KeyRing([new, old]))
    with record.transaction() as session:
        assert installation.kept(session, KeyRing([new]))["mail_from"].text == "a@b.example"


def test_a_text_that_is_no_setting_any_longer_is_left_out(record: Record) -> None:
    with pytest.raises(Malformed):
        installation.changed({}, {"notify_api_key": "short"}, "machine")
    at = installation.KeptSetting("smtp:/broken", "machine", dt.datetime.now(dt.UTC))
    assert installation.together(record.operators_settings, {"smtp_url": at, "gone": at}) == record.operators_settings
