"""What of a cleaned piece cannot wait, unless the staff of its service said that the like can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from nlp.clean.urgency import Urgency, urgency
from nlp.clean.urgency_classifier import Meant
from nlp.embed.strata import EMBEDDED_WELL, is_mapped
from nlp.embed.vectors import Floats

NEAR_BY_MEANING, NEAR_BY_WORDS = 0.8, 0.9
"""The likeness (cosine) to what was not urgent from which on a statement is not raised, where meaning alone or where a
pattern found it.

None of 1,005 urgent sentences is within .8 of any of 1,925 calm ones; "The queue is killing me" is within .96 of "This
queue is killing me", and "I will kill myself laughing" within .76 of the same without laughter."""


class FindsMeaning(Protocol):
    """The model that finds what no pattern knows."""

    def near_urgent(self, pieces: Sequence[Meant]) -> list[Urgency | None]: ...


@dataclass(frozen=True, slots=True)
class Looked:
    """A piece as it is looked at.

    `by_words` is what patterns found in it, `said` are the rows of its statements, `calm` the unit vectors (n, d) of
    what its service found not to be urgent.
    """

    by_words: Urgency | None
    said: Sequence[Mapping[str, Any]]
    calm: Floats | None


def raised(models: FindsMeaning, pieces: Sequence[Looked]) -> list[Urgency | None]:
    """Returns for each piece why it cannot wait; None where it can. Meanings are looked for in all of them together."""
    told = [_by_words(piece) for piece in pieces]
    by_meaning = iter(models.near_urgent([_meant(it) for it, found in zip(pieces, told, strict=True) if not found]))
    return [found or next(by_meaning) for found in told]


def _by_words(piece: Looked) -> Urgency | None:
    is_calm = piece.by_words and piece.calm is not None and _is_settled(piece.said, piece.calm)
    return None if is_calm else piece.by_words


def _meant(piece: Looked) -> Meant:
    """Of the statements whose meaning can be told, those that are not near to what was not urgent."""
    embedded = [row for row in piece.said if row["vector"] is not None]
    in_english = [row for row in embedded if row["language"] in EMBEDDED_WELL or is_mapped(row["embedded_by"])]
    rows = [row for row in in_english if piece.calm is None or _likeness(row, piece.calm) < NEAR_BY_MEANING]
    vectors = np.array([row["vector"] for row in rows], np.float32)
    return Meant([row["text"] for row in rows], vectors, [row["language"] not in EMBEDDED_WELL for row in rows])


def _is_settled(said: Sequence[Mapping[str, Any]], calm: Floats) -> bool:
    """Whether each statement with the words that raised it is near to what was not urgent.

    Where no statement has them by itself, doubt raises.
    """
    telling = [row for row in said if urgency(row["text"])]
    return bool(telling) and all(_likeness(row, calm) >= NEAR_BY_WORDS for row in telling)


def _likeness(row: Mapping[str, Any], calm: Floats) -> float:
    """To the likest; -1 for what has no vector."""
    return -1.0 if row["vector"] is None else float((calm @ np.asarray(row["vector"], np.float32)).max())
