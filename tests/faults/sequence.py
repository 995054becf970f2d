"""A sequence of faults, drawn from a seed, while citizens write; and an hour of steady work with kills."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from feedback.process import embedded
from tests.faults import forked
from tests.faults.breaking import FAULTS, Fault, move_clock
from tests.faults.checks import check
from tests.faults.citizens import MAILBOX, OFFICE, Citizens, Ledger
from tests.faults.clock import clock
from tests.faults.disk import small_disk
from tests.faults.imports import import_file
from tests.faults.processes import kill
from tests.faults.proxy import lines_to, proxy
from tests.insights import suppliers
from tests.insights.receivers import Receiver, receiver
from tests.whole.system import Running, up

SETTINGS = {
    "FEEDBACK_TWILIO_AUTH_TOKEN": suppliers.TOKEN,
    "FEEDBACK_WEBHOOK_ALLOW": "127.0.0.0/8",
    "FEEDBACK_WORKERS": "1",
}
DISK_MEGABYTES = 8_000
"""Room for a million pieces; only what is written takes memory."""

DRAIN_SECONDS = 1_800.0
"""That what waits after an hour of steady work may take."""

BEFORE_A_FAULT_SECONDS = 0.5
"""Half of the bursts of work take longer."""

IMPORTS = 0.1
"""Of the bursts of work, those in which a file is brought, too."""

Tell = Callable[[str], None]


@dataclass(slots=True)
class Trial:
    """A running product, those who write to it, and who is told of what cannot wait."""

    running: Running
    told: Receiver
    ledger: Ledger = field(default_factory=Ledger)
    happened: list[Fault] = field(default_factory=list)
    """The faults that did their harm."""

    def sequence(self, seed: int, steps: int, tell: Tell, *, each_first: bool = False) -> None:
        """So many bursts of work, each with none to two faults in the midst of it; then all must be well.

        `each_first`: before them as many as there are faults, each with one of these, in any order.
        """
        draw = random.Random(seed)
        if each_first:
            for fault in draw.sample(possible := self.possible(), len(possible)):
                tell(self._step(draw, fault))
        for _ in range(steps):
            tell(self._step(draw, *draw.choices(FAULTS, k=draw.choice((0, 1, 1, 2)))))
        check(self.running, self.ledger, self.told)

    def possible(self) -> list[Fault]:
        """Each fault once: those that this machine can have."""
        return [fault for fault in dict.fromkeys(FAULTS) if self.running.clock or fault is not move_clock]

    def steady(self, seed: int, a_second: float, seconds: float, kill_every: float, tell: Tell) -> None:
        """The same work all the time, and a process killed now and then; then all must be well."""
        draw = random.Random(seed)
        citizens, end = self._citizens(), time.monotonic() + seconds
        next_kill = time.monotonic() + kill_every
        while (began := time.monotonic()) < end:
            if began >= next_kill:
                tell(kill(self.running, draw))
                next_kill += kill_every
            citizens.write(draw, round(a_second), at_once=8)
            time.sleep(max(0.0, began + 1 - time.monotonic()))
        tell(f"sent {len(self.ledger.pieces):,} pieces in {seconds:,.0f} s")
        check(self.running, self.ledger, self.told, DRAIN_SECONDS)

    def _step(self, draw: random.Random, *faults: Fault) -> str:
        many, at_once = draw.randint(1, 40), draw.choice((1, 4, 16))
        work = threading.Thread(target=self._citizens().write, args=(random.Random(draw.random()), many, at_once))
        work.start()
        done = [f"{many} pieces, {at_once} at once"]
        if draw.random() < IMPORTS:
            done.append(import_file(self.running, self.ledger, draw))
        for fault in faults:
            time.sleep(BEFORE_A_FAULT_SECONDS * draw.random())
            if harm := fault(self.running, draw):
                self.happened.append(fault)
            done.append(harm or f"nothing by {fault.__name__}")
        work.join()
        return "; ".join(done)

    def _citizens(self) -> Citizens:
        *_, line = self.running.lines
        key = self.running.http.headers["Authorization"].split()[-1]
        return Citizens(f"http://127.0.0.1:{line.port}", key, self.ledger)


@contextmanager
def trial(data: Path) -> Iterator[Trial]:
    """Everything at work in this folder, with one service that takes texts and mail and tells a webhook."""
    ours = clock(data)
    with (
        receiver() as told,
        small_disk(data / "postgres", DISK_MEGABYTES) as disk,
        embedded.servers(data) as servers,
        lines_to(servers.database_url, servers.redis_url) as (*lines, database_url, redis_url),
        up(
            data,
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            **SETTINGS,
            **(ours.environment() if ours else {}),
        ) as started,
        proxy(("127.0.0.1", started.http.base_url.port or 0)) as citizens,
        forked.commands(started.env) as forks,
    ):
        running = replace(started, lines=(*lines, citizens), disk=disk, clock=ours, forks=forks)
        running.http.patch("/v1/services/blue-badge", json={"sms_numbers": [OFFICE], "mail_addresses": [MAILBOX]})
        wanted = {"service": "blue-badge", "kind": "webhook", "url": told.url, "filters": {"kinds": ["urgent"]}}
        running.http.post("/v1/subscriptions", json=wanted).raise_for_status()
        yield Trial(running, told)
