"""Work for a whole service, or for all services together: it is asked for, and due at a time.

Asking twice makes it due once, at the earlier time; what is asked for while it is done is done again.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Interval, and_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from feedback.record.models import ServiceWork, WideWork
from feedback.record.states import WorkKind, WorkStage

REVIEW = {"review": True}
"""The note to a look that history has come in: when all of it is there, the present is judged once."""


def ask(
    session: Session,
    service_ids: Iterable[int],
    *kinds: str,
    wait: dt.timedelta = dt.timedelta(),
    note: Mapping[str, Any] | None = None,
) -> None:
    """Make work of these kinds due for these services, `wait` from now at the latest.

    `note` is kept for whoever does the work. Everybody asks for refits before notices, each in the order of the
    services: so askers never deadlock.
    """
    due_at = func.now() + wait
    for kind in sorted(kinds, reverse=True):
        for service_id in sorted(service_ids):
            fresh = insert(ServiceWork).values(
                service_id=service_id,
                kind=kind,
                stage=WorkStage.OPEN,
                due_at=due_at,
                asked=1,
                done=0,
                state=dict(note or {}),
            )
            again = _again(ServiceWork, due_at) | {"state": ServiceWork.state.op("||")(fresh.excluded.state)}
            session.execute(fresh.on_conflict_do_update(index_elements=["service_id", "kind"], set_=again))


def done(mine: Sequence[ServiceWork], seen: int, *, reviewed: bool = False, again: dt.timedelta | None = None) -> None:
    """Marks as done what was asked for `seen` times; what was asked meanwhile stays to be done, a review with it.

    What nobody asked for meanwhile is due `again` after that time, if one is told.
    """
    for row in mine:
        row.done = seen
        if again is not None and row.asked == seen:
            row.asked, row.due_at = seen + 1, func.now() + again
        if reviewed and row.asked == seen:
            row.state = {name: value for name, value in row.state.items() if name not in REVIEW}


def lock_services(session: Session, service_ids: Iterable[int]) -> None:
    """Keep everybody from grouping, refitting or noticing in these services until the transaction ends.

    Whoever writes to pieces that are already grouped takes this lock before the first of them, in the order of `ask`.
    """
    theirs = (ServiceWork.service_id.in_(list(service_ids)), ServiceWork.kind.in_((WorkKind.REFIT, WorkKind.NOTICE)))
    in_order = (ServiceWork.kind.desc(), ServiceWork.service_id)
    session.execute(select(ServiceWork.id).where(*theirs).order_by(*in_order).with_for_update())


def ask_wide(session: Session, kind: str, wait: dt.timedelta = dt.timedelta()) -> None:
    """Make work for all services together due, `wait` from now at the latest. Ask for it last in a transaction."""
    session.execute(WIDE_REQUEST, {"kind": kind, "wait": wait})


def _again(model: type[ServiceWork | WideWork], due_at: ColumnElement[dt.datetime]) -> dict[str, Any]:
    """What asking once more changes: due at the earlier time, and no longer set aside."""
    waits = and_(model.asked > model.done, model.stage != WorkStage.SET_ASIDE)
    return {
        "asked": model.asked + 1,
        "due_at": case((waits, func.least(model.due_at, due_at)), else_=due_at),
        "attempts": case((model.stage == WorkStage.SET_ASIDE, 0), else_=model.attempts),
        "stage": WorkStage.OPEN,
    }


def _wide_request() -> Insert:
    due_at = func.now() + bindparam("wait", type_=Interval)
    fresh = insert(WideWork).values(kind=bindparam("kind"), stage=WorkStage.OPEN, due_at=due_at, asked=1, done=0)
    return fresh.on_conflict_do_update(index_elements=["kind"], set_=_again(WideWork, due_at))


WIDE_REQUEST = _wide_request()
"""Built once: every look at a service asks."""


def asked_for(kind: str, model: type[ServiceWork | WideWork] = ServiceWork) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that work of this kind is due."""
    return (model.kind == kind, *due(model))


def due(model: type[ServiceWork | WideWork] = ServiceWork) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that work of any kind is due."""
    return (model.stage == WorkStage.OPEN, model.asked > model.done, model.due_at <= func.now())
