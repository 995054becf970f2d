"""A file that somebody brought in the browser is taken in; what came of it is undone as a whole."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from feedback.record.models import Upload
from feedback.record.states import UploadStage, WorkKind
from feedback.record.work.service_work import ask
from feedback.record.work.stages import stage
from ingest.channels.uploads import taking_in
from workers.runtime.actor import Actor, Save, Worker, work_once


def take_in(worker: Worker) -> None:
    """Take in one file."""
    work_once(worker, TAKE_IN)


def take_back(worker: Worker) -> None:
    """Take back one file."""
    work_once(worker, TAKE_BACK)


def _take_in(worker: Worker, rows: Sequence[Upload]) -> Save[Upload]:
    [row] = rows
    taking_in.take_in(worker.record, worker.work_queue, row)

    def save(session: Session, mine: Sequence[Upload]) -> None:
        for row in mine:
            taking_in.end(session, row)

    return save


def _take_back(worker: Worker, rows: Sequence[Upload]) -> Save[Upload]:
    [row] = rows
    taking_in.take_back(worker.record, row)

    def save(session: Session, mine: Sequence[Upload]) -> None:
        for row in mine:
            taking_in.taken_back(session, row)

    return save


def _ask(session: Session, rows: Sequence[Upload]) -> None:
    """The issues that it made are grouped anew without it."""
    ask(session, [row.service_id for row in rows], WorkKind.REFIT, WorkKind.NOTICE)


TAKE_IN = Actor(stage("take_in"), limit=1, work=_take_in, to=UploadStage.DONE)
TAKE_BACK = Actor(stage("take_back"), limit=1, work=_take_back, to=UploadStage.TAKEN_BACK, asks=_ask)
