"""Progress bars for everything that takes longer than a second."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from feedback.process.progress import Progress


@contextmanager
def bar() -> Iterator[Bars]:
    """On standard error, so that output can be piped; where nobody looks, nothing is drawn."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as progress:
        yield progress


@contextmanager
def staged() -> Iterator[Progress]:
    """Return a bar for each thing that is done, in the order that they come up."""
    with bar() as progress:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield tell


@contextmanager
def counted(what: str, source: Path) -> Iterator[Callable[[int], None]]:
    """Return a bar over the lines of a file."""
    with source.open("rb") as lines:
        total = sum(1 for _ in lines)
    with staged() as tell:
        yield lambda done: tell(what, done, total)
