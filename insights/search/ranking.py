"""Which statements answer a query best: by their words, by what they mean, and both put together.

Rankings are put together by reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), which needs no common scale.
What means the same is looked for exactly: an index of vectors would slow down all that is stored twentyfold
(docs/benchmarks.md).
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.models import Statement
from insights.search.query_embedding import QueryVector
from insights.statement_arrays import embedding_space

MOST_STATEMENTS = 200
"""Statements that each way of searching brings at most."""

MOST_MATCHES = 2_000
"""Rows with the words sought of which the best are chosen: words that more hold tell little."""

LEAST_SIMILARITY = 0.35
"""The cosine similarity of a query and a statement from which on they may be about the same."""

RANK_CONSTANT = 60
"""By how much the first ranks are evened out (the constant of the method)."""

ENGLISH: ColumnElement[Any] = literal_column("'english'", REGCONFIG)
"""How words are brought to their stems; the indexes are made so."""

Identity = TypeVar("Identity", bound=Hashable)


def reciprocal_rank_fusion(*rankings: Sequence[Identity]) -> list[Identity]:
    """Puts several rankings together, the best first; equals stand in the order of the first that holds them."""
    scores: dict[Identity, float] = defaultdict(float)
    for ranking in rankings:
        for place, identity in enumerate(ranking):
            scores[identity] += 1 / (RANK_CONSTANT + place)
    return sorted(scores, key=lambda identity: -scores[identity])


def statements(session: Session, query: str, vector: QueryVector | None, *where: ColumnElement[bool]) -> list[int]:
    """Returns the ids of the statements that answer a query best; without a `vector`, by words alone."""
    near = by_meaning(session, vector, *where) if vector else []
    return reciprocal_rank_fusion(near, by_words(session, query, Statement.id, Statement.text, *where))


def by_words(
    session: Session,
    query: str,
    identity: InstrumentedAttribute[Identity],
    column: ColumnElement[str] | InstrumentedAttribute[str],
    *where: ColumnElement[bool],
) -> Sequence[Identity]:
    """Returns the ids of rows whose text holds the words, the best first; an index on the text's words is needed.

    Of "quoted words" all must stand together, and a minus leaves out.
    """
    words, wanted = func.to_tsvector(ENGLISH, column), func.websearch_to_tsquery(ENGLISH, query)
    matching = select(identity).where(words.bool_op("@@")(wanted), *where).limit(MOST_MATCHES)
    best = select(identity).where(identity.in_(matching)).order_by(func.ts_rank(words, wanted).desc(), identity)
    return session.scalars(best.limit(MOST_STATEMENTS)).all()


def by_meaning(session: Session, vector: QueryVector, *where: ColumnElement[bool]) -> list[int]:
    """Returns the ids of the statements that mean the most alike, the nearest first."""
    distance = Statement.vector.cosine_distance(vector.vector).label("distance")
    mine = (embedding_space() == vector.model, Statement.filler.is_(False), Statement.vector.is_not(None))
    nearest = select(Statement.id, distance).where(*mine, *where).order_by("distance").limit(MOST_STATEMENTS)
    rows = session.execute(nearest).all()
    return [row.id for row in rows if row.distance <= 1 - LEAST_SIMILARITY]
