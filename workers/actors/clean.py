"""The first stage of the walk: raw text becomes redacted statements with vectors; then the raw text goes."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from feedback.record.encryption import KeyRing
from feedback.record.errors import NotFound
from feedback.record.models import Feedback, Statement
from feedback.record.models.base import as_table, update_rows
from feedback.record.privacy import raw, urgency_dismissals, urgent_raw
from feedback.record.states import FeedbackStage
from feedback.record.work.claims import own
from feedback.record.work.stages import stage
from ingest.cleaning import near_duplicates
from ingest.cleaning.preparation import Prepared, prepare
from insights.alerts.rules import fan_out
from nlp.clean.urgency import REASONS, urgency
from workers.runtime.actor import Actor, Save, Worker, work_once


def clean(worker: Worker) -> None:
    """Clean a batch of feedback."""
    work_once(worker, CLEAN)


def _clean(worker: Worker, rows: Sequence[Feedback]) -> Save[Feedback]:
    model = worker.tools.model
    with worker.record.transaction() as session:
        contents = raw.read(session, worker.record.keys, [row.id for row in rows])
        calm = urgency_dismissals.learned(session, {row.service_id for row in rows}, model)
    if missing := sum(row.id not in contents for row in rows):
        raise NotFound(f"the raw text of {missing} expired before it was read")
    try:
        prepared = prepare(
            worker.tools, contents, {row.id: calm[row.service_id] for row in rows if row.service_id in calm}
        )
    except Exception:
        _tell_unread(worker, rows, contents)
        raise

    def save(session: Session, mine: Sequence[Feedback]) -> None:
        _write(session, mine, prepared)
        statements = [
            {**said, "feedback_id": row.id, "service_id": row.service_id, "said_at": row.said_at}
            for row in mine
            for said in prepared[row.id].said
        ]
        if statements:
            said = select(*as_table(Statement, statements).c)
            session.execute(insert(Statement).from_select(list(statements[0]), said))
        near_duplicates.mark(session, mine)
        _hold_urgent(session, worker.record.keys, mine, contents)
        raw.discard(session, [row.id for row in mine])
        fan_out.raise_urgent_alerts(session, mine)

    return save


def _hold_urgent(
    session: Session, keys: KeyRing, rows: Sequence[Feedback], contents: Mapping[uuid.UUID, Mapping[str, Any]]
) -> None:
    """Whoever is in danger must be found, so what they wrote stays until an owner releases it."""
    urgent_raw.retain(session, keys, {row.id: contents[row.id] for row in rows if fan_out.is_urgent(row)})


def _tell_unread(worker: Worker, rows: Sequence[Feedback], contents: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    """A piece that cannot be redacted, and is tried alone, stays hidden; but if it cannot wait, that is told."""
    if len(rows) > 1 or not (found := urgency(contents[rows[0].id]["message"])):
        return
    with worker.record.transaction() as session:
        [row] = own(session, Feedback, [rows[0].id], worker.claimer.number)
        row.urgent = {"kind": found.kind, "reason": REASONS[found.kind]}
        _hold_urgent(session, worker.record.keys, [row], contents)
        fan_out.raise_urgent_alerts(session, [row])


def _write(session: Session, rows: Sequence[Feedback], prepared: Mapping[uuid.UUID, Prepared]) -> None:
    values = [{"id": row.id, **_values(prepared[row.id])} for row in rows]
    update_rows(session, Feedback, values)
    for row, its in zip(rows, values, strict=True):
        for name, value in its.items():
            set_committed_value(row, name, value)


def _values(found: Prepared) -> dict[str, Any]:
    return {
        "text": found.text,
        "language": found.language,
        "page_url": found.page_url,
        "attributes": found.attributes,
        "hidden": found.hidden,
        "verdicts": found.verdicts,
        "urgent": found.urgent,
        "confidence": found.confidence,
        "weight": 0 if found.set_apart else 1,
        **near_duplicates.fingerprint(found.text),
    }


def _is_live(row: Feedback) -> bool:
    return not row.history


CLEAN = Actor(stage("clean"), limit=64, work=_clean, to=FeedbackStage.GROUP, pressing=_is_live)
