"""Search by meaning and by words, over redacted statements; what is found is grouped by issue.

The two rankings are put together by reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), which needs no common
scale.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Service, Statement
from insights.issues.queries import issues
from insights.issues.queries.query_embedding import QueryVector
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.presentation.schemas import IssueView, Quote
from insights.statement_arrays import embedding_space

MOST_STATEMENTS = 200
"""Statements that each way of searching brings at most."""

LEAST_SIMILARITY = 0.35
"""The cosine similarity of a query and a statement from which on they may be about the same."""

RANK_CONSTANT = 60
"""By how much the first ranks are evened out (the constant of the method)."""

QUOTES_PER_HIT, QUOTES_IN_NO_ISSUE = 3, 20
"""What is in no issue may be one that was missed: whoever says so chooses among what was said."""


class SearchHit(msgspec.Struct, frozen=True):
    """What was found in one issue, or in none; `reports`: how many pieces of feedback say the like."""

    issue: IssueView | None
    reports: int
    quotes: list[Quote]


class SearchPage(msgspec.Struct, frozen=True):
    """One page of what was found, the best first; `by_meaning` is false where the search went by words alone."""

    items: Sequence[SearchHit]
    next_cursor: str | None
    by_meaning: bool


def search(session: Session, service: Service, query: str, query_vector: QueryVector | None) -> list[SearchHit]:
    """Searches the statements of a service; without a `query_vector`, by words alone."""
    ranked = reciprocal_rank_fusion(
        _by_words(session, service, query), _by_meaning(session, service, query_vector) if query_vector else []
    )
    rows = session.execute(
        select(Statement.id, Statement.issue_id, *QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.id.in_(ranked))
    )
    found: dict[uuid.UUID | None, list[Any]] = defaultdict(list)
    place = {identity: number for number, identity in enumerate(ranked)}
    for row in sorted(rows, key=lambda row: place[row.id]):
        found[row.issue_id].append(row)
    return _hits(session, service, found)


def reciprocal_rank_fusion(*rankings: Sequence[int]) -> list[int]:
    """Puts several rankings together, the best first; equals stand in the order of their ids."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for place, identity in enumerate(ranking):
            scores[identity] += 1 / (RANK_CONSTANT + place)
    return sorted(scores, key=lambda identity: (-scores[identity], identity))


def _by_words(session: Session, service: Service, query: str) -> Sequence[int]:
    """With the index on English words; "quoted words" stand together, and a minus leaves out."""
    english = text("'english'::regconfig")
    words = func.to_tsvector(english, Statement.text)
    wanted = func.websearch_to_tsquery(english, query)
    matching = select(Statement.id).where(Statement.service_id == service.id, words.op("@@")(wanted))
    best = matching.order_by(func.ts_rank(words, wanted).desc(), Statement.id).limit(MOST_STATEMENTS)
    return session.scalars(best).all()


def _by_meaning(session: Session, service: Service, query_vector: QueryVector) -> Sequence[int]:
    distance = Statement.vector.cosine_distance(query_vector.vector)
    mine = (
        Statement.service_id == service.id,
        embedding_space() == query_vector.model,
        Statement.filler.is_(False),
    )
    nearest = select(Statement.id, distance.label("distance")).where(*mine, Statement.vector.is_not(None))
    rows = session.execute(nearest.order_by("distance", Statement.id).limit(MOST_STATEMENTS))
    return [row.id for row in rows if row.distance <= 1 - LEAST_SIMILARITY]


def _hits(session: Session, service: Service, found: dict[uuid.UUID | None, list[Any]]) -> list[SearchHit]:
    """In the order in which each issue's best statement was found."""
    known = session.scalars(select(Issue).where(Issue.id.in_(filter(None, found)))).all()
    views = {view.id: view for view in issues.views(session, service, known)}
    return [
        SearchHit(
            views.get(identity) if identity else None,
            len({row.feedback_id for row in rows}),
            _quotes(rows, QUOTES_PER_HIT if identity else QUOTES_IN_NO_ISSUE),
        )
        for identity, rows in found.items()
    ]


def _quotes(rows: Iterable[Any], most: int) -> list[Quote]:
    """One of each citizen."""
    first: dict[uuid.UUID, Quote] = {}
    for row in rows:
        first.setdefault(row.feedback_id, quote(row))
    return list(first.values())[:most]
