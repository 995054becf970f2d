"""The words of citizens, as lists, pages and alerts quote them: which of them, and how one is cut."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select
from sqlalchemy.sql.selectable import LateralFromClause

from feedback.record.models import Feedback, Signal, Statement
from insights.presentation.schemas import Quote
from insights.statement_arrays import matrix
from nlp.embed.vectors import Floats, inwards, unit
from nlp.group.titles import examples
from nlp.group.titles.words import stems

LONGEST_QUOTE_CHARACTERS = 400

MOST_QUOTES = 3

LEAST_LIKENESS = 0.35
"""The cosine to the middle of what is said that a quote has: what lies farther out is said beside it."""

SAME_LIKENESS, SAME_WORDS = 0.9, 0.6
"""The cosine, and the share of their words, from which on two sentences say the same to a reader."""

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

    Each of them is a whole sentence of the more central half: what lies farther out is said beside it, and what hardly
    says more than one that is shown is left out, so there may be fewer. `rows` are the newest first, each with `text`,
    `feedback_id` and `half` (a vector as the store has it, or None); they stand under the `title` of their issue.
    """
    size = max((len(row.half) for row in rows if row.half), default=0)
    seen = [row for row in rows if row.half and len(row.half) == size]
    if not seen:
        return _one_each(rows)[:most]
    vectors = matrix([row.half for row in seen])
    centre = unit(vectors.sum(axis=0))
    central = vectors @ centre
    near = np.flatnonzero(central >= LEAST_LIKENESS)
    about = near if len(near) else np.arange(len(seen))
    texts = [row.text for row in seen]
    best = examples.telling(texts, vectors, inwards(vectors, about, centre), title)
    places = [best, *_diverse(texts, vectors, central, best, _heart(texts, central, about), most)]
    return _one_each([seen[at] for at in places])[:most]


def _heart(texts: Sequence[str], central: Floats, about: NDArray[np.int64]) -> list[int]:
    """The more central half of the whole sentences, the newest first; of what there is where nothing is whole."""
    whole = [at for at in about.tolist() if examples.is_whole(texts[at])] or about.tolist()
    least = float(np.median(central[whole]))
    return [at for at in whole if central[at] >= least]


def _diverse(
    texts: Sequence[str], vectors: Floats, central: Floats, best: int, heart: Sequence[int], most: int
) -> Iterator[int]:
    """Yields the newest, then what is central and unlike those before it, each weighing the same.

    Maximal marginal relevance (Carbonell and Goldstein 1998).
    """
    words = {at: frozenset(filter(str.isalpha, stems(texts[at]))) for at in (best, *heart)}
    likest, left, last = vectors @ vectors[best], list(heart), best
    for turn in range(2 * most):
        left = [at for at in left if likest[at] < SAME_LIKENESS and _says_more(words[at], words[last])]
        if not left:
            return
        last = left[0] if turn == 0 else max(left, key=lambda at: float(central[at] - likest[at]))
        likest = np.maximum(likest, vectors @ vectors[last])
        yield last


def _says_more(words: frozenset[str], shown: frozenset[str]) -> bool:
    """Tells whether most of the words of two sentences differ: slips of the pen and other numbers are no difference."""
    return len(words & shown) < SAME_WORDS * len(words | shown)


def _one_each(rows: Sequence[Any]) -> list[Any]:
    first = {row.feedback_id: row for row in reversed(rows)}
    pieces = [first[identity] for identity in dict.fromkeys(row.feedback_id for row in rows)]
    words = {row.text.casefold(): row for row in reversed(pieces)}
    return sorted(pieces, key=lambda row: words[row.text.casefold()] is not row)
