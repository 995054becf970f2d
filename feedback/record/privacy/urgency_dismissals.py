"""What staff say of an urgent piece: that it is not urgent. What is held of it goes, and its service learns."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

import numpy as np
import structlog
from numpy.typing import NDArray
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import Principal
from feedback.record.errors import Conflict, NotFound
from feedback.record.models import Feedback, HeldRaw, Statement, UrgencyDismissal

log = structlog.get_logger()

DESTROYED_AFTER = dt.timedelta(minutes=10)
"""What is held stays so long after somebody said that it is not urgent, for whoever pressed the wrong button."""

MOST_LEARNED = 2_000
"""The latest statements of a service that are learned from: each urgent statement is compared with all of them."""


def dismiss(session: Session, who: Principal, piece: Feedback) -> None:
    """Says that an urgent piece is not urgent; said twice, it counts once. Raises `Conflict` for any other piece."""
    if piece.urgent is None:
        raise Conflict("this was not raised as urgent")
    row = {"feedback_id": piece.id, "service_id": piece.service_id, "by": who.name}
    made = session.execute(insert(UrgencyDismissal).values(row).on_conflict_do_nothing().returning(UrgencyDismissal.at))
    if made.first():
        audit.note(session, who.caller, "not urgent", f"feedback:{piece.id}", piece.service_id)


def undo(session: Session, who: Principal, piece: Feedback) -> None:
    """Takes it back: the like is raised again. What has been destroyed by then is lost. Raises `NotFound`."""
    found = session.get(UrgencyDismissal, piece.id)
    if found is None:
        raise NotFound("nobody said that this is not urgent")
    session.delete(found)
    audit.note(session, who.caller, "urgent again", f"feedback:{piece.id}", piece.service_id)


def destroy_held(session: Session) -> None:
    """Destroys what is held of the pieces that were found not to be urgent ten minutes ago or earlier."""
    over = select(UrgencyDismissal.feedback_id).where(UrgencyDismissal.at <= func.now() - DESTROYED_AFTER)
    gone = session.execute(delete(HeldRaw).where(HeldRaw.feedback_id.in_(over)).returning(HeldRaw.feedback_id))
    for identity in gone.scalars():
        log.info("held text destroyed: not urgent", feedback=str(identity))


def learned(session: Session, service_ids: Collection[int], model: str) -> Mapping[int, NDArray[np.float32]]:
    """Returns what is not urgent, by service: unit vectors (n, d) of statements that `model` embedded, the latest."""
    dismissed = select(UrgencyDismissal.feedback_id).where(UrgencyDismissal.service_id.in_(service_ids))
    rows = session.execute(
        select(Statement.service_id, Statement.vector)
        .where(Statement.feedback_id.in_(dismissed), Statement.vector.is_not(None), Statement.embedded_by == model)
        .order_by(Statement.id.desc())
        .limit(MOST_LEARNED)
    )
    found: dict[int, list[list[float]]] = defaultdict(list)
    for service_id, vector in rows:
        found[service_id].append(vector or [])
    return {service_id: _unit(np.array(vectors, np.float32)) for service_id, vectors in found.items()}


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Half floats are a little longer or shorter than what was stored."""
    length: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / length


def of_pieces(session: Session, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, UrgencyDismissal]:
    """Finds which of these pieces were found not to be urgent."""
    rows = session.scalars(select(UrgencyDismissal).where(UrgencyDismissal.feedback_id.in_(ids)))
    return {row.feedback_id: row for row in rows}
