"""`feedback demo`: everything at work on the made-up town, its history first, then a trickle of new feedback."""

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from socket import socket
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.cli.bootstrap import Runtime, started
from feedback.cli.processes import running
from feedback.cli.progress import bar
from feedback.cli.wait import wait_until_processed
from feedback.demo.announcement import Announcement
from feedback.demo.history import history, trickle
from feedback.demo.outage import BEGINS_AFTER_SECONDS, outage
from feedback.demo.receiver import DemoReceiver, receiving
from feedback.demo.town import ORGANISATION, SERVICES, DemoService
from feedback.process.api_process import LOOPBACK
from feedback.process.supervisor import Supervisor
from feedback.record import access, services
from feedback.record.access import Principal, Role, people
from feedback.record.encryption import KeyRing
from feedback.record.models import Subscription
from feedback.record.output.files import write_whole
from feedback.record.settings import Settings
from feedback.record.states import SubscriptionKind
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from insights.alerts.delivery.credentials import unseal
from insights.alerts.rules import subscriptions
from insights.alerts.rules.filters import AlertFilters, AlertKind
from insights.alerts.rules.subscriptions import SubscriptionChange, SubscriptionRequest
from insights.detection.observation import HISTORY
from insights.egress.addresses import AllowList

AT_ONCE = 500
PAUSE = 5  # seconds between two pieces of the trickle
RECEIVER = "Nobody (a demonstration inbox)"
EVERYTHING: tuple[AlertKind, ...] = get_args(AlertKind)


def run(settings: Settings, listener: socket, children: Supervisor) -> None:
    """Until Ctrl-C; the API is starting already, the first of the `children`."""
    told = settings.data / "demo.json"
    told.unlink(missing_ok=True)
    with receiving() as receiver, started(settings) as runtime:
        open_town(runtime)
        subscribe(runtime, receiver)
        with running(runtime, children, listener):
            work_queue = WorkQueue(runtime.servers.redis_url)
            announcement = Announcement(runtime, receiver.address)
            _past(runtime, work_queue, announcement)
            announcement.write()
            announcement.say()
            try:
                _distant_past(runtime, work_queue, announcement)
                present(runtime, work_queue, announcement)
            finally:
                told.unlink(missing_ok=True)


def open_town(runtime: Runtime) -> None:
    """Makes the services of the town with their owners, and names its council unless somebody named another."""
    with runtime.record.transaction() as session:
        if not services.organisation(session).name:
            services.set_organisation(session, ORGANISATION, by="command line")
        services.ensure(session, {service.slug: service.name for service in SERVICES})
        for service in SERVICES:
            found = access.service(session, service.slug)
            facts = {"department": service.department, "nation": service.nation, "names": {"cy": service.welsh_name}}
            services.set_properties(found, facts)
            if not people.owners(session, found):
                owner = people.add(session, service.owner, service.owner_email)
                people.appoint(session, owner, Role.owner, found, by=people.COMMAND_LINE)


def subscribe(runtime: Runtime, receiver: DemoReceiver) -> None:
    """Tells the demo's own receiver all that there is to tell; that of an earlier demo moved, and keeps its alerts."""
    allowed, keys = AllowList.of((LOOPBACK,)), runtime.record.keys
    with runtime.record.transaction() as session:
        for service in SERVICES:
            found = access.service(session, service.slug)
            mine = (Subscription.service_id == found.id, Subscription.name == RECEIVER)
            known = session.scalar(select(Subscription).where(*mine)) or _subscription(session, keys, allowed, service)
            here = SubscriptionChange(url=receiver.address, state="active")
            subscriptions.move(keys, allowed, known, here)
            subscriptions.change(session, known, here)
            receiver.secrets += [key.secret for key in unseal(keys, known).keys]


def _subscription(session: Session, keys: KeyRing, allowed: AllowList, service: DemoService) -> Subscription:
    who = Principal(0, RECEIVER, {None: Role.admin})
    wanted = SubscriptionRequest(
        SubscriptionKind.WEBHOOK,
        service=service.slug,
        url=f"http://{LOOPBACK}/",
        filters=AlertFilters(kinds=EVERYTHING),
        name=RECEIVER,
    )
    return subscriptions.make(session, keys, allowed, who, wanted)[0]


def _past(runtime: Runtime, work_queue: WorkQueue, announcement: Announcement) -> None:
    """Fed and processed once: a second start finds all of it there. What noticing looks at comes first."""
    began = _began(runtime.settings)
    if _complete(runtime, began):
        return
    announcement.say_what_comes()
    with bar() as progress:
        task = progress.add_task("feeding in the last weeks", total=None)
        for count in _fed(runtime, work_queue, began, lately=True):
            progress.update(task, advance=count)
        progress.update(task, total=progress.tasks[task].completed)
        wait_until_processed(runtime, progress)


def _distant_past(runtime: Runtime, work_queue: WorkQueue, announcement: Announcement) -> None:
    """Fed in once what goes wrong can be seen; it is read while the present goes on."""
    began = _began(runtime.settings)
    if _complete(runtime, began):
        announcement.say_what_waits()
        return
    announcement.say_what_follows()
    for _ in _fed(runtime, work_queue, began, lately=False):
        announcement.refresh()
    _mark(runtime, began)


def _fed(runtime: Runtime, work_queue: WorkQueue, began: dt.datetime, *, lately: bool) -> Iterator[int]:
    """Feeds in what was said within the time that noticing looks back, or else before; tells how much each time."""
    since = began - HISTORY
    arrivals = (it for it in history(began) if it.submitted_at and (it.submitted_at >= since) is lately)
    while batch := list(islice(arrivals, AT_ONCE)):
        _feed(runtime, batch)
        work_queue.wake("clean")
        yield len(batch)


def _began(settings: Settings) -> dt.datetime:
    """When the demo was first started: its history ends there, also when it was killed and is started again."""
    kept = settings.data / "demo-began"
    if not kept.exists():
        write_whole(kept, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
    return dt.datetime.fromisoformat(kept.read_text().strip().split()[0])


def _complete(runtime: Runtime, began: dt.datetime) -> bool:
    return (runtime.settings.data / "demo-began").read_text().strip() == f"{began.isoformat()} complete"


def _mark(runtime: Runtime, began: dt.datetime) -> None:
    write_whole(runtime.settings.data / "demo-began", f"{began.isoformat()} complete")


def _feed(runtime: Runtime, arrivals: Iterable[Arrival]) -> None:
    with runtime.record.transaction() as session:
        accept(session, runtime.record.keys, list(arrivals), dt.datetime.now(dt.UTC))


def present(runtime: Runtime, work_queue: WorkQueue, announcement: Announcement) -> None:
    """Feeds in a piece every few seconds, as long as somebody watches, and keeps the sign-in link fresh.

    After three minutes a page breaks, and its reports come in between.
    """
    began, now = time.monotonic(), dt.datetime.now(dt.UTC)
    broken = outage(now)
    for arrival in trickle(now):
        for _ in range(PAUSE):
            time.sleep(1)
            announcement.refresh()
        struck = time.monotonic() - began >= BEGINS_AFTER_SECONDS
        _feed(runtime, [arrival, *islice(broken, int(struck))])
        work_queue.wake("clean")
