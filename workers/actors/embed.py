"""After a change of encoder what a service was told before is embedded anew, a batch at a time."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from feedback.record.models import ServiceWork
from feedback.record.states import WorkKind, WorkStage
from feedback.record.work.service_work import ask, ask_wide, lock_services
from feedback.record.work.stages import OLD_VECTORS, stage
from insights.grouping import reembedding
from workers.runtime.actor import Actor, Save, Worker, work_once


def check_encoder(worker: Worker) -> None:
    """See of one service whether all is of the encoder that embeds now."""
    work_once(worker, CHECK_ENCODER)


def embed(worker: Worker) -> None:
    """Embed a batch of one service anew, where its encoder has changed."""
    work_once(worker, EMBED)


def _check(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, service_id = row.asked, row.service_id
    with worker.record.transaction() as session:
        found = reembedding.old_statements(session, service_id, worker.tools.embedded_by)

    def save(_session: Session, mine: Sequence[ServiceWork]) -> None:
        for row in mine:
            if found:
                row.state = {**row.state, OLD_VECTORS: True}
            else:
                row.done = seen

    return save


def _embed(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, service_id, embedded_by = row.asked, row.service_id, worker.tools.embedded_by
    with worker.record.transaction() as session:
        found = reembedding.old_statements(session, service_id, embedded_by)
    batch = found[: reembedding.STATEMENTS_AT_ONCE]
    vectors = worker.tools.encode([one.text for one in batch], [one.language for one in batch])

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        if mine:
            reembedding.store(session, batch, vectors, embedded_by)
        if len(found) > len(batch):
            return  # not done: once more
        for row in mine:
            row.done = seen
            row.state = reembedding.settle(session, service_id) if batch else {}
            if batch:
                ask(session, [service_id], WorkKind.REFIT, WorkKind.NOTICE)
                ask_wide(session, WorkKind.THEMES)

    return save


def _keep_still(session: Session, rows: Sequence[ServiceWork]) -> None:
    lock_services(session, [row.service_id for row in rows])


CHECK_ENCODER = Actor(stage("check_encoder"), limit=1, work=_check, to=WorkStage.OPEN)
EMBED = Actor(stage("embed"), limit=1, work=_embed, to=WorkStage.OPEN, asks=_keep_still)
