"""python -m tests.tools.walk_trace: prints the walk of one text message to its webhook, function by function.

A service with weeks of history hears of something new in a text message from Twilio, which is cleaned, grouped and
noticed; the signal goes to a webhook. The same has happened to another service before, so that models are loaded: it
is the walk of every message but the first. Functions of our five packages are written down in the order in which they
are first called; a lambda or comprehension counts as part of the function that it stands in.
"""

import datetime as dt
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import click
from litestar.testing import TestClient
from twilio.request_validator import RequestValidator

from feedback.process import embedded
from feedback.record import access, services
from feedback.record.db import Record, engine_for
from feedback.record.installation import live
from feedback.record.migrations import migrate
from feedback.record.settings import Settings
from feedback.record.states import ChannelName, CredentialKind
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from feedback.web.app import create_app
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.insights.receivers import Receiver, receiver
from tests.walking import walk
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.clean import CLEAN
from workers.actors.deliver import deliver
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

ROOT = Path(__file__).parents[2]
PACKAGES = tuple(str(ROOT / package) for package in ("feedback", "ingest", "nlp", "insights", "workers"))
TOKEN = "12345"
NUMBERS = {"rehearsal": "+447700900998", "blue-badge": "+447700900999"}
"""Each service with its number; the walk through the last is written down."""


@dataclass(frozen=True, slots=True)
class Step:
    """A function of ours, by the module that it stands in."""

    module: str
    function: str

    @property
    def folder(self) -> str:
        """The package of its module."""
        return self.module.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Trace:
    """The functions of a walk in the order of their first calls."""

    steps: tuple[Step, ...]

    def __str__(self) -> str:
        """Tell the figures of the walk."""
        through = f"{len(self.steps)} functions in {self.files} files of {self.folders} folders"
        return f"{through}, {self.returns} returns to a file already left"

    @property
    def visits(self) -> list[tuple[str, list[str]]]:
        """Return each module with the functions that are called in it, until another module is entered."""
        return [
            (module, [step.function for step in steps])
            for module, steps in groupby(self.steps, lambda step: step.module)
        ]

    @property
    def files(self) -> int:
        """How many modules the walk leads through."""
        return len({step.module for step in self.steps})

    @property
    def folders(self) -> int:
        """How many packages the walk leads through."""
        return len({step.folder for step in self.steps})

    @property
    def returns(self) -> int:
        """How often the walk returns to a module that it had left."""
        return len(self.visits) - self.files


@dataclass(slots=True)
class Recorder:
    """Writes down which of our functions are called, here and in threads that were started under `watching_threads`."""

    steps: list[Step] = field(default_factory=list)
    records: bool = False

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if self.records and event == "call" and frame.f_code.co_filename.startswith(PACKAGES):
            function = frame.f_code.co_qualname.split(".<")[0]
            if not function.startswith("<"):  # a module that is being imported
                self.steps.append(Step(str(frame.f_globals["__name__"]), function))

    @contextmanager
    def watching_threads(self) -> Iterator[None]:
        """Threads that start within are recorded too."""
        threading.setprofile(self)
        try:
            yield
        finally:
            threading.setprofile(None)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """What is called within is written down."""
        self.records = True
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(None)
            self.records = False

    def trace(self, since: int = 0) -> Trace:
        """Return what was written down, each function once."""
        return Trace(tuple(dict.fromkeys(self.steps[since:])))


def traced(record: Record, tools: Tools, database_url: str, redis_url: str) -> tuple[Trace, Trace]:
    """Let a message walk through an empty store, and return its trace: of all, and of noticing alone.

    What is set in the browser is looked for by the clock, beside whatever walks: here once, before.
    """
    settings = replace(record.settings, twilio_auth_token=TOKEN, webhook_allow=("127.0.0.0/8",), intake_rate=0)
    record = Record(settings, record.engine)
    claimer, recorder = Claimer(record.engine), Recorder()
    worker = Worker(record, claimer, WorkQueue(redis_url), tools)
    app = TestClient(create_app(settings, database_url, redis_url), base_url=settings.url)
    try:
        with (
            patch.object(live, "FRESH_SECONDS", 3600.0),
            receiver() as hook,
            recorder.watching_threads(),
            app as client,
        ):
            for slug, number in NUMBERS.items():
                _arrange(worker, client, hook, slug, number)
                recorder.steps.clear()
                noticed = _walk(recorder, worker, client, number)
                assert len(hook.got) == 1, "no webhook was sent"
                hook.got.clear()
        return recorder.trace(), noticed
    finally:
        claimer.close()


def _arrange(worker: Worker, client: TestClient[Any], hook: Receiver, slug: str, number: str) -> None:
    """A service with four weeks of the usual, of which something new was said that nobody has looked at yet."""
    with worker.record.transaction() as session:
        services.add(session, slug, slug)
        services.set_properties(access.service(session, slug), {"sms_numbers": [number]})
        key = access.create(session, CredentialKind.KEY, access.Role.admin, None)
    wanted = {"service": slug, "kind": "webhook", "url": hook.url}
    client.post("/v1/subscriptions", json=wanted, headers={"Authorization": f"Bearer {key}"}).raise_for_status()
    for day in range(3, 31):
        _put(worker, slug, said(USUAL, 12, skip=12 * day), dt.timedelta(days=day, hours=day % 8))
    walk(worker)
    for place, hours in enumerate((44, 30, 20, 10, 1)):
        _put(worker, slug, said(BROKEN, 4, skip=4 * place), dt.timedelta(hours=hours))
    while any([work_once(worker, CLEAN), work_once(worker, GROUP)]):
        pass


def _put(worker: Worker, slug: str, messages: Sequence[str], ago: dt.timedelta) -> None:
    now = dt.datetime.now(dt.UTC)
    arrivals = [Arrival(slug, message, ChannelName.WEB, "test", submitted_at=now - ago) for message in messages]
    with worker.record.transaction() as session:
        accept(session, worker.record.keys, arrivals, now)


def _walk(recorder: Recorder, worker: Worker, client: TestClient[Any], number: str) -> Trace:
    """From the provider's request to the webhook; returned is the trace of noticing."""
    with recorder.recording():
        _post(client, number)
        work_once(worker, CLEAN)
        work_once(worker, GROUP)
        since = len(recorder.steps)
        work_once(worker, NOTICE)
        noticed = recorder.trace(since)
        deliver(worker)
    return noticed


def _post(client: TestClient[Any], number: str) -> None:
    fields = {"MessageSid": f"SM{number}", "AccountSid": "AC1", "From": "+447700900123", "To": number}
    fields["Body"] = BROKEN[-1]
    url = f"{client.base_url}/v1/channels/sms/twilio"
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    client.post("/v1/channels/sms/twilio", content=urlencode(fields), headers=headers).raise_for_status()


def main() -> None:
    """Print the walk and its figures."""
    with tempfile.TemporaryDirectory() as folder, embedded.servers(Path(folder)) as servers:
        engine = engine_for(servers.database_url)
        migrate(engine)
        record = Record(Settings(data=Path(folder)), engine)
        whole, noticed = traced(record, Tools(record.settings), servers.database_url, servers.redis_url)
        engine.dispose()
    for module, functions in whole.visits:
        click.echo(f"{module}: {', '.join(functions)}")
    click.echo(f"\nthe whole walk: {whole}\nnotice alone: {noticed}")


if __name__ == "__main__":
    main()
