"""A file that somebody brought in the browser is taken in."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from feedback.record.models import Upload
from feedback.record.states import UploadStage
from feedback.record.work.stages import stage
from ingest.channels.uploads import taking_in
from workers.runtime.actor import Actor, Save, Worker, work_once


def take_in(worker: Worker) -> None:
    """Take in one file."""
    work_once(worker, TAKE_IN)


def _take_in(worker: Worker, rows: Sequence[Upload]) -> Save[Upload]:
    [row] = rows
    taking_in.take_in(worker.record, worker.work_queue, row)

    def save(session: Session, mine: Sequence[Upload]) -> None:
        for row in mine:
            taking_in.end(session, row)

    return save


TAKE_IN = Actor(stage("take_in"), limit=1, work=_take_in, to=UploadStage.DONE)
