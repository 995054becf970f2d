"""Vectors that are made once: read where they are right, made again where they are not."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.clean import urgency_classifier
from nlp.clean.urgency_classifier import (
    EXAMPLES,
    EXAMPLES_BY_SECOND,
    UrgencyClassifier,
    examples,
    in_their_languages,
)
from nlp.embed import kept_vectors
from nlp.embed.multilingual import MultilingualEmbedder


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[len(text), 1] for text in texts], np.float32)


def never(texts: Sequence[str]) -> NDArray[np.float32]:
    raise AssertionError(f"{len(texts)} texts are embedded again")


def test_what_was_kept_is_read(tmp_path: Path) -> None:
    kept_vectors.write(tmp_path / "kept.npz", "m1", encode, ["a", "bb"])
    found = kept_vectors.vectors(tmp_path / "kept.npz", "m1", never, ["a", "bb"])
    assert found.dtype == np.float32
    assert found.tolist() == [[1, 1], [2, 1]]


@pytest.mark.parametrize(("model", "texts"), [("m2", ["a", "bb"]), ("m1", ["a", "ccc"])])
def test_another_model_or_other_texts_have_vectors_of_their_own(tmp_path: Path, model: str, texts: list[str]) -> None:
    kept_vectors.write(tmp_path / "kept.npz", "m1", encode, ["a", "bb"])
    assert kept_vectors.vectors(tmp_path / "kept.npz", model, encode, texts)[1, 0] == len(texts[1])


def test_the_vectors_that_we_bring_are_those_of_our_urgent_examples() -> None:
    """Where this fails, `python -m tests.tools.urgent_vectors` makes them anew."""
    embedder, texts = MultilingualEmbedder(threads=1), list(examples())
    by_second = embedder.second_view()
    assert by_second
    encode = in_their_languages(embedder.encode)
    ways = ((EXAMPLES, embedder.name, encode), (EXAMPLES_BY_SECOND, embedder.embedded_by("cy"), by_second))
    for path, model, by in ways:
        kept, few = kept_vectors.vectors(path, model, never, texts), texts[::300]
        assert np.einsum("ij,ij->i", by(few), kept[::300]).min() > 0.999


def test_the_weights_that_we_bring_are_those_of_our_urgent_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails, `python -m tests.tools.urgent_vectors` makes them anew."""
    embedder, fitted = MultilingualEmbedder(threads=1), list[int]()
    of_first = partial(kept_vectors.vectors, EXAMPLES, embedder.name, never)
    of_second = partial(kept_vectors.vectors, EXAMPLES_BY_SECOND, embedder.embedded_by("cy"), never)
    monkeypatch.setattr(urgency_classifier, "_fitted", lambda likeness, urgent: fitted.append(len(urgent)))
    kept = UrgencyClassifier(of_first, embedder.second_view(), of_second).fitted()
    assert not fitted, "they are read, and not fitted again"
    monkeypatch.undo()
    with np.load(urgency_classifier.WEIGHTS) as brought:
        monkeypatch.setattr(urgency_classifier, "_kept", lambda _: None)
        anew = UrgencyClassifier(of_first, embedder.second_view(), of_second).fitted()
        assert set(anew) == set(kept) == set(brought)
    for digest, weights in anew.items():
        np.testing.assert_allclose(kept[digest], weights, atol=1e-3)
