"""What cannot wait, said in words that no pattern knows: told by what it means, from examples.

Kernel ridge regression: each example votes by its likeness to what is said, an urgent one for and a calm one against,
with weights that make the votes right on the examples themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from nlp import kinds
from nlp.urgency import REASONS, Kind, Urgency, excused
from nlp.words import listed

Floats = NDArray[np.float32]

STEEP, RIDGE = 5.0, 0.3
"""How fast an example's vote falls with its distance, and how much one may be wrong about its own; chosen by the share
of examples that are told right when left out, at the same number of false alarms."""

ENOUGH = 0.03
"""The votes that make a statement urgent: about one comment of a hundred that patients leave has so many."""

PRAISED = 0.2
"""More that are needed where the words are those of praise."""


class Meaning:
    """The likest urgent example is shown as the reason.

    Calibrated for all-MiniLM-L6-v2: another model has other distances.
    """

    def __init__(self, encode: Callable[[Sequence[str]], Floats]) -> None:
        """`encode` gives unit rows, as for the statements that are asked about."""
        examples = [(kind, text) for kind, texts in listed("urgent_examples").items() for text in texts]
        self._examples, self._vectors = examples, encode([text for _, text in examples])
        self._urgent = np.array([kind != "calm" for kind, _ in examples])
        self._weights = self._fitted()

    def find(self, texts: Sequence[str], vectors: Floats) -> Urgency | None:
        """Of the statements of one piece, with their vectors (n, d); the first that is urgent."""
        if not texts:
            return None
        likeness = self._likeness(vectors)
        for said, row, votes in zip(texts, likeness, likeness @ self._weights, strict=True):
            if votes >= ENOUGH and not excused(said) and votes >= ENOUGH + PRAISED * (kinds.kind(said) == "praise"):
                what, example = self._examples[int((row * self._urgent).argmax())]
                kind = cast(Kind, what)
                return Urgency(kind, f"{REASONS[kind]}: most like “{example}”")
        return None

    def _likeness(self, vectors: Floats) -> Floats:
        likeness: Floats = np.exp(STEEP * (vectors @ self._vectors.T - 1), dtype=np.float32)
        return likeness

    def _fitted(self) -> Floats:
        """Calm examples are more in number, so each counts for less."""
        share = np.where(self._urgent, self._urgent.mean(), 1 - self._urgent.mean())
        leeway = RIDGE * share * np.mean(1 / share)
        votes = np.where(self._urgent, 1, -1)
        return np.linalg.solve(self._likeness(self._vectors) + np.diag(leeway), votes).astype(np.float32)
