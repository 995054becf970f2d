"""The index of the vectors of large services: a worker fills it, and a search by meaning asks it.

It stands beside the statements, in a table of its own, so that whatever stores a statement pays nothing for it, and
each service has one (`service_indexes`). What is not in it yet is compared as it is, and so are smaller services: to
compare all that they hold takes no longer. The index is approximate (HNSW); docs/benchmarks.md says how often it is
right.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, cast, delete, func, insert, literal, or_, select, text, union_all
from sqlalchemy.orm import Session

from feedback.record.models import INDEXED_DIMENSIONS, SearchIndex, SearchVector, Statement
from insights.search.query_embedding import QueryVector
from insights.statement_arrays import embedding_space

LARGE = 10_000
"""Statements from which on a service is indexed."""

AT_ONCE = 200
LATEST_LEFT = 1_000
"""The latest statements of all stay out: one that was numbered before them may not be committed yet."""

SEARCHED = 300
"""Vectors that the index keeps in sight as it looks (`hnsw.ef_search`): more find more, and take longer."""

FIRST_TO_FILTER = (0, 8)
"""The version of pgvector that goes on looking where what it found is another service's (`hnsw.iterative_scan`)."""


class Near(NamedTuple):
    """A statement, and how far it lies from what was sought (cosine distance)."""

    id: int
    distance: float


def begin(session: Session, service_id: int) -> bool:
    """Begins the index of a service that is large and has none, or anew after a change of encoder; tells whether so."""
    model = _model(session, service_id)
    index = session.get(SearchIndex, service_id)
    if model is None or not (index or _is_large(session, service_id)) or not _can_filter(session):
        return False
    if index and index.model == model:
        return False
    session.execute(delete(SearchVector).where(SearchVector.service_id == service_id))
    session.merge(SearchIndex(service_id=service_id, model=model, upto=0))
    return True


def take_in(session: Session, service_id: int) -> bool:
    """Keeps the next vectors of a service of which an index was begun; returns whether there are more."""
    index = session.get(SearchIndex, service_id)
    if index is None:
        return False
    settled = (session.scalar(select(func.max(Statement.id))) or 0) - LATEST_LEFT
    ids = _store(session, service_id, index.model, Statement.id > index.upto, Statement.id <= settled)
    index.upto = ids[-1] if len(ids) == AT_ONCE else max(settled, index.upto)
    return len(ids) == AT_ONCE


def complete(session: Session, service_id: int) -> bool:
    """Takes in what is missing of what was passed already: it came from another service, or was committed late.

    Returns whether there may be more.
    """
    index = session.get(SearchIndex, service_id)
    if index is None:
        return False
    known = select(SearchVector.statement_id).where(SearchVector.statement_id == Statement.id)
    return len(_store(session, service_id, index.model, Statement.id <= index.upto, ~known.exists())) == AT_ONCE


def _model(session: Session, service_id: int) -> str | None:
    """In whose space the latest vector of a service lies; none where it has none of the width of the index."""
    latest = select(embedding_space(), func.vector_dims(Statement.vector)).where(*_searched(service_id))
    row = session.execute(latest.order_by(Statement.said_at.desc()).limit(1)).first()
    return row[0] if row and row[1] == INDEXED_DIMENSIONS else None


def _searched(service_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Statement.service_id == service_id, Statement.filler.is_(False), Statement.vector.is_not(None))


def _is_large(session: Session, service_id: int) -> bool:
    mine = select(Statement.said_at).where(Statement.service_id == service_id)
    return session.scalar(mine.offset(LARGE - 1).limit(1)) is not None


def _can_filter(session: Session) -> bool:
    version = session.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")) or "0"
    return tuple(int(part) for part in version.split(".")[:2]) >= FIRST_TO_FILTER


def _store(session: Session, service_id: int, model: str, *which: ColumnElement[bool]) -> Sequence[int]:
    """Stores the first of the vectors that are asked for, and returns the ids of their statements."""
    mine = (*_searched(service_id), embedding_space() == model, *which)
    ids = session.scalars(select(Statement.id).where(*mine).order_by(Statement.id).limit(AT_ONCE)).all()
    there = select(Statement.id, literal(service_id, Integer), Statement.vector).where(Statement.id.in_(ids))
    columns = [SearchVector.statement_id, SearchVector.service_id, SearchVector.vector]
    session.execute(insert(SearchVector).from_select(columns, there))
    return ids


def indexed(session: Session, services: Collection[int], model: str) -> dict[int, int]:
    """Returns up to which id the statements of services are in the index, of those services that have one."""
    mine = (SearchIndex.service_id.in_(services), SearchIndex.model == model)
    return {row[0]: row[1] for row in session.execute(select(SearchIndex.service_id, SearchIndex.upto).where(*mine))}


def nearest(session: Session, sought: QueryVector, upto: Mapping[int, int], most: int) -> list[Near]:
    """Returns the nearest statements of services that are indexed; what is not in the index yet is compared."""
    session.execute(
        select(
            func.set_config("hnsw.ef_search", str(SEARCHED), True),
            func.set_config("hnsw.iterative_scan", "relaxed_order", True),
        )
    )
    distance = SearchVector.vector.cosine_distance(cast(sought.vector, SearchVector.vector.type)).label("distance")
    near = select(SearchVector.statement_id, distance).order_by(distance).limit(most)
    of_each = (near.where(SearchVector.service_id == service) for service in upto)
    found = session.execute(union_all(*(select(one.subquery()) for one in of_each))).all()
    tail = or_(*(and_(Statement.service_id == service, Statement.id > last) for service, last in upto.items()))
    return [Near(*row) for row in found] + compared(session, sought, most, tail, Statement.id > min(upto.values()))


def compared(session: Session, sought: QueryVector, most: int, *which: ColumnElement[bool]) -> list[Near]:
    """Returns the nearest of some statements by comparing all of them."""
    distance = Statement.vector.cosine_distance(sought.vector).label("distance")
    mine: Any = (embedding_space() == sought.model, Statement.filler.is_(False), Statement.vector.is_not(None))
    rows = session.execute(select(Statement.id, distance).where(*mine, *which).order_by(distance).limit(most))
    return [Near(*row) for row in rows]
