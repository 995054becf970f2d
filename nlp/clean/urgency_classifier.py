"""What cannot wait, said in words that no pattern knows: told by what it means, from examples.

Kernel ridge regression: each example votes by its likeness to what is said, an urgent one for and a calm one against,
with weights that make the votes right on the examples themselves. Likeness is that of meanings and, a little, that of
the letters: vectors alone hardly tell "I'm dying for a coffee" from dying. What may be urgent is looked at a second
time by another encoder, which errs in other places: the votes of both count alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import structlog
from numpy.typing import NDArray

from nlp.clean import statement_kinds, words
from nlp.clean.urgency import REASONS, Urgency, excused, plain
from nlp.embed import kept_vectors
from nlp.embed.vectors import Encode, Floats, unit

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

log = structlog.get_logger()

SIMILARITY_STEEPNESS, SECOND_STEEPNESS, SPELLING_WEIGHT, RIDGE_PENALTY = 5.0, 3.0, 0.1, 0.3
"""How fast an example's vote falls with its distance in meaning to each encoder, what the same letters count, and how
much one may be wrong about its own; chosen by the share of examples that are told right when left out, at the same
number of false alarms."""

ENOUGH_VOTES = 0.1
"""The votes that make a statement urgent, 1 being those of an urgent example and -1 of a calm one: about one comment of
a thousand has so many in vain. Who raises too much is no longer read."""

NEAREST_SIMILARITY = 0.37
"""The likeness (cosine) that the likest urgent example must have: what is far from all examples has hardly any votes
on either side."""

ENOUGH_OF_BOTH, NEAREST_BEFORE_SECOND, LOOKED_AT_AGAIN = 0.05, 0.30, -0.3
"""The same where there is a second encoder: the votes that are enough at the mean of both; and how near a statement has
to be, and how many votes it has to have, that it is looked at again: one of twenty-five of patients' comments."""

VOTES_PER_DOUBLING = 0.045
"""More that are needed with each doubling of the statements: without it, every other call of sixty would be raised."""

VOTES_IF_PRAISE = 0.2
"""More that are needed where the words are those of praise."""

VOTES_IF_MAPPED = 0.15
"""More that are needed where a vector was mapped into the space of English: names of places mislead it."""

AT_ONCE = 200
"""Statements that are likened to the examples together, so that those of many long calls never fill the memory."""

LISTS = {"en": "urgent_examples", "cy": "urgent_examples_cy"}
"""The lists of examples, by their language."""

_FOLDER = Path(str(files(words)))
EXAMPLES, EXAMPLES_BY_SECOND = _FOLDER / "urgent_examples.npz", _FOLDER / "urgent_examples_by_second.npz"
"""Where the vectors of the examples are, by either encoder."""

WEIGHTS = _FOLDER / "urgent_weights.npz"
"""The weights of the examples, each under the digest of what they were fitted to: to fit them takes seconds."""


def examples() -> Mapping[str, str]:
    """Return the kind of urgency of each example, `calm` where it has none."""
    lists = map(words.listed, LISTS.values())
    return {text: kind for kinds in lists for kind, texts in kinds.items() for text in texts}


def in_their_languages(encode: Callable[[Sequence[str], Sequence[str]], Floats]) -> Encode:
    """Make what embeds examples, each in its own language, of what embeds texts in the languages that it is told."""
    language = {text: code for code, name in LISTS.items() for texts in words.listed(name).values() for text in texts}
    return lambda texts: encode(texts, [language[text] for text in texts])


@dataclass(frozen=True, slots=True)
class Meant:
    """What one piece says: its statements, their unit vectors (n, d), and which were mapped from another space."""

    texts: Sequence[str]
    vectors: Floats
    mapped: Sequence[bool]


