"""Which statements answer a query best: by their words, by what they mean, and both put together.

Rankings are put together by reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), which needs no common scale.
What means the same is looked for by comparing all, and in large services by an index (`vector_index`).
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.models import Service, Statement
from insights.search import vector_index
from insights.search.query_embedding import QueryVector
from insights.word_search import ENGLISH, sought

MOST_STATEMENTS = 200
"""Statements that each way of searching brings at most."""

MOST_MATCHES = 2_000
"""Rows with the words sought of which the best are chosen: words that more hold tell little."""

LEAST_SIMILARITY = 0.35
"""The cosine similarity of a query and a statement from which on they may be about the same."""

RANK_CONSTANT = 60
"""By how much the first ranks are evened out (the constant of the method)."""

Identity = TypeVar("Identity", bound=Hashable)


def reciprocal_rank_fusion(*rankings: Sequence[Identity]) -> list[Identity]:
    """Puts several rankings together, the best first; equals stand in the order of the first that holds them."""
    scores: dict[Identity, float] = defaultdict(float)
    for ranking in rankings:
        for place, identity in enumerate(ranking):
            scores[identity] += 1 / (RANK_CONSTANT + place)
    return sorted(scores, key=lambda identity: -scores[identity])


def statements(session: Session, query: str, vector: QueryVector | None, service_id: int | None = None) -> list[int]:
    """Returns the ids of the statements that answer a query best, of one service or of all that may be seen.

    Without a `vector`, by words alone.
    """
    near = by_meaning(session, vector, service_id) if vector else []
    mine = [Statement.service_id == service_id] if service_id else []
    return reciprocal_rank_fusion(near, by_words(session, query, Statement.id, Statement.text, *mine))


def by_words(
    session: Session,
    query: str,
    identity: InstrumentedAttribute[Identity],
    column: ColumnElement[str] | InstrumentedAttribute[str],
    *where: ColumnElement[bool],
) -> Sequence[Identity]:
    """Returns the ids of rows whose text holds the words, the best first; an index on the text's words is needed."""
    words, wanted = func.to_tsvector(ENGLISH, column), sought(query)
    matching = select(identity).where(words.bool_op("@@")(wanted), *where).limit(MOST_MATCHES)
    best = select(identity).where(identity.in_(matching)).order_by(func.ts_rank(words, wanted).desc(), identity)
    return session.scalars(best.limit(MOST_STATEMENTS)).all()


def by_meaning(session: Session, vector: QueryVector, service_id: int | None = None) -> list[int]:
    """Returns the ids of the statements that mean the most alike, the nearest first."""
    services = [service_id] if service_id else session.scalars(select(Service.id)).all()
    upto = vector_index.indexed(session, services, vector.model)
    others = Statement.service_id.in_([one for one in services if one not in upto])
    near = vector_index.compared(session, vector, MOST_STATEMENTS, others)
    if upto:
        near += vector_index.nearest(session, vector, upto, MOST_STATEMENTS)
    first = sorted(set(near), key=lambda one: (one.distance, one.id))[:MOST_STATEMENTS]
    return [one.id for one in first if one.distance <= 1 - LEAST_SIMILARITY]
