"""The words that tell groups of statements apart: BERTopic's c-TF-IDF (Grootendorst 2022) of groups found elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp.clean.tokens import tokens
from nlp.embed.vectors import Floats, Labels

_PLACEHOLDER = re.compile(r"\[[A-Z_]+\]")


def of_groups(vectors: Floats, texts: Sequence[str], labels: Labels) -> tuple[Labels, list[tuple[str, ...]]]:
    """Number the groups by falling size, (n,), and find the keywords of each, whatever the script."""
    from bertopic import BERTopic  # noqa: PLC0415 - takes seconds, and joining does without
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415

    class Quoting(BERTopic):  # type: ignore[misc]
        """Quotes are chosen by our own rule, as BERTopic's take longer than all else; and it would keep ASCII alone."""

        def _save_representative_docs(self, documents: Any) -> None:
            self.representative_docs_: dict[int, list[str]] = {}

        def _preprocess_text(self, documents: Any) -> list[str]:
            return list(documents)

    plain = [_PLACEHOLDER.sub(" ", text) for text in texts]
    blanks = [] if _several(plain) else ["", " "]
    vectorizer = CountVectorizer(analyzer=lambda text: [*blanks, *tokens(text)])
    model = Quoting(umap_model=_Given(labels), hdbscan_model=_Given(labels), vectorizer_model=vectorizer)
    found, _ = model.fit_transform(plain, vectors)
    words = [tuple(word for word, _ in model.get_topic(topic) if len(word) > 1) for topic in sorted(set(found) - {-1})]
    return np.array(found, np.int32), words


def _several(texts: Sequence[str]) -> bool:
    """Tell whether there are two different words at least: BERTopic fails where there are not."""
    words = (word for text in texts for word in tokens(text))
    first = next(words, None)
    return any(word != first for word in words)


class _Given:
    """A step of BERTopic whose result is there already: clusters that were found, or vectors left as they are."""

    def __init__(self, labels: Labels) -> None:
        self.labels_ = labels

    def fit(self, vectors: Floats, y: Any = None) -> _Given:
        return self

    def transform(self, vectors: Floats) -> Floats:
        return vectors
