"""Waiting until all that was taken in is processed, with workers of our own where nobody else works."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.progress import Progress
from sqlalchemy import func, select

from feedback.cli import processes
from feedback.cli.bootstrap import Runtime
from feedback.operation import load
from feedback.process.supervisor import Supervisor
from feedback.record.models import Feedback, ServiceWork
from feedback.record.states import WorkStage


@contextmanager
def working(runtime: Runtime) -> Iterator[None]:
    """Within it workers are at work: ours, unless somebody else's are."""
    with ExitStack() as stack:
        with runtime.record.transaction() as session:
            others = load.workers(session)
        if not others:
            supervisor = stack.enter_context(Supervisor())
            for child in processes.workers(runtime):
                if child.name != "deliveries":
                    supervisor.start(child)
        yield


def wait_until_processed(runtime: Runtime, progress: Progress, tick: Callable[[], None] = lambda: None) -> None:
    """Until every piece has reached its end state and every service has been grouped and looked at."""
    total = _waiting(runtime)
    task = progress.add_task("processing", total=total)
    while (waiting := _waiting(runtime)) or _services_wait(runtime):
        total = max(total, waiting)
        progress.update(task, completed=total - waiting, total=total)
        tick()
        time.sleep(0.2)
    progress.update(task, completed=total, total=total)


def _waiting(runtime: Runtime) -> int:
    with runtime.record.transaction() as session:
        return (
            session.scalar(select(func.count()).select_from(Feedback).where(Feedback.stage.in_(("clean", "group"))))
            or 0
        )


def _services_wait(runtime: Runtime) -> bool:
    with runtime.record.transaction() as session:
        due = (
            select(ServiceWork.id)
            .where(ServiceWork.stage == WorkStage.OPEN, ServiceWork.asked > ServiceWork.done)
            .limit(1)
        )
        return session.scalar(due) is not None
