"""What is told several times, or by several, is done once: messages, workers, schedulers."""

import datetime as dt
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select, update

from feedback.record.db import Record
from feedback.record.models import Feedback, ServiceWork
from feedback.record.states import ChannelName, FeedbackStage, WorkKind
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from workers.actors.group import GROUP
from workers.runtime import schedule
from workers.runtime.actor import Save, Worker, work_once
from workers.runtime.model_loader import Tools


def test_a_message_that_comes_five_times_is_work_done_once(
    record: Record, work_queue: WorkQueue, blue_badge: str
) -> None:
    arrivals = [
        Arrival(blue_badge, f"The lift on floor {n} is out of order", ChannelName.WEB, "test") for n in range(9)
    ]
    with record.transaction() as session:
        accept(session, record.keys, arrivals, dt.datetime.now(dt.UTC))
        session.execute(update(Feedback).values(stage=FeedbackStage.GROUP))
    begun, together = list[str](), threading.Barrier(5)

    def work(worker: Worker, rows: Sequence[Feedback]) -> Save[Feedback]:
        begun.extend(str(row.id) for row in rows)
        return GROUP.work(worker, rows)

    actor = replace(GROUP, work=work, limit=2)

    def received(worker: Worker) -> None:
        together.wait()
        while work_once(worker, actor):
            pass

    claimers = [Claimer(record.engine) for _ in range(5)]
    workers = [Worker(record, claimer, work_queue, Tools(record.settings)) for claimer in claimers]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(received, workers))
    for claimer in claimers:
        claimer.close()
    with record.transaction() as session:
        rows = session.execute(select(Feedback.stage, Feedback.attempts)).all()
        asked = session.scalars(select(ServiceWork.kind)).all()
    assert len(begun) == len(set(begun)) == 9
    assert {tuple(row) for row in rows} == {(FeedbackStage.DONE, 0)}
    assert sorted(asked) == sorted({WorkKind.NOTICE, WorkKind.REFIT})


def test_of_two_schedulers_one_works_and_the_other_takes_over_when_it_ends(
    record: Record, work_queue: WorkQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, seen = list[str](), threading.Event()

    def look(*_: object) -> dt.datetime:
        looked.append(threading.current_thread().name)
        seen.set()
        return dt.datetime.now(dt.UTC)

    monkeypatch.setattr(schedule, "LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(schedule, "_look", look)
    stops = {name: threading.Event() for name in ("one", "other")}
    both = [
        threading.Thread(target=partial(schedule.schedule, record, work_queue, stop), name=name)
        for name, stop in stops.items()
    ]
    for thread in both:
        thread.start()
    for _ in range(10):
        seen.clear()
        assert seen.wait(20)
    [working] = set(looked)
    stops[working].set()
    next(thread for thread in both if thread.name == working).join(20)
    looked.clear()
    seen.clear()
    assert seen.wait(20)
    assert set(looked) == set(stops) - {working}
    for stop in stops.values():
        stop.set()
    for thread in both:
        thread.join(20)
