"""Who writes to pieces that are grouped locks their service first, and so never ends in a deadlock with a refit."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, ServiceWork
from feedback.record.privacy import erasure
from tests.walking import put, walk
from tests.workers.actors.test_pipeline import stages
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.runtime.actor import Worker, work_once

COPY = "The upload page fails whenever I send a photo of my old badge from my telephone"
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def group(worker: Worker) -> None:
    put(worker, "Nobody answers the phone")
    work_once(worker, CLEAN)
    work_once(worker, GROUP)


def mark_a_copy(worker: Worker) -> None:
    put(worker, COPY)
    work_once(worker, CLEAN)


def take_back(worker: Worker) -> None:
    with worker.record.transaction() as session:
        erasure.erase(session, session.scalars(select(Feedback.id)).all(), by="citizen")


@contextmanager
def meanwhile(session: Session, act: Callable[[], None]) -> Iterator[None]:
    """From where it waits for a lock of ours, as it must, until we are done."""
    thread = threading.Thread(target=act)
    thread.start()
    ends = time.monotonic() + 10
    while not session.scalar(WAITING) and time.monotonic() < ends:
        time.sleep(0.02)
    waits = session.scalar(WAITING)
    yield
    session.commit()
    thread.join()
    assert waits


@pytest.mark.parametrize("act", [group, mark_a_copy, take_back])
def test_a_piece_is_not_locked_before_its_service(
    worker: Worker, blue_badge: str, act: Callable[[Worker], None]
) -> None:
    put(worker, COPY)
    walk(worker)
    with worker.record.transaction() as refitting:
        refitting.scalars(select(ServiceWork).with_for_update()).all()
        with meanwhile(refitting, lambda: act(worker)):
            locked = select(Feedback.id).where(Feedback.stage != "clean").with_for_update(nowait=True)
            assert refitting.scalars(locked).all()
    assert "set_aside" not in stages(worker)
