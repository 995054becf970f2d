"""What cannot wait, said in words that no pattern knows: told by what it means, from examples.

Kernel ridge regression: each example votes by its likeness to what is said, an urgent one for and a calm one against,
with weights that make the votes right on the examples themselves. Likeness is that of meanings and, a little, that of
the letters: vectors alone hardly tell "I'm dying for a coffee" from dying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nlp.clean import kinds
from nlp.clean.urgency import REASONS, Urgency, excused, plain
from nlp.clean.words import listed
from nlp.embed.vectors import Floats

SIMILARITY_STEEPNESS, SPELLING_WEIGHT, RIDGE_PENALTY = 5.0, 0.1, 0.3
"""How fast an example's vote falls with its distance in meaning, what the same letters count, and how much one may be
wrong about its own; chosen by the share of examples that are told right when left out, at the same number of false
alarms."""

ENOUGH_VOTES = 0.1
"""The votes that make a statement urgent, 1 being those of an urgent example and -1 of a calm one: about one comment of
a thousand has so many in vain. Who raises too much is no longer read."""

NEAREST_SIMILARITY = 0.37
"""The likeness (cosine) that the likest urgent example must have: what is far from all examples has hardly any votes
on either side."""

VOTES_PER_DOUBLING = 0.045
"""More that are needed with each doubling of the statements: without it, every other call of sixty would be raised."""

VOTES_IF_PRAISE = 0.2
"""More that are needed where the words are those of praise."""


class UrgencyClassifier:
    """Tells what is urgent by what it means, and shows the urgent example that is most like it as the reason.

    Calibrated for all-MiniLM-L6-v2: another model has other distances.
    """

    def __init__(self, encode: Callable[[Sequence[str]], Floats]) -> None:
        """`encode` gives unit rows, as for the statements that are asked about."""
        # Takes the better part of a second to import: only a process that looks for meanings should pay for it.
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

        examples = listed("urgent_examples")
        self._texts = [text for texts in examples.values() for text in texts]
        self._kinds = np.repeat(list(examples), [len(texts) for texts in examples.values()])
        self._vectors = encode(self._texts)
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._spelt = self._letters.fit_transform(map(plain, self._texts)).T.tocsr()
        self._weights = self._fitted()

    def find(self, texts: Sequence[str], vectors: Floats) -> Urgency | None:
        """Find what is most surely urgent among the statements of one piece, given their unit vectors (n, d)."""
        if not texts:
            return None
        alike = vectors @ self._vectors.T
        likeness = self._likeness(texts, alike)
        votes, enough = likeness @ self._weights, ENOUGH_VOTES + VOTES_PER_DOUBLING * np.log2(len(texts))
        near = alike[:, self._kinds != "calm"].max(axis=1) >= NEAREST_SIMILARITY
        for place in np.argsort(-votes):
            if votes[place] < enough:
                break
            said = texts[place]
            if (
                near[place]
                and not excused(said)
                and votes[place] >= enough + VOTES_IF_PRAISE * (kinds.kind(said) == "praise")
            ):
                return self._named(likeness[place])
        return None

    def _named(self, likeness: Floats) -> Urgency:
        """Of the kind whose five likest examples are likest together."""
        kind = max(REASONS, key=lambda kind: float(np.sort(likeness[self._kinds == kind])[-5:].sum()))
        example = self._texts[int((likeness * (self._kinds == kind)).argmax())]
        return Urgency(kind, f"{REASONS[kind]}: most like “{example}”")

    def _likeness(self, texts: Sequence[str], alike: Floats) -> Floats:
        """`alike`: (n, examples) the cosines of their vectors and those of the examples."""
        meant = np.exp(SIMILARITY_STEEPNESS * (alike - 1), dtype=np.float32)
        spelt = self._letters.transform(map(plain, texts)) @ self._spelt
        likeness: Floats = meant + SPELLING_WEIGHT * spelt.toarray().astype(np.float32)
        return likeness

    def _fitted(self) -> Floats:
        """Calm examples are more in number, so each counts for less."""
        urgent = self._kinds != "calm"
        share = np.where(urgent, urgent.mean(), 1 - urgent.mean())
        leeway = RIDGE_PENALTY * share * np.mean(1 / share)
        votes, likeness = np.where(urgent, 1, -1), self._likeness(self._texts, self._vectors @ self._vectors.T)
        return np.linalg.solve(likeness + np.diag(leeway), votes).astype(np.float32)
