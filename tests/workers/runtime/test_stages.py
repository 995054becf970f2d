"""The table of stages: each has its actor, each actor its stage, and one more takes a line and a file."""

import pkgutil
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from feedback.cli import main
from feedback.record.db import Record
from feedback.record.models import Service
from feedback.record.work import stages
from feedback.record.work.queue import WorkQueue
from feedback.record.work.stages import STAGES, Stage
from tests.conftest import RealServers
from tests.feedback.process.processes import eventually
from workers import actors
from workers.runtime import process as worker_process
from workers.runtime.process import actor_of, work
from workers.runtime.schedule import schedule


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_has_its_actor(stage: Stage) -> None:
    assert callable(actor_of(stage))


def test_every_actor_has_its_stage() -> None:
    files = {module.name for module in pkgutil.iter_modules(actors.__path__)}
    assert files == {stage.file or stage.name for stage in STAGES}


def test_a_stage_wakes_stages_that_there_are() -> None:
    assert {name for stage in STAGES for name in stage.wakes} <= {stage.name for stage in STAGES}


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the actor of a stage that was added, with one line and one file, has been woken."""
    woken = threading.Event()
    file = ModuleType("workers.actors.made_up")
    file.__dict__["made_up"] = lambda _: woken.set()
    monkeypatch.setitem(sys.modules, file.__name__, file)
    line = replace(STAGES[0], name="made_up", queue="made_up_queue", waiting=(Service.id > 0,))
    monkeypatch.setattr(stages, "STAGES", (line, *STAGES))
    return woken


@pytest.fixture
def process(record: Record, servers: RealServers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that serves the made-up stage alone, and often looks whether it can be woken."""
    monkeypatch.setattr(worker_process, "KEEP_EVERY_SECONDS", 0.1)
    stop = threading.Event()
    running = threading.Thread(target=work, args=(record, servers.redis_url, stop, ("made_up_queue",), 1))
    running.start()
    yield
    stop.set()
    running.join()


@pytest.mark.usefixtures("made_up", "process")
def test_a_new_stage_takes_one_line_and_one_file_and_is_woken(made_up: threading.Event, work_queue: WorkQueue) -> None:
    work_queue.wake("made_up")
    assert made_up.wait(10)


@pytest.mark.usefixtures("process")
def test_what_waits_is_done_while_nobody_can_be_woken(
    made_up: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WorkQueue, "is_reachable", lambda _: False)
    assert made_up.wait(10)


@pytest.mark.usefixtures("made_up", "process", "blue_badge")
def test_the_scheduler_wakes_a_new_stage_for_what_waits(
    made_up: threading.Event, record: Record, work_queue: WorkQueue
) -> None:
    stop = threading.Event()
    running = threading.Thread(target=schedule, args=(record, work_queue, stop))
    running.start()
    assert made_up.wait(10)
    stop.set()
    running.join()


@pytest.mark.usefixtures("made_up")
def test_a_process_that_waits_for_work_ends_at_once_when_it_is_told(record: Record, servers: RealServers) -> None:
    """Its threads look every ten seconds whether they are to end, and are woken for that."""
    stop = threading.Event()
    running = threading.Thread(target=work, args=(record, servers.redis_url, stop, ("made_up_queue",), 3))
    with capture_logs() as logs:
        running.start()
        eventually(lambda: [entry for entry in logs if entry["event"] == "worker ready"])
        time.sleep(1.5)  # by then its pauses between two looks are long
        begun = time.monotonic()
        stop.set()
        running.join(20)
    assert not running.is_alive()
    assert time.monotonic() - begun < 4


@pytest.mark.usefixtures("made_up")
def test_the_command_line_knows_the_queue_of_a_new_stage() -> None:
    answer = CliRunner().invoke(main, ["work", "--queue", "nobodys"])
    assert answer.exit_code == 2
    assert "made_up_queue" in answer.output
