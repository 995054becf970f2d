"""Copies of one text are kept and shown, and count once: nobody fakes a trend by repeating himself."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select, text, true, update
from sqlalchemy.orm import Session, aliased

from feedback.record.models import Feedback, Statement
from feedback.record.work.claims import ADVISORY_LOCKS
from feedback.record.work.service_work import lock_services
from nlp.clean import minhash
from nlp.clean.minhash import FingerprintedText

REASONS = {
    "duplicate": "the same words from the same sender within a day",
    "campaign": "the same words from several senders within a day",
}

MOST_COPIES_COMPARED = 100  # pieces that may be copies of one are looked at, the earliest; more would say nothing else


def mark(session: Session, rows: Sequence[Feedback]) -> None:
    """Tells which of these, and of what came within a day of them, are copies; one of each text goes on counting.

    One at a time for a service, so that two workers with a copy each see each other's.
    """
    for service_id in sorted({row.service_id for row in rows}):
        session.execute(text("SELECT pg_advisory_xact_lock(:c, :s)"), {"c": ADVISORY_LOCKS + 2, "s": service_id})
    mine = {row.id: row for row in rows if row.fingerprint}
    found = sorted(_alike(session, list(mine)).items())
    if found:
        lock_services(session, {mine[identity].service_id for identity, _ in found})
    for identity, others in found:
        _mark_one(session, mine[identity], others)


def _alike(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Feedback]]:
    """Those few that others of the same day are like, at first sight; with these, the earliest first."""
    other = aliased(Feedback)
    # By its limit each is looked up by itself, in an index: joined at large, all would be held against all.
    near = select(other.id).where(_near(Feedback, other)).order_by(other.said_at).limit(MOST_COPIES_COMPARED).lateral()
    pairs = session.execute(select(Feedback.id, near.c.id).join(near, true()).where(Feedback.id.in_(ids))).all()
    pieces = select(Feedback).where(Feedback.id.in_({pair[1] for pair in pairs}))
    known = {piece.id: piece for piece in session.scalars(pieces)} if pairs else {}
    found: dict[uuid.UUID, list[Feedback]] = defaultdict(list)
    for one, another in pairs:
        found[one].append(known[another])
    return found


def _near(one: Any, other: Any) -> ColumnElement[bool]:
    """Of the same day, and alike in at least one part of their fingerprints. What a person set aside is no original."""
    return and_(
        other.service_id == one.service_id,
        other.id != one.id,
        other.said_at.between(one.said_at - minhash.COPY_SPAN, one.said_at + minhash.COPY_SPAN),
        other.bands.overlap(one.bands),
        other.overruled.is_not(False),
    )


def fingerprint(text: str) -> dict[str, Any]:
    """What is stored of it; None for what is so short that people say it alike by chance."""
    if len(text.split()) < minhash.LEAST_WORDS:
        return {"fingerprint": None, "bands": None}
    mark = minhash.fingerprint(text)
    return {"fingerprint": mark, "bands": list(minhash.bands(mark))}


def _mark_one(session: Session, row: Feedback, others: Sequence[Feedback]) -> None:
    alike = [row, *(one for one in others if _truly(one, row))]
    if len(alike) == 1:
        return
    alike.sort(key=lambda one: (one.said_at, one.id))
    told = minhash.copies([_sent(one) for one in alike])
    first = alike[0]
    for one, kind in zip(alike, told, strict=True):
        if kind != "original" and not _told(one):
            one.verdicts = [*one.verdicts, {"name": kind, "reason": REASONS[kind]}]
        known = (one.weight, one.copy_of) == (0, first.id)
        if kind != "original" and one is not first and one.overruled is None and not known:
            one.weight, one.copy_of = 0, first.id
            session.execute(update(Statement).where(Statement.feedback_id == one.id).values(evidence=False))


def _truly(one: Feedback, other: Feedback) -> bool:
    return bool(one.fingerprint and other.fingerprint and minhash.near(one.fingerprint, other.fingerprint))


def _sent(row: Feedback) -> FingerprintedText:
    """Senders are unknown to us, but for those whom an import or a channel names."""
    return FingerprintedText(row.fingerprint or b"", row.said_at, None, len((row.text or "").split()))


def _told(row: Feedback) -> bool:
    return any(verdict["name"] in REASONS for verdict in row.verdicts)
