"""Copies of one text are kept and shown, and count once: nobody fakes a trend by repeating himself."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select, text, true, update
from sqlalchemy.orm import Session, aliased

from feedback.record.models import Feedback, Statement
from feedback.record.work.claims import ADVISORY_LOCKS
from feedback.record.work.service_work import lock_services
from nlp.clean import copies, minhash
from nlp.clean.copies import CopyKind, SentText

REASONS: dict[CopyKind, str] = {
    "duplicate": "the same words, or nearly, from the same sender within a day",
    "campaign": "the same long text, or nearly, from several senders within a day",
    "repeat": "word for word the same within a day; who sent it is not known",
}

MOST_COPIES_COMPARED = 100  # pieces that may be copies of one are looked at, the earliest; more would say nothing else


def mark(session: Session, rows: Sequence[Feedback]) -> None:
    """Tells which of these, and of what came within a day of them, are copies; one of each text goes on counting.

    One at a time for a service, so that two workers with a copy each see each other's.
    """
    for service_id in sorted({row.service_id for row in rows}):
        session.execute(text("SELECT pg_advisory_xact_lock(:c, :s)"), {"c": ADVISORY_LOCKS + 2, "s": service_id})
    mine = {row.id: row for row in rows if row.fingerprint}
    found = sorted(_alike(session, mine.values()).items())
    if found:
        lock_services(session, {mine[identity].service_id for identity, _ in found})
    for identity, others in found:
        _mark_one(session, mine[identity], others)


def fingerprint(text: str) -> dict[str, Any]:
    """Computes what is stored of a redacted text to find its copies by; None for what holds no word.

    What is so short that people say it alike by chance has no bands: only its own sender's are compared with it.
    """
    count = len(minhash.words(text))
    mark = minhash.fingerprint(text) if count else None
    findable = mark and count >= copies.LEAST_WORDS_WITHOUT_SENDER
    return {"fingerprint": mark, "bands": list(minhash.bands(mark)) if mark and findable else None}


def _alike(session: Session, rows: Collection[Feedback]) -> dict[uuid.UUID, set[Feedback]]:
    """Finds those of the same day that each may be a copy of, or they of it, by each way to be one (`copy_kind`)."""
    other = aliased(Feedback)
    pairs: set[tuple[uuid.UUID, uuid.UUID]] = set()
    # By bands are sought those alone of which nearly the same words are copies: their index reads all that share any.
    long = [row for row in rows if row.sender_digest and _sent(row).words >= copies.LONG_TEXT_WORDS]
    for some, is_alike in (
        ([row for row in rows if row.bands], other.fingerprint == Feedback.fingerprint),
        ([row for row in rows if row.sender_digest], other.sender_digest == Feedback.sender_digest),
        (long, and_(other.bands.overlap(Feedback.bands), other.sender_digest.is_not(None))),
    ):
        if not some:
            continue
        # By its limit each is looked up by itself, in an index: joined at large, all would be held against all.
        near = select(other.id).where(is_alike, *_of_its_day(Feedback, other)).order_by(other.said_at)
        of_each = near.limit(MOST_COPIES_COMPARED).lateral()
        alike = select(Feedback.id, of_each.c.id).join(of_each, true()).where(Feedback.id.in_([row.id for row in some]))
        pairs.update((one, another) for one, another in session.execute(alike))
    pieces = select(Feedback).where(Feedback.id.in_({another for _, another in pairs}))
    known = {piece.id: piece for piece in session.scalars(pieces)} if pairs else {}
    found: dict[uuid.UUID, set[Feedback]] = defaultdict(set)
    for one, another in pairs:
        found[one].add(known[another])
    return found


def _of_its_day(one: Any, other: Any) -> tuple[ColumnElement[bool], ...]:
    """What a person set aside is no original."""
    return (
        other.service_id == one.service_id,
        other.id != one.id,
        other.said_at.between(one.said_at - copies.COPY_SPAN, one.said_at + copies.COPY_SPAN),
        other.overruled.is_not(False),
        other.fingerprint.is_not(None),
    )


def _mark_one(session: Session, row: Feedback, others: set[Feedback]) -> None:
    """The earliest stays; this one and those after it are its copies."""
    kinds = {other.id: kind for other in others if (kind := copies.copy_kind(_sent(row), _sent(other)))}
    alike = sorted((row, *(one for one in others if one.id in kinds)), key=lambda one: (one.said_at, one.id))
    first = alike[0]
    for one in alike[alike.index(row) :]:
        if one is not first:
            _set_apart(session, one, kinds[first.id if one is row else one.id], first)


def _set_apart(session: Session, copy: Feedback, kind: CopyKind, first: Feedback) -> None:
    """Of a campaign the first is told as well: it counts for all of them."""
    for one in (copy, first) if kind == "campaign" else (copy,):
        if not any(verdict["name"] in REASONS for verdict in one.verdicts):
            one.verdicts = [*one.verdicts, {"name": kind, "reason": REASONS[kind]}]
    original = first.copy_of or first.id
    if copy.overruled is None and (copy.weight, copy.copy_of) != (0, original):
        copy.weight, copy.copy_of = 0, original
        session.execute(update(Feedback).where(Feedback.copy_of == copy.id).values(copy_of=original))
        session.execute(update(Statement).where(Statement.feedback_id == copy.id).values(evidence=False))


def _sent(row: Feedback) -> SentText:
    return SentText(row.fingerprint or b"", len(minhash.words(row.text or "")), row.sender_digest)
