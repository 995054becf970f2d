"""Statements and issues of one service, read from the store as arrays."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Statement
from feedback.record.states import Tone
from nlp.embed.strata import MAPPED, Stratum, is_mapped, stratum_of
from nlp.embed.vectors import Floats, unit


def halves(column: Any) -> Any:
    """Select a halfvec column in its binary form: a hundred times faster to read than its text."""
    return func.halfvec_send(column)


def embedding_space() -> ColumnElement[str]:
    """Select the model in whose space a statement's vector lies: what was mapped into it compares with its own."""
    return func.split_part(Statement.embedded_by, MAPPED, 1)


def matrix(blobs: Sequence[bytes]) -> Floats:
    """Turn what `halves` selected into unit rows, (n, d): each blob is four bytes of header and big-endian half floats.

    Without blobs the matrix is (0, 0). One that is not as long as the most has spoiled: it becomes zeros, which are
    like nothing, or it would spoil what is made of all others, too.
    """
    if not blobs:
        return np.zeros((0, 0), np.float32)
    lengths = Counter(map(len, blobs))
    if len(lengths) > 1:
        [(usual, _)] = lengths.most_common(1)
        blobs = [blob if len(blob) == usual else bytes(usual) for blob in blobs]
    rows = np.frombuffer(b"".join(blob[4:] for blob in blobs), ">f2").reshape(len(blobs), -1).astype(np.float32)
    return unit(rows)


@dataclass(frozen=True, slots=True)
class StatementArrays:
    """n statements of one service, in the order in which they came: `vectors` are (n, d) unit rows, the rest is by row.

    `issues`: the issue that each is in, None for none; `mapped`: whose vectors come from another encoder by a map;
    `pieces`: a number for the piece of feedback that each was said in.
    """

    ids: NDArray[np.int64]
    vectors: Floats
    texts: list[str]
    issues: list[uuid.UUID | None]
    strata: list[Stratum]
    languages: list[str]
    mapped: NDArray[np.bool_]
    pieces: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class StoredStatements(StatementArrays):
    """Statements as the store has them, with the piece that each is from and when it was said."""

    feedback: list[uuid.UUID]
    said_at: list[dt.datetime]


def numbered(pieces: Sequence[Hashable]) -> NDArray[np.int64]:
    """Give each piece of feedback a number, (n,)."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(it, len(numbers)) for it in pieces], np.int64)


def read_statements(session: Session, *where: ColumnElement[bool], most: int | None = None) -> StoredStatements:
    """Read the statements that have a vector, in the order they were stored; with `most`, only the latest so many."""
    query: Select[Any] = (
        select(
            Statement.id,
            halves(Statement.vector).label("vector"),
            Statement.text,
            Statement.issue_id,
            Statement.feedback_id,
            Statement.language,
            Statement.kind,
            Statement.embedded_by,
            Statement.said_at,
        )
        .where(Statement.vector.is_not(None), *where)
        .order_by(Statement.id.desc())
        .limit(most)
    )
    rows = session.execute(query).all()[::-1]
    return StoredStatements(
        ids=np.array([row.id for row in rows], np.int64),
        vectors=matrix([row.vector for row in rows]),
        texts=[row.text for row in rows],
        issues=[row.issue_id for row in rows],
        strata=[stratum_of(row.language, row.kind, row.embedded_by) for row in rows],
        languages=[row.language for row in rows],
        mapped=np.array([is_mapped(row.embedded_by) for row in rows], bool),
        pieces=numbered([row.feedback_id for row in rows]),
        feedback=[row.feedback_id for row in rows],
        said_at=[row.said_at for row in rows],
    )


@dataclass(frozen=True, slots=True)
class IssueArrays:
    """k issues of one service: where they lie, (k, d) unit rows, and the cosine similarity (k,) at which they end.

    `models`: which fit drew each so.
    """

    ids: list[uuid.UUID]
    centroids: Floats
    radii: Floats
    strata: list[Stratum]
    models: list[str]


def read_issues(session: Session, service_id: int) -> IssueArrays:
    """Read the issues of a service that a statement may join.

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
    return IssueArrays(
        ids=[row.id for row in rows],
        centroids=matrix([row.centroid for row in rows]),
        radii=np.array([row.radius for row in rows], np.float32),
        strata=[Stratum(row.language, row.tone == Tone.PRAISE) for row in rows],
        models=[row.model for row in rows],
    )