class UrgencyClassifier:
    """Tells what is urgent by what it means, and shows the urgent example that is most like it as the reason.

    Calibrated for all-MiniLM-L6-v2 and, as the second encoder, multilingual-e5-small: others have other distances.
    """

    def __init__(self, encode: Encode, second: Encode | None = None, second_examples: Encode | None = None) -> None:
        """`encode` embeds the examples in the space of the statements that are asked about; `second` both, in its own.

        `second_examples` embeds the examples in place of `second`, where somebody keeps their vectors.
        """
        # Takes the better part of a second to import: only a process that looks for meanings should pay for it.
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

        known = examples()
        self._texts, self._kinds = list(known), np.array(list(known.values()))
        self._urgent = self._kinds != "calm"
        self._vectors = encode(self._texts)
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._spelt = self._letters.fit_transform(map(plain, self._texts)).T.tocsr()
        self._fitted_to = _digest(self._urgent, self._vectors, self._texts)
        kept = _kept(self._fitted_to, len(known))
        self._weights = self._weighed() if kept is None else kept
        # What an example's letters add to a vote is linear in the letters of what is said: each has its own part of it.
        self._votes_of_letters = self._spelt @ self._weights
        self._second = _SecondView(second, (second_examples or second)(self._texts), self._urgent) if second else None

    def find(self, pieces: Sequence[Meant]) -> list[Urgency | None]:
        """Find what is most surely urgent among the statements of each piece."""
        return [found for together in _together(pieces) for found in self._find(together)]

    def fitted(self) -> Mapping[str, Floats]:
        """Return the weights of the examples, as `WEIGHTS` keeps them."""
        by_second = {self._second.fitted_to: self._second.weights} if self._second else {}
        return {self._fitted_to: self._weights, **by_second}

    def _weighed(self) -> Floats:
        spelling = self._letters.transform(map(plain, self._texts))
        return _fitted(self._likeness(spelling, self._vectors @ self._vectors.T), self._urgent)

    def _find(self, pieces: Sequence[Meant]) -> Iterator[Urgency | None]:
        texts = [text for piece in pieces for text in piece.texts]
        if not texts:
            yield from [None] * len(pieces)
            return
        alike = np.concatenate([piece.vectors for piece in pieces if piece.texts]) @ self._vectors.T
        spelling = self._letters.transform(map(plain, texts))
        said = np.array([len(piece.texts) for piece in pieces])
        handicap = np.repeat(VOTES_PER_DOUBLING * np.log2(np.maximum(said, 1)), said)
        handicap += VOTES_IF_MAPPED * np.concatenate([np.array(piece.mapped, np.float32) for piece in pieces])
        margins = self._margins(texts, alike, spelling, handicap)
        end = 0
        for piece in pieces:
            start, end = end, end + len(piece.texts)
            place = _surest(piece.texts, margins[start:end])
            one = None if place is None else slice(start + place, start + place + 1)
            yield self._named(self._likeness(spelling[one], alike[one])[0]) if one else None

    def _margins(self, texts: Sequence[str], alike: Floats, spelling: csr_matrix, handicap: Floats) -> Floats:
        """By how many votes each statement has more than it needs; -1 for what is plainly calm."""
        nearest = alike[:, self._urgent].max(axis=1)
        by_letters = SPELLING_WEIGHT * (spelling @ self._votes_of_letters)
        votes = _meant(alike) @ self._weights + by_letters - handicap
        if self._second is None:
            return np.where(nearest >= NEAREST_SIMILARITY, votes - ENOUGH_VOTES, -1.0).astype(np.float32)
        margins = np.full(len(texts), -1.0, np.float32)
        again = np.flatnonzero((votes >= LOOKED_AT_AGAIN) & (nearest >= NEAREST_BEFORE_SECOND))
        second = self._second.votes([texts[row] for row in again.tolist()]) - handicap[again]
        margins[again] = (votes[again] + second) / 2 - ENOUGH_OF_BOTH
        return margins

    def _named(self, likeness: Floats) -> Urgency:
        """Of the kind whose five likest examples are likest together."""
        kind = max(REASONS, key=lambda kind: float(np.sort(likeness[self._kinds == kind])[-5:].sum()))
        example = self._texts[int((likeness * (self._kinds == kind)).argmax())]
        return Urgency(kind, f"{REASONS[kind]}: most like “{example}”")

    def _likeness(self, spelling: csr_matrix, alike: Floats) -> Floats:
        """(n, examples), of `alike`, the cosines of their vectors and those of the examples, and their letters."""
        likeness: Floats = _meant(alike) + SPELLING_WEIGHT * (spelling @ self._spelt).toarray().astype(np.float32)
        return likeness


class _SecondView:
    """The votes of the same examples in the space of another encoder, seen from their middle: there all lies close."""

    def __init__(self, encode: Encode, examples: Floats, urgent: NDArray[np.bool_]) -> None:
        self._encode, self._middle = encode, examples.mean(axis=0)
        self._vectors = unit(examples - self._middle)
        self.fitted_to = _digest(urgent, examples)
        kept = _kept(self.fitted_to, len(examples))
        self.weights = _fitted(self._likeness(self._vectors), urgent) if kept is None else kept

    def votes(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros(0, np.float32)
        found: Floats = self._likeness(unit(self._encode(texts) - self._middle)) @ self.weights
        return found

    def _likeness(self, vectors: Floats) -> Floats:
        likeness: Floats = np.exp(SECOND_STEEPNESS * (vectors @ self._vectors.T - 1), dtype=np.float32)
        return likeness


def _together(pieces: Sequence[Meant]) -> Iterator[list[Meant]]:
    """In their order, as many as have `AT_ONCE` statements."""
    waiting: list[Meant] = []
    for piece in pieces:
        if waiting and sum(len(it.texts) for it in waiting) + len(piece.texts) > AT_ONCE:
            yield waiting
            waiting = []
        waiting.append(piece)
    if waiting:
        yield waiting


def _surest(texts: Sequence[str], margins: Floats) -> int | None:
    """The place of what has the most votes to spare and nothing excuses; None where nothing has enough."""
    for place in np.argsort(-margins).tolist():
        if margins[place] < 0:
            break
        praises = statement_kinds.kind(texts[place]) == "praise"
        if margins[place] >= VOTES_IF_PRAISE * praises and not excused(texts[place]):
            return int(place)
    return None


def _meant(alike: Floats) -> Floats:
    meant: Floats = np.exp(SIMILARITY_STEEPNESS * (alike - 1), dtype=np.float32)
    return meant


def _digest(urgent: NDArray[np.bool_], vectors: Floats, texts: Sequence[str] = ()) -> str:
    chosen = SIMILARITY_STEEPNESS, SECOND_STEEPNESS, SPELLING_WEIGHT, RIDGE_PENALTY
    return hashlib.sha256(repr((chosen, texts)).encode() + urgent.tobytes() + vectors.tobytes()).hexdigest()


def _kept(fitted_to: str, examples: int) -> Floats | None:
    """The weights of so many examples that were fitted to the same, where somebody kept them."""
    weights: Floats | None = kept_vectors.read(WEIGHTS).get(fitted_to)
    if weights is not None and not kept_vectors.is_sound(weights, examples):
        log.warning("weights are spoilt, and are fitted anew", file=WEIGHTS.name)
        return None
    return weights


def _fitted(likeness: Floats, urgent: NDArray[np.bool_]) -> Floats:
    """Calm examples are more in number, so each counts for less."""
    share = np.where(urgent, urgent.mean(), 1 - urgent.mean())
    leeway = RIDGE_PENALTY * share * np.mean(1 / share)
    weights: Floats = np.linalg.solve(likeness + np.diag(leeway), np.where(urgent, 1, -1)).astype(np.float32)
    return weights
