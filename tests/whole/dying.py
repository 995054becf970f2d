"""A process that kills itself at one point: `python -m tests.whole.dying POINT DATABASE REDIS DATA ARGUMENT`."""

import os
import signal
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from feedback.record.db import Record, engine_for
from feedback.record.privacy import contacts, erasure, erasure_ledger
from feedback.record.settings import Settings
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from feedback.web.app import create_app
from feedback.web.server import beside_others, server
from ingest.intake.writer import FastPath
from workers.actors import clean
from workers.runtime.actor import Worker
from workers.runtime.model_loader import Tools


def die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def answer(settings: Settings, database_url: str, redis_url: str, listener: str) -> None:
    """Takes in what comes on an open port, and dies once it is committed."""
    insert = FastPath._insert

    async def then_die(self: FastPath, *rows: Any) -> Any:
        await insert(self, *rows)
        die()

    FastPath._insert = then_die  # type: ignore[assignment, method-assign]
    beside_others(server(create_app(settings, database_url, redis_url), settings), int(listener))


def clean_batch(settings: Settings, database_url: str, redis_url: str, _: str) -> None:
    """Dies in the midst of a batch."""
    engine, tools = engine_for(database_url), Tools(settings)
    tools.clean = die  # type: ignore[method-assign]
    clean.clean(Worker(Record(settings, engine), Claimer(engine), WorkQueue(redis_url), tools))


def erase(settings: Settings, database_url: str, _: str, what: str) -> None:
    """Erases the piece that is named after the point at which to die, by its name."""
    point, piece = what.split(":")
    engine = engine_for(database_url)
    if point == "noted":
        erasure_ledger.note = _after(erasure_ledger.note)
    elif point == "half":
        contacts.shred = _after(contacts.shred)
    elif point == "committing":
        event.listen(Session, "before_commit", die)
    with Record(settings, engine).transaction() as session:
        erasure.erase(session, [uuid.UUID(piece)], by="test")
    die()


def _after(do: Callable[..., Any]) -> Callable[..., Any]:
    def both(*given: Any) -> None:
        do(*given)
        die()

    return both


if __name__ == "__main__":
    point, database_url, redis_url, data, argument = sys.argv[1:]
    at = {"answer": answer, "clean": clean_batch, "erase": erase}[point]
    at(Settings(data=Path(data)), database_url, redis_url, argument)
