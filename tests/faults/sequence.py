"""A sequence of faults, drawn from a seed, while citizens write; and an hour of steady work with kills."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from feedback.process import embedded
from feedback.record.access import Role
from tests.faults import forked
from tests.faults.breaking import FAULTS, Fault, move_clock
from tests.faults.checks import check
from tests.faults.citizens import Citizens, Ledger
from tests.faults.clock import clock
from tests.faults.disk import small_disk
from tests.faults.imports import MAILBOX, bring_file, fetch_mails, import_file
from tests.faults.outages import SERVICE, add_service, strike
from tests.faults.processes import kill
from tests.faults.proxy import lines_to, proxy
from tests.faults.staff import decide, erase
from tests.faults.stores import store
from tests.faults.told import Listeners, listeners
from tests.insights.pages.signed_in import OURS, credential
from tests.whole import doors
from tests.whole.system import Running, up

SETTINGS = {
    "FEEDBACK_TWILIO_AUTH_TOKEN": doors.TWILIO_TOKEN,
    "FEEDBACK_NOTIFY_TOKEN": doors.NOTIFY_TOKEN,
    "FEEDBACK_VONAGE_SECRET": doors.VONAGE_SECRET,
    "FEEDBACK_WEBHOOK_ALLOW": "127.0.0.0/8",
    "FEEDBACK_WORKERS": "1",
    **MAILBOX,
}
DISK_MEGABYTES = 8_000
"""Room for a million pieces; only what is written takes memory."""

DRAIN_SECONDS = 1_800.0
"""That what waits after an hour of steady work may take."""

BEFORE_A_FAULT_SECONDS = 0.5
"""Half of the bursts of work take longer."""

Beside = Callable[[Running, Ledger, random.Random], str]
"""Says what was done."""

BESIDE: tuple[Beside, ...] = (import_file, fetch_mails, bring_file, erase, decide, strike)
"""What happens beside a burst of work."""

HOW_OFTEN = 0.4
"""Something does beside so many of them."""

Tell = Callable[[str], None]


@dataclass(slots=True)
class Trial:
    """A running product, those who write to it, and who is told of what cannot wait."""

    running: Running
    told: Listeners
    ledger: Ledger = field(default_factory=Ledger)
    happened: list[Fault] = field(default_factory=list)
    """The faults that did their harm."""

    def sequence(self, seed: int, steps: int, tell: Tell, *, each_first: bool = False) -> None:
        """So many bursts of work, each with none to two faults in the midst of it; then all must be well.

        `each_first`: before them as many as there are faults, each with one of these, in any order.
        """
        draw = random.Random(seed)
        if each_first:
            faults = draw.sample(possible := self.possible(), len(possible))
            for fault, beside in itertools.zip_longest(faults, draw.sample(BESIDE, len(BESIDE))):
                tell(self._step(draw, beside, fault))
            for missed in [fault for fault in possible if fault not in self.happened]:  # a server was still away
                tell(self._step(draw, None, missed))
        for _ in range(steps):
            beside = draw.choice(BESIDE) if draw.random() < HOW_OFTEN else None
            tell(self._step(draw, beside, *draw.choices(FAULTS, k=draw.choice((0, 1, 1, 2)))))
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

    def _step(self, draw: random.Random, beside: Beside | None, *faults: Fault) -> str:
        many, at_once, self.ledger.settled = draw.randint(1, 40), draw.choice((1, 4, 16)), len(self.ledger.pieces)
        work = threading.Thread(target=self._citizens().write, args=(random.Random(draw.random()), many, at_once))
        work.start()
        done = [f"{many} pieces, {at_once} at once"]
        if beside:
            done.append(beside(self.running, self.ledger, draw))
        for fault in faults:
            time.sleep(BEFORE_A_FAULT_SECONDS * draw.random())
            if harm := fault(self.running, draw):
                self.happened.append(fault)
            done.append(harm or f"nothing by {fault.__name__}")
        work.join()
        return "; ".join(done)

    def _citizens(self) -> Citizens:
        *_, line = self.running.lines
        office = {"Authorization": self.running.http.headers["Authorization"]}
        editor = OURS | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.running.owner.items())}
        return Citizens(f"http://127.0.0.1:{line.port}", office, editor, self.ledger)


@contextmanager
def trial(data: Path) -> Iterator[Trial]:
    """Everything at work in this folder, with two services of which webhooks and mail tell; one takes texts, too."""
    ours = clock(data)
    with (
        listeners() as told,
        small_disk(data / "postgres", DISK_MEGABYTES) as disk,
        embedded.servers(data) as servers,
        lines_to(servers.database_url, servers.redis_url) as (*lines, database_url, redis_url),
        up(
            data,
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            FEEDBACK_SMTP_URL=told.smtp,
            **SETTINGS,
            **(ours.environment() if ours else {}),
        ) as started,
        proxy(("127.0.0.1", started.http.base_url.port or 0)) as citizens,
        forked.commands(started.env) as forks,
    ):
        numbers = {"sms_numbers": [doors.OFFICE], "mail_addresses": [doors.ADDRESS]}
        started.http.patch("/v1/services/blue-badge", json=numbers).raise_for_status()
        add_service(started)
        told.subscribe(started, "blue-badge", SERVICE)
        owner, places = _owner(started), (*lines, citizens)
        running = replace(started, lines=places, disk=disk, clock=ours, forks=forks, owner=owner)
        yield Trial(running, told)


def _owner(running: Running) -> dict[str, str]:
    """Signed in on the service that citizens write to."""
    with store(running) as record, httpx.Client(base_url=running.http.base_url) as browser:
        browser.get(f"/sign-in/{credential(record, 'link', Role.owner, 'blue-badge')}")
        return dict(browser.cookies)
