"""Whoever an issue was assigned to is told by e-mail."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from feedback.record.models import ServiceWork
from feedback.record.states import WorkStage
from feedback.record.work import service_work
from feedback.record.work.stages import stage
from insights.alerts.delivery import assignments
from workers.runtime.actor import Actor, Save, Worker, work_once


def tell_assigned(worker: Worker) -> None:
    """Tell people what was assigned to them in one service."""
    work_once(worker, TELL_ASSIGNED)


def _tell(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    """Each is noted by itself once it is sent, so that whoever comes after one that fails is told only once.

    Not while the row of the work is locked: who assigns locks the issue first.
    """
    [row] = rows
    seen, record = row.asked, worker.record
    with record.transaction() as session:
        notices = assignments.untold(session, record.settings, row.service_id)
    for notice in notices:
        assignments.send(record.settings, notice)
        with record.transaction() as session:
            assignments.note_told(session, notice)

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        service_work.done(mine, seen)

    return save


TELL_ASSIGNED = Actor(stage("tell_assigned"), limit=1, work=_tell, to=WorkStage.OPEN)
