"""What is new in each surge, kept for the pages: to find it takes longer than all else on the page of a service.

It changes only with the reports. The scheduler, which counts the issues that have changed (`tallies`), notes their
surges, and finds anew what is new in them; it alone writes here, so that nobody waits for anybody.
"""

import uuid
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from feedback.record.models import Signal, SignalContrasts
from feedback.record.states import SignalKind, SignalTier
from insights.issues.contrasts import finding
from insights.presentation.contrasts import Contrast

MOST_AT_ONCE = 5
"""Surges that are looked through in one transaction of `refresh`."""


def of_signals(session: Session, signals: Sequence[Signal]) -> dict[uuid.UUID, list[Contrast]]:
    """Returns what was last found to be new in each of these, by its id; a surge of this second is not among them."""
    surges = [one.id for one in signals if one.kind != SignalKind.NEW]
    kept = select(SignalContrasts.signal_id, SignalContrasts.found).where(SignalContrasts.signal_id.in_(surges))
    rows = session.execute(kept) if surges else ()
    return {row.signal_id: msgspec.convert(row.found, list[Contrast]) for row in rows}


def note_changed(session: Session, issue_ids: Collection[uuid.UUID]) -> None:
    """Notes that the reports on these issues are no longer those that their surges were looked through with."""
    standing = select(Signal.id).where(Signal.issue_id.in_(issue_ids), Signal.ended_at.is_(None))
    session.execute(update(SignalContrasts).where(SignalContrasts.signal_id.in_(standing)).values(due=True))


_WAITING = (
    select(Signal)
    .outerjoin(SignalContrasts)
    .where(
        Signal.tier == SignalTier.SIGNAL,
        Signal.kind != SignalKind.NEW,
        Signal.ended_at.is_(None),
        or_(SignalContrasts.signal_id.is_(None), SignalContrasts.due),
    )
)


def is_due() -> ColumnElement[bool]:
    """Tells whether `refresh` has anything to do: a condition, to be asked along with others."""
    return or_(exists().where(SignalContrasts.signal_id == Signal.id, Signal.ended_at.is_not(None)), _WAITING.exists())


def refresh(session: Session) -> int:
    """Looks through some of the surges that are due, and forgets those that are over; returns how many it found anew.

    They are taken in no order, so that none waits for ever.
    """
    over = select(Signal.id).where(Signal.ended_at.is_not(None))
    session.execute(delete(SignalContrasts).where(SignalContrasts.signal_id.in_(over)))
    signals = session.scalars(_WAITING.order_by(func.random()).limit(MOST_AT_ONCE)).all()
    found = finding.of_signals(session, signals)
    for one in signals:
        told = msgspec.to_builtins(found.get(one.id, []))
        session.merge(SignalContrasts(signal_id=one.id, found=told, due=False))
    return len(signals)
