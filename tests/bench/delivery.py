"""How long alerts take: 200 at once beside a receiver that hangs and a dead one; and from the last report on."""

import datetime as dt
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import exists, or_, select

from feedback.process import embedded
from feedback.record import access, services
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.models import Alert, Feedback, ServiceWork
from feedback.record.settings import Settings
from feedback.record.states import ChannelName, SubscriptionKind
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from insights.alerts.rules import subscriptions
from insights.alerts.rules.subscriptions import SubscriptionRequest
from insights.egress.addresses import AllowList
from tests.bench import Report
from tests.insights.raising import raise_signal
from tests.insights.receivers import Received, Receiver, receiver
from tests.walking import walk
from tests.workers.texts import BROKEN, USUAL, said
from workers.runtime.actor import Worker
from workers.runtime.model_loader import Tools

HEALTHY, EACH = 20, 10
HANGS = 15.0  # seconds
SERVICES = 5
PATIENCE = 300.0  # seconds


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder, embedded.servers(Path(folder)) as servers:
        settings = Settings(data=Path(folder), webhook_allow=("127.0.0.0/8",))
        engine = engine_for(servers.database_url)
        migrate(engine)
        record, work_queue = Record(settings, engine), WorkQueue(servers.redis_url)
        env = {
            **os.environ,
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "FEEDBACK_DATA": folder,
            "FEEDBACK_WEBHOOK_ALLOW": "127.0.0.0/8",
            "OMP_NUM_THREADS": "1",
        }
        with child(env, "schedule"), child(env, "work", "--queue", "deliveries", "--threads", "16"):
            report.table("Seconds from signal to arrival", [_burst(record, work_queue)])
            report.table("Seconds from the last report to arrival", [_whole_way(record, work_queue, env)])
        engine.dispose()


@contextmanager
def child(env: dict[str, str], *words: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "feedback", *words], env=env, stderr=subprocess.DEVNULL)
    yield
    process.terminate()
    process.wait()


def _subscribe(record: Record, slug: str, url: str) -> None:
    with record.transaction() as session:
        who = access.identify(session, access.create(session, "key", access.Role.admin, None), "key")
        wanted = SubscriptionRequest(SubscriptionKind.WEBHOOK, service=slug, url=url)
        subscriptions.make(session, record.keys, AllowList.of(record.settings.webhook_allow), who, wanted)


def _burst(record: Record, work_queue: WorkQueue) -> dict[str, float | int]:
    seconds: list[float] = []
    lock, hanging = threading.Lock(), threading.Event()

    def take(got: Received) -> tuple[int, dict[str, str], bytes]:
        raised = dt.datetime.fromisoformat(got.content["timestamp"])
        with lock:
            seconds.append((dt.datetime.now(dt.UTC) - raised).total_seconds())
        return 204, {}, b""

    def hang(_: Received) -> tuple[int, dict[str, str], bytes]:
        hanging.wait(HANGS)
        return 204, {}, b""

    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with receiver() as healthy, receiver() as slow:
        slow.answers = hang
        healthy.answers = lambda _: (204, {}, b"")
        _warm(record, work_queue, healthy)
        healthy.answers = take
        with record.transaction() as session:
            services.add(session, "burst", "Burst")
        for url in (slow.url, dead, *(f"{healthy.url}/{number}" for number in range(HEALTHY))):
            _subscribe(record, "burst", url)
        for _ in range(EACH):
            raise_signal(record, "burst")
            work_queue.wake("deliver")
        until(lambda: len(seconds) >= HEALTHY * EACH)
        hanging.set()
    return {"alerts": len(seconds), "median": median(seconds), "95 %": quantiles(seconds, n=20)[-1]}


def _warm(record: Record, work_queue: WorkQueue, healthy: Receiver) -> None:
    """Until the worker has come up."""
    with record.transaction() as session:
        services.add(session, "warm", "Warm")
    _subscribe(record, "warm", healthy.url)
    raise_signal(record, "warm")
    work_queue.wake("deliver")
    until(lambda: bool(healthy.got))


def _whole_way(record: Record, work_queue: WorkQueue, env: dict[str, str]) -> dict[str, float | int]:
    seconds: list[float] = []
    worker = Worker(record, Claimer(record.engine), work_queue, Tools(record.settings))
    names = [f"way-{number}" for number in range(SERVICES)]
    with receiver() as hook:
        for name in names:
            with record.transaction() as session:
                services.add(session, name, name.title())
            for day in range(3, 31):
                _put(record, name, said(USUAL, 12), dt.timedelta(days=day, hours=day % 8))
        walk(worker)
        worker.claimer.close()
        with child(env, "work", "--queue", "pipeline", "--queue", "services"):
            _put(record, names[0], said(USUAL, 1), dt.timedelta(hours=1))
            until(lambda: _settled(record))  # the worker has come up
            for name in names:
                _subscribe(record, name, f"{hook.url}/{name}")
                seconds += _until_told(record, work_queue, name, hook)
    return {"services told": len(seconds), "median": median(seconds or [float("nan")]), "most": max(seconds, default=0)}


def _until_told(record: Record, work_queue: WorkQueue, name: str, hook: Receiver) -> list[float]:
    """A few reports at a time, the next only when all of those before has been looked at and nothing came of it."""
    for hours in (40, 30, 20, 10, 1, 1):
        _put(record, name, [*said(BROKEN, 4), *said(USUAL, 3)], dt.timedelta(hours=hours))
        begun = time.monotonic()
        work_queue.wake("clean")
        until(lambda: _told(hook, name) or _settled(record))
        if _told(hook, name):
            return [time.monotonic() - begun]
    return []


def _told(hook: Receiver, name: str) -> bool:
    return any(got.path.endswith(name) for got in hook.got)


def _settled(record: Record) -> bool:
    """Nothing is on its way."""
    waits = (
        exists().where(Feedback.stage.in_(("clean", "group"))),
        exists().where(ServiceWork.kind == "notice", ServiceWork.asked > ServiceWork.done),
        exists().where(Alert.state == "waiting"),
    )
    with record.transaction() as session:
        return not session.scalar(select(or_(*waits)))


def _put(record: Record, name: str, texts: list[str], ago: dt.timedelta) -> None:
    at = dt.datetime.now(dt.UTC) - ago
    arrivals = [Arrival(name, text, ChannelName.WEB, "bench", submitted_at=at) for text in texts]
    with record.transaction() as session:
        accept(session, record.keys, arrivals, dt.datetime.now(dt.UTC))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it does not come to an end")
        time.sleep(0.02)
