"""The vectors of large services are put into the index of searches, so that a search need not compare all."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.orm import Session

from feedback.record.models import ServiceWork
from feedback.record.states import WorkStage
from feedback.record.work.stages import stage
from insights.search import service_indexes, vector_index
from workers.runtime.actor import Actor, Save, Worker, work_once


def index(worker: Worker) -> None:
    """Put the next vectors of one service into the index, if it is large."""
    work_once(worker, INDEX)


def _index(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    """In a transaction of its own: to put a vector into the index takes as long as to clean a piece."""
    [row] = rows
    seen, service_id = row.asked, row.service_id
    with worker.record.transaction() as session:
        begins = vector_index.begin(session, service_id)
    if begins:
        service_indexes.remove(worker.record.direct_engine, service_id)
    with worker.record.transaction() as session:
        more = vector_index.take_in(session, service_id)
    if not more:
        service_indexes.make(worker.record.direct_engine, service_id)

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        for row in mine:
            if more:  # what is done batch by batch has not waited since it was asked for
                row.due_at = func.now()
            else:
                row.done = seen

    return save


INDEX = Actor(stage("index"), limit=1, work=_index, to=WorkStage.OPEN)
