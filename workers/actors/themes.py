"""Issues of several services that belong together are one theme, which goes on under its id as they change."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from feedback.record.models import WideWork
from feedback.record.states import WorkStage
from feedback.record.work.stages import stage
from insights.themes import renewal, shared_signals
from workers.runtime.actor import Actor, Save, Worker, work_once


def themes(worker: Worker) -> None:
    """Look at all services together."""
    work_once(worker, THEMES)


def _themes(worker: Worker, rows: Sequence[WideWork]) -> Save[WideWork]:
    [row] = rows
    seen, moment = row.asked, dt.datetime.now(dt.UTC)
    with worker.record.transaction() as session:
        issues, centroids = renewal.read_issues(session)
        observations = shared_signals.read(session, moment)
    shared = shared_signals.find(observations)
    groups = renewal.group(issues, centroids)

    def save(session: Session, mine: Sequence[WideWork]) -> None:
        for row in mine:
            row.done = seen
        if mine:
            shared_signals.store(session, shared, moment)
            renewal.renew(session, issues, groups)

    return save


THEMES = Actor(stage("themes"), limit=1, work=_themes, to=WorkStage.OPEN)
