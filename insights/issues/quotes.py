"""The words of citizens, as lists, pages and alerts quote them: which of them, and how one is cut."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select
from sqlalchemy.sql.selectable import LateralFromClause

from feedback.record.models import Feedback, Signal, Statement
from insights.presentation.schemas import Quote
from insights.statement_arrays import matrix
from nlp.embed.vectors import Floats, inwards, unit
from nlp.group.titles import examples

LONGEST_QUOTE_CHARACTERS = 400

MOST_QUOTES = 3

LEAST_LIKENESS = 0.35
"""The cosine to the middle of what is said that a quote has: what lies farther out is said beside it."""

QUOTE_COLUMNS = (
    Statement.feedback_id,
    Statement.text,
    Statement.said_at,
    Statement.offset,
    Feedback.channel,
    Statement.language,
)
"""What `quote` reads."""


def quote(row: Any) -> Quote:
    """Makes a quote, cut where it is too long, of a row that holds `QUOTE_COLUMNS`."""
    return Quote(
        row.feedback_id, row.text[:LONGEST_QUOTE_CHARACTERS], row.channel, row.said_at, row.offset, row.language
    )


def newest(said: Select[int], most: int) -> LateralFromClause:
    """Returns, for a query of signals, the ids of so many of the newest statements of each that `said` finds."""
    return said.order_by(Statement.said_at.desc(), Statement.id.desc()).limit(most).correlate(Signal).lateral()


def choose(rows: Sequence[Any], title: str, most: int = MOST_QUOTES) -> list[Any]:
    """Chooses the most telling of what was said, the newest, then what differs most from those; one of a piece.

    What lies far from the middle of it all is never chosen where anything is near. What several said in the same words
    is shown once, as long as there are other words to show. `rows` are the newest first, each with `text`,
    `feedback_id` and `half` (a vector as the store has it, or None); they stand under the `title` of their issue.
    """
    size = max((len(row.half) for row in rows if row.half), default=0)
    seen = [row for row in rows if row.half and len(row.half) == size]
    if not seen:
        return _one_each(rows)[:most]
    vectors = matrix([row.half for row in seen])
    centre = unit(vectors.sum(axis=0))
    near = np.flatnonzero(vectors @ centre >= LEAST_LIKENESS)
    about = near if len(near) else np.arange(len(seen))
    texts = [row.text for row in seen]
    best = examples.telling(texts, vectors, inwards(vectors, about, centre), title)
    whole = [at for at in about.tolist() if examples.is_whole(texts[at])]
    places = [best, *_diverse(vectors, centre, [best, *whole[:1]], whole[1:], most), *about.tolist()]
    return _one_each([seen[at] for at in places])[:most]


def _diverse(vectors: Floats, centre: Floats, chosen: Sequence[int], others: Sequence[int], most: int) -> Iterator[int]:
    """Yields those chosen, then of the `others` what is central and unlike those before it, each weighing the same.

    Maximal marginal relevance (Carbonell and Goldstein 1998).
    """
    yield from chosen
    left, central = list(others), vectors @ centre
    likest = (vectors @ vectors[list(chosen)].T).max(axis=1)
    for _ in range(min(2 * most, len(left))):
        following = max(left, key=lambda at: float(central[at] - likest[at]))
        left.remove(following)
        likest = np.maximum(likest, vectors @ vectors[following])
        yield following


def _one_each(rows: Sequence[Any]) -> list[Any]:
    first = {row.feedback_id: row for row in reversed(rows)}
    pieces = [first[identity] for identity in dict.fromkeys(row.feedback_id for row in rows)]
    words = {row.text.casefold(): row for row in reversed(pieces)}
    return sorted(pieces, key=lambda row: words[row.text.casefold()] is not row)
