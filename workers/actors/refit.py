"""A service's topics are trained again: new issues are found, known ones keep their ids."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from feedback.record.models import ServiceWork
from feedback.record.states import WorkStage
from feedback.record.work.service_work import ask, ask_wide
from feedback.record.work.stages import stage
from insights.grouping import due, nameless, refit_store, regroup, title_proposals
from insights.grouping.constraints import StratumTopics
from insights.issues import trends
from workers.runtime.actor import Actor, Save, Worker, work_once
from workers.runtime.memory import give_back


def refit(worker: Worker) -> None:
    """Group one service anew."""
    if work_once(worker, REFIT):
        give_back()


def _refit(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, service_id = row.asked, row.service_id
    with worker.record.transaction() as session:
        before = refit_store.read(session, service_id) if due.is_due(session, service_id) else None
    if before and len(before.statements) < regroup.FEWEST_STATEMENTS:
        before = None
    named = nameless.names(before.statements, before.nameless, before.titles, worker.tools.encode) if before else {}
    trained = _train(worker, before, [*before.titles, *(its.title.text for its in named.values())]) if before else []

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        if mine and before and trained:
            if not refit_store.store(session, service_id, before, trained, worker.tools.model, named):
                return  # not done: once more
            ask(session, [service_id], "notice", note=trends.ANEW)  # the new issues have none yet
            ask_wide(session, "themes")
        for row in mine:
            row.done = seen

    return save


def _train(worker: Worker, before: refit_store.BeforeRefit, titles: Sequence[str]) -> list[StratumTopics]:
    return regroup.train(
        before.statements,
        titles,
        signalled=before.signalled,
        constraints=before.constraints,
        encode=worker.tools.encode,
        propose=partial(title_proposals.propose, worker.record.settings),
    )


REFIT = Actor(stage("refit"), limit=1, work=_refit, to=WorkStage.OPEN)
