"""The second stage of the walk: statements join the issues of their service; then the service is looked at."""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Statement
from feedback.record.models.base import update_rows
from feedback.record.states import FeedbackStage, WorkKind
from feedback.record.work.service_work import REVIEW, ask
from feedback.record.work.stages import stage
from insights.grouping import assignment, quoted
from insights.issues.decisions import reassignment
from workers.runtime.actor import Actor, Save, Worker, work_once

IMPORT_WAIT = dt.timedelta(seconds=1)
"""While history still comes in, its service is grouped and looked at so often."""


def group(worker: Worker) -> None:
    """Group a batch: each statement joins the issue that it lies within, or waits outside for a refit."""
    work_once(worker, GROUP)


def _group(worker: Worker, rows: Sequence[Feedback]) -> Save[Feedback]:
    with worker.record.transaction() as session:
        likeness = partial(quoted.likeness, session, worker.tools.second_view)
        joined = assignment.join(session, [row.id for row in rows], likeness)

    def save(session: Session, mine: Sequence[Feedback]) -> None:
        owned = {row.id for row in mine}
        changes = _unplaced(session, [change for change in joined if change.pop("feedback_id") in owned])
        update_rows(session, Statement, changes)
        # History raises nothing: nobody need look at it.
        done = update(Feedback).where(Feedback.id.in_(owned))
        session.execute(done.values(done_at=dt.datetime.now(dt.UTC), noticed=Feedback.history))

    return save


def _unplaced(session: Session, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that still hold: nobody, a refit say, has put the statement into an issue meanwhile, and its own lives."""
    waiting = select(Statement.id).where(
        reassignment.among([row["id"] for row in changes]), Statement.issue_id.is_(None)
    )
    living = select(Issue.id).where(Issue.id.in_({row["issue_id"] for row in changes}), Issue.ended_at.is_(None))
    statements, issues = set(session.scalars(waiting)), set(session.scalars(living))
    found = [row for row in changes if row["id"] in statements and row["issue_id"] in issues]
    return sorted(found, key=itemgetter("id"))


def _ask(session: Session, rows: Sequence[Feedback]) -> None:
    """What these pieces make due for their services: soon, or where history still comes in, now and then."""
    services, past = {row.service_id for row in rows}, {row.service_id for row in rows if row.history}
    waits = dict.fromkeys(_importing(session, rows), IMPORT_WAIT)
    for service_id in sorted(services):
        ask(session, [service_id], WorkKind.REFIT, wait=waits.get(service_id, dt.timedelta()))
    for service_id in sorted(services):
        note = REVIEW if service_id in past else {}
        ask(session, [service_id], WorkKind.NOTICE, wait=waits.get(service_id, dt.timedelta()), note=note)


def _importing(session: Session, rows: Sequence[Feedback]) -> Sequence[int]:
    """The services of which these are all history, and more of it waits."""
    only_past = {row.service_id for row in rows} - {row.service_id for row in rows if not row.history}
    more = select(Feedback.service_id).where(
        Feedback.service_id.in_(only_past),
        Feedback.history,
        Feedback.stage.in_((FeedbackStage.CLEAN, FeedbackStage.GROUP)),
        Feedback.id.not_in([row.id for row in rows]),
    )
    return session.scalars(more.distinct()).all()


GROUP = Actor(stage("group"), limit=256, work=_group, to=FeedbackStage.DONE, asks=_ask)
