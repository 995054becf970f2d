"""Vectors that are made once: read where they are right, made again where they are not."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.clean import urgency_classifier
from nlp.clean.urgency_classifier import (
    EXAMPLES,
    EXAMPLES_BY_SECOND,
    Meant,
    UrgencyClassifier,
    examples,
    in_their_languages,
)
from nlp.embed import kept_vectors
from nlp.embed.multilingual import MultilingualEmbedder
from nlp.embed.vectors import unit


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[len(text), 1] for text in texts], np.float32)


def spelt(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors, as quickly made as may be: each text has one of its own."""
    rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=64) for text in texts]
    return unit(np.array(rows, np.float32))


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


@pytest.mark.parametrize("spoilt", [None, b"", b"hello", "half", "a byte"])
def test_what_was_kept_in_a_missing_or_spoilt_file_is_made_anew(tmp_path: Path, spoilt: str | bytes | None) -> None:
    path = tmp_path / "kept.npz"
    kept_vectors.write(path, "m1", encode, ["a", "bb"])
    whole = path.read_bytes()
    flipped = whole.replace(np.array([1, 1], np.float16).tobytes(), b"\x00\x3d\x00\x3c", 1)
    bodies = {"half": whole[: len(whole) // 2], "a byte": flipped}
    path.unlink() if spoilt is None else path.write_bytes(spoilt if isinstance(spoilt, bytes) else bodies[spoilt])
    assert kept_vectors.vectors(path, "m1", encode, ["a", "bb"]).tolist() == [[1, 1], [2, 1]]


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_vectors_that_are_no_numbers_or_nothing_are_made_anew(tmp_path: Path, value: float) -> None:
    kept_vectors.write(tmp_path / "kept.npz", "m1", lambda _: np.full((2, 2), value, np.float32), ["a", "bb"])
    assert kept_vectors.vectors(tmp_path / "kept.npz", "m1", encode, ["a", "bb"]).tolist() == [[1, 1], [2, 1]]


@pytest.fixture(scope="module")
def right() -> Mapping[str, NDArray[np.float32]]:
    """The weights of what is `spelt`, fitted."""
    return UrgencyClassifier(spelt).fitted()


@pytest.mark.parametrize("spoil", [np.zeros_like, lambda kept: np.full_like(kept, np.nan), lambda kept: kept[:-1]])
def test_weights_that_are_spoilt_are_fitted_anew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    right: Mapping[str, NDArray[np.float32]],
    spoil: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> None:
    spoilt: dict[str, Any] = {name: spoil(kept) for name, kept in right.items()}
    np.savez(tmp_path / "weights.npz", **spoilt)
    monkeypatch.setattr(urgency_classifier, "WEIGHTS", tmp_path / "weights.npz")
    [digest] = right
    assert (UrgencyClassifier(spelt).fitted()[digest] == right[digest]).all()


def test_what_cannot_wait_is_found_without_any_weights_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urgency_classifier, "WEIGHTS", tmp_path / "nowhere.npz")
    text = next(text for text, kind in examples().items() if kind != "calm")
    assert UrgencyClassifier(spelt).find([Meant([text], spelt([text]), [False])])[0]


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
        monkeypatch.setattr(urgency_classifier, "_kept", lambda *_: None)
        anew = UrgencyClassifier(of_first, embedder.second_view(), of_second).fitted()
        assert set(anew) == set(kept) == set(brought)
    for digest, weights in anew.items():
        np.testing.assert_allclose(kept[digest], weights, atol=1e-3)
