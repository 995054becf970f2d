"""What a query means, as a vector like those of the statements."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from feedback import i18n
from nlp.clean.language import language_of_query
from nlp.group.titles.words import WORD, is_in

if TYPE_CHECKING:
    from nlp.embed.multilingual import MultilingualEmbedder

log = structlog.get_logger()

MODEL_WAIT_SECONDS = 5.0
"""Seconds that the first query waits for the model; those that find none search by words."""


@dataclass(frozen=True, slots=True)
class QueryVector:
    """What a query means; only vectors of the same `model` can be compared with it."""

    vector: list[float]
    model: str


class QueryEmbedder:
    """Turns queries into vectors.

    The model loads in a thread of its own when first asked: a process that nobody searches in has none.
    """

    def __init__(self, folder: Path | None, other: Path | None = None) -> None:
        self._folder, self._other = folder, other
        self._lock = threading.Lock()
        self._loading: Future[MultilingualEmbedder] | None = None

    def embed(self, text: str, wait_seconds: float = MODEL_WAIT_SECONDS) -> QueryVector | None:
        """Returns the vector of a query; None while the model is not there, or where it cannot be, and of no word.

        Where nobody can tell the language of a word or two, they are taken to be in that of the page.

        Small words of Welsh alone ("yr") are none: unlike those of English, the index of words does not leave them out.
        """
        if all(is_in("welsh_small", word) for word in WORD.findall(text.lower())):
            return None
        try:
            embedder = self._model().result(wait_seconds)
        except TimeoutError:
            return None
        except Exception as error:
            log.warning("search goes without a model", error=type(error).__name__)
            return None
        spoken = language_of_query(text, i18n.language())
        return QueryVector(embedder.encode([text], [spoken])[0].tolist(), embedder.name)

    def _model(self) -> "Future[MultilingualEmbedder]":
        with self._lock:
            if self._loading is None:
                pool = ThreadPoolExecutor(1, "query-embedder")
                self._loading = pool.submit(_load, self._folder, self._other)
                pool.shutdown(wait=False)
            return self._loading


def _load(folder: Path | None, other: Path | None) -> "MultilingualEmbedder":
    from nlp.embed.multilingual import MultilingualEmbedder  # noqa: PLC0415 - seconds, and a hundred megabytes

    return MultilingualEmbedder(folder, other, threads=1)
