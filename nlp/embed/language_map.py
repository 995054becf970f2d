"""From the space of a multilingual encoder into that of the main one, which knows English alone.

A linear map is enough for two encoders that place sentences by what they mean (Mikolov et al. 2013, of words). It is
fitted by ridge regression on English texts, which both encoders know, and sees no other language; English vectors stay
as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.embed.checkpoint import UnusableModel
from nlp.embed.vectors import Floats, unit

PENALTY = 0.3
"""Of the ridge regression; from 0.1 to 1 it makes no difference to be told from chance."""

BUNDLED = Path(__file__).with_name("e5_to_minilm.npz")


@dataclass(frozen=True, slots=True)
class LanguageMap:
    """The map from vectors by the encoder `source`, (n, s), to those by `target`, (n, t); both are names with digests.

    `source_mean`: (s,), `target_mean`: (t,), `weights`: (s, t).
    """

    source: str
    target: str
    source_mean: Floats
    target_mean: Floats
    weights: Floats

    def apply(self, vectors: Floats) -> Floats:
        """Map unit rows, (n, s), to unit rows, (n, t)."""
        mapped = (vectors - self.source_mean) @ self.weights + self.target_mean
        return unit(mapped.astype(np.float32))

    def write(self, path: Path) -> None:
        """Keep the map in a file, in half precision."""
        halves = {name: getattr(self, name).astype(np.float16) for name in ("source_mean", "target_mean", "weights")}
        np.savez(path, source=self.source, target=self.target, **halves)


def read(path: Path) -> LanguageMap:
    """Read a map from a file. Raises UnusableModel where it holds none."""
    try:
        with np.load(path) as kept:
            means = (kept[name].astype(np.float32) for name in ("source_mean", "target_mean", "weights"))
            return LanguageMap(str(kept["source"]), str(kept["target"]), *means)
    except Exception as error:  # what a damaged file raises is of many kinds
        raise UnusableModel(f"{path} holds no map") from error


def fit(source: str, target: str, pairs: Sequence[tuple[Floats, Floats]]) -> LanguageMap:
    """Fit a map to the vectors of the same English texts by both encoders: a pair (n, s), (n, t) for each corpus.

    Each corpus is taken about its own mean, so that what all of its texts have in common says nothing.
    """
    ones, others = (np.vstack([both[side] - both[side].mean(axis=0) for both in pairs]) for side in (0, 1))
    middles = [np.mean([both[side].mean(axis=0) for both in pairs], axis=0).astype(np.float32) for side in (0, 1)]
    weights = np.linalg.solve(ones.T @ ones + PENALTY * np.eye(ones.shape[1]), ones.T @ others)
    return LanguageMap(source, target, middles[0], middles[1], weights.astype(np.float32))
