"""Statements as arrays."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Statement
from nlp.embed.vectors import unit


def halves(column: Any) -> Any:
    """A halfvec in its binary form: a hundred times faster to read than its text."""
    return func.halfvec_send(column)


def matrix(blobs: Sequence[bytes]) -> NDArray[np.float32]:
    """(n, d) of what `halves` gave: after four bytes of header, big-endian half floats; unit rows again."""
    if not blobs:
        return np.zeros((0, 0), np.float32)
    rows = np.frombuffer(b"".join(blob[4:] for blob in blobs), ">f2").reshape(len(blobs), -1).astype(np.float32)
    return unit(rows)


@dataclass(frozen=True, slots=True)
class Said:
    """n statements of one service: `vectors` (n, d), the rest by row."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    texts: list[str]
    issues: list[uuid.UUID | None]
    feedback: list[uuid.UUID]
    languages: list[str]
    kinds: list[str]
    said_at: list[dt.datetime]

    def __len__(self) -> int:
        return len(self.ids)


def statements(session: Session, *where: ColumnElement[bool], most: int | None = None) -> Said:
    """Those with a vector, in the order they were stored; with `most`, the latest so many."""
    query: Select[Any] = (
        select(
            Statement.id,
            halves(Statement.vector).label("vector"),
            Statement.text,
            Statement.issue_id,
            Statement.feedback_id,
            Statement.language,
            Statement.kind,
            Statement.said_at,
        )
        .where(Statement.vector.is_not(None), *where)
        .order_by(Statement.id.desc())
        .limit(most)
    )
    rows = session.execute(query).all()[::-1]
    return Said(
        ids=np.array([row.id for row in rows], np.int64),
        vectors=matrix([row.vector for row in rows]),
        texts=[row.text for row in rows],
        issues=[row.issue_id for row in rows],
        feedback=[row.feedback_id for row in rows],
        languages=[row.language for row in rows],
        kinds=[row.kind for row in rows],
        said_at=[row.said_at for row in rows],
    )


@dataclass(frozen=True, slots=True)
class Places:
    """k issues: where they lie and how far they reach."""

    ids: list[uuid.UUID]
    centroids: NDArray[np.float32]
    radii: NDArray[np.float32]
    languages: list[str]
    tones: list[str]
    models: list[str]


def places(session: Session, service_id: int) -> Places:
    """The issues of a service that a statement may join.

    One that people merged leads to the other, in its own place; the living come last, so that of two places of one
    issue the last is its own.
    """
    leads_to = func.coalesce(Issue.merged_into, Issue.id).label("id")
    rows = session.execute(
        select(
            leads_to, halves(Issue.centroid).label("centroid"), Issue.radius, Issue.language, Issue.tone, Issue.model
        )
        .where(Issue.service_id == service_id, Issue.ended_at.is_(None))
        .order_by(Issue.merged_into.is_(None), Issue.id)
    ).all()
    return Places(
        ids=[row.id for row in rows],
        centroids=matrix([row.centroid for row in rows]),
        radii=np.array([row.radius for row in rows], np.float32),
        languages=[row.language for row in rows],
        tones=[row.tone for row in rows],
        models=[row.model for row in rows],
    )
