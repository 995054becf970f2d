"""The models that a process works with: loaded when first needed, once, and used by one thread at a time."""

import threading
from collections.abc import Sequence
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from feedback.record.settings import Settings
from nlp.embed import kept_vectors
from nlp.embed.vectors import Encode, Floats

if TYPE_CHECKING:
    from nlp.clean.cleaner import Cleaned, Cleaner
    from nlp.clean.urgency import Urgency
    from nlp.clean.urgency_classifier import Meant, UrgencyClassifier
    from nlp.embed.multilingual import MultilingualEmbedder

REMEMBERED = 10_000
"""Texts whose vectors are kept, the latest: many say the same in the same words, and refits ask again."""


class Remembered:
    """An encoder that knows what it was last asked for; threads may share one."""

    def __init__(self, encode: Encode) -> None:
        self._encode, self._lock = encode, threading.Lock()
        self._known: dict[int, Floats] = {}  # by hashes: no words are kept

    def __call__(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> Floats:
        """Embed n texts, (n, d); without `languages` all are English."""
        spoken = languages or ["en"] * len(texts)
        said = [hash(its) for its in zip(texts, spoken, strict=True)]
        with self._lock:
            known = self._known
            new = {words: row for row, words in enumerate(said) if words not in known}
            made = self._encode([texts[row] for row in new.values()], [spoken[row] for row in new.values()])
            known.update(zip(new, made, strict=True))
            found = np.array([known[words] for words in said], np.float32).reshape(len(said), made.shape[1])
            for words in list(islice(known, max(0, len(known) - REMEMBERED))):
                del known[words]
            return found


class Tools:
    """Loads each model when it is first needed; one thread at a time uses it.

    spaCy and OpenVINO take seconds to load and hundreds of megabytes: a process that does not clean has neither.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()

    def load(self) -> None:
        """Load the models now rather than when the first piece waits for them."""
        self.clean(["Ready?"])
        self.encode(["Ready?"])
        self.near_urgent([])

    def clean(self, texts: Sequence[str]) -> "list[Cleaned]":
        """Redact texts, tell their languages and part them into statements."""
        with self._lock:
            return self._cleaner.clean(texts)

    def redact(self, texts: Sequence[str]) -> list[str]:
        """Redact short texts that are no messages."""
        with self._lock:
            return [text for text, _ in self._cleaner.redact(texts)]

    def encode(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> NDArray[np.float32]:
        """Embed n texts as unit vectors, (n, d); without `languages` all are English. Who says it again is known."""
        with self._lock:
            return self._remembered(texts, languages)

    def second_view(self) -> Remembered | None:
        """Return what embeds texts in the own space of the multilingual encoder that we bring; None where it is not."""
        with self._lock:
            return self._remembered_by_second

    def embedded_by(self, language: str) -> str:
        """Name what embeds a text of this language."""
        with self._lock:
            return self._embedder.embedded_by(language)

    def near_urgent(self, pieces: "Sequence[Meant]") -> "list[Urgency | None]":
        """Find what is urgent in each piece by its meaning: None where nothing is.

        An operator's own embedding model finds nothing: nobody has calibrated its distances.
        """
        if self._settings.embedding_model is not None:
            return [None] * len(pieces)
        with self._lock:
            return self._meaning.find(pieces)

    @property
    def model(self) -> str:
        """Return the name of the embedding model, which vectors are stored with."""
        with self._lock:
            return self._embedder.name

    @cached_property
    def _cleaner(self) -> "Cleaner":
        from nlp.clean.cleaner import Cleaner  # noqa: PLC0415

        return Cleaner()

    @cached_property
    def _embedder(self) -> "MultilingualEmbedder":
        from nlp.embed.multilingual import MultilingualEmbedder  # noqa: PLC0415

        chosen = self._settings.embedding_model, self._settings.multilingual_model
        return MultilingualEmbedder(*chosen, threads=1)

    @cached_property
    def _remembered(self) -> Remembered:
        return Remembered(self._embedder.encode)

    @cached_property
    def _remembered_by_second(self) -> Remembered | None:
        view = self._embedder.second_view()
        return Remembered(view) if view else None

    @cached_property
    def _meaning(self) -> "UrgencyClassifier":
        from nlp.clean.urgency_classifier import (  # noqa: PLC0415
            EXAMPLES,
            EXAMPLES_BY_SECOND,
            UrgencyClassifier,
            in_their_languages,
        )

        embedder, second = self._embedder, self._embedder.second_view()
        return UrgencyClassifier(
            partial(kept_vectors.vectors, EXAMPLES, embedder.name, in_their_languages(embedder.encode)),
            second,
            partial(kept_vectors.vectors, EXAMPLES_BY_SECOND, embedder.embedded_by("cy"), second) if second else None,
        )
