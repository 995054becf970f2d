"""The walk of a piece of feedback, on one screen: clean, group; then its service is looked at."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from feedback.record.encryption import KeyRing
from feedback.record.errors import NotFound
from feedback.record.models import Feedback, Issue, Statement
from feedback.record.privacy import raw, urgent_raw
from feedback.record.stages import ask, own
from ingest.cleaning import near_duplicates
from ingest.cleaning.preparation import Prepared, prepare
from insights.alerts.rules import fan_out
from insights.grouping import assignment
from insights.issues.decisions import reassignment
from nlp.clean.urgency import REASONS, urgency
from workers.actors import notice
from workers.runtime.stage import Save, Station, Worker, work_once

SOON, NOW_AND_THEN = dt.timedelta(), dt.timedelta(seconds=3)


def clean(worker: Worker) -> None:
    """Raw text becomes redacted statements with vectors; then the raw text goes."""
    work_once(worker, CLEAN)


def group(worker: Worker) -> None:
    """Each statement joins the issue of its service that it lies within, or waits outside for a refit."""
    work_once(worker, GROUP)


def _clean(worker: Worker, rows: Sequence[Feedback]) -> Save[Feedback]:
    with worker.record.transaction() as session:
        contents = raw.take_out(session, worker.record.keys, [row.id for row in rows])
    if missing := sum(row.id not in contents for row in rows):
        raise NotFound(f"the raw text of {missing} expired before it was read")
    try:
        prepared = prepare(worker.tools, contents)
    except Exception:
        _tell_unread(worker, rows, contents)
        raise

    def save(session: Session, mine: Sequence[Feedback]) -> None:
        _write(session, mine, prepared)
        statements = [_statement(row, said) for row in mine for said in prepared[row.id].said]
        if statements:
            session.execute(insert(Statement), statements, execution_options={"render_nulls": True})
        near_duplicates.mark(session, mine)
        _hold_urgent(session, worker.record.keys, mine, contents)
        raw.forget(session, [row.id for row in mine])
        fan_out.tell_urgent(session, mine)

    return save


def _hold_urgent(
    session: Session, keys: KeyRing, rows: Sequence[Feedback], contents: Mapping[uuid.UUID, Mapping[str, Any]]
) -> None:
    """Whoever is in danger must be found, so what they wrote stays until an owner releases it."""
    urgent_raw.hold(session, keys, {row.id: contents[row.id] for row in rows if fan_out.cannot_wait(row)})


def _tell_unread(worker: Worker, rows: Sequence[Feedback], contents: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    """A piece that cannot be redacted, and is tried alone, stays hidden; but if it cannot wait, that is told."""
    if len(rows) > 1 or not (found := urgency(contents[rows[0].id]["message"])):
        return
    with worker.record.transaction() as session:
        [row] = own(session, Feedback, [rows[0].id], worker.claimer.number)
        row.urgent = {"kind": found.kind, "reason": REASONS[found.kind]}
        _hold_urgent(session, worker.record.keys, [row], contents)
        fan_out.tell_urgent(session, [row])


def _write(session: Session, rows: Sequence[Feedback], prepared: Mapping[uuid.UUID, Prepared]) -> None:
    """All in one go, which a flush would not: it takes each run of rows with the same columns by itself."""
    values = [{"id": row.id, **_values(prepared[row.id])} for row in rows]
    if values:
        session.execute(update(Feedback), values)
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


def _statement(row: Feedback, said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "feedback_id": row.id, "service_id": row.service_id, "said_at": row.said_at}


def _group(worker: Worker, rows: Sequence[Feedback]) -> Save[Feedback]:
    with worker.record.transaction() as session:
        joined = assignment.join(session, [row.id for row in rows])

    def save(session: Session, mine: Sequence[Feedback]) -> None:
        owned = {row.id for row in mine}
        changes = _unplaced(session, [change for change in joined if change.pop("feedback_id") in owned])
        if changes:
            session.execute(update(Statement), changes)
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
    waits = dict.fromkeys(_filling(session, rows), NOW_AND_THEN)
    for service_id in sorted(services):
        ask(session, [service_id], "refit", wait=waits.get(service_id, SOON))
    for service_id in sorted(services):
        note = notice.REVIEW if service_id in past else {}
        ask(session, [service_id], "notice", wait=waits.get(service_id, SOON), note=note)


def _filling(session: Session, rows: Sequence[Feedback]) -> Sequence[int]:
    """The services of which these are all history, and more of it waits."""
    only_past = {row.service_id for row in rows} - {row.service_id for row in rows if not row.history}
    more = select(Feedback.service_id).where(
        Feedback.service_id.in_(only_past),
        Feedback.history,
        Feedback.stage.in_(("clean", "group")),
        Feedback.id.not_in([row.id for row in rows]),
    )
    return session.scalars(more.distinct()).all()


LIVE_FIRST = (Feedback.history, Feedback.received_at)
"""An import of years of history never keeps a citizen of today waiting."""


def _is_live(row: Feedback) -> bool:
    return not row.history


CLEAN = Station("clean", Feedback, (Feedback.stage == "clean",), LIVE_FIRST, 64, _clean, "group", ("group",), _is_live)
GROUP = Station(
    "group", Feedback, (Feedback.stage == "group",), LIVE_FIRST, 256, _group, "done", ("notice",), asks=_ask
)
