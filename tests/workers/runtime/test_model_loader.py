"""What a worker has embedded it need not embed again."""

from collections.abc import Sequence

import numpy as np
import pytest

from feedback.record.settings import Settings
from nlp.embed.embedder import Embedder
from nlp.embed.multilingual import OFF, MultilingualEmbedder
from nlp.embed.vectors import Floats
from tests.conftest import RealServers
from workers.runtime import model_loader
from workers.runtime.model_loader import Tools

SAID = ["The lift is broken.", "Nobody answers the phone.", "The lift is broken."]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the model was given, in their order."""
    seen, encode = list[str](), MultilingualEmbedder.encode

    def watched(self: MultilingualEmbedder, texts: Sequence[str], languages: Sequence[str] | None = None) -> Floats:
        seen.extend(texts)
        return encode(self, texts, languages)

    monkeypatch.setattr(MultilingualEmbedder, "encode", watched)
    return seen


@pytest.fixture
def fresh(servers: RealServers) -> Tools:
    """A worker's models, which have read nothing yet."""
    return Tools(Settings(data=servers.data))


def test_the_same_words_are_embedded_once_and_each_has_its_own_vector(fresh: Tools, read: list[str]) -> None:
    first = fresh.encode(SAID)
    again = fresh.encode([*SAID[::-1], "The ramp is steep."])
    assert sorted(read) == sorted({*SAID, "The ramp is steep."})
    assert (first[0] == first[2]).all()
    assert (again[:3] == first[::-1]).all()
    assert np.abs(again - MultilingualEmbedder(threads=1).encode([*SAID[::-1], "The ramp is steep."])).max() < 0.01


def test_words_of_another_language_are_another_text(fresh: Tools) -> None:
    english, welsh = fresh.encode(["Da iawn"], ["en"]), fresh.encode(["Da iawn"], ["cy"])
    assert np.abs(english - welsh).max() > 0.01


def test_no_text_has_no_vector(fresh: Tools) -> None:
    assert fresh.encode([]).shape == fresh.encode(["The lift is broken."])[:0].shape


def test_what_was_said_long_ago_is_forgotten(fresh: Tools, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_loader, "REMEMBERED", 2)
    fresh.encode(["one", "two", "three"])
    fresh.encode(["three", "two"])
    assert read == ["one", "two", "three"]
    fresh.encode(["one"])
    assert read == ["one", "two", "three", "one"]


def test_the_second_encoder_has_a_space_of_its_own_that_languages_share_and_reads_the_same_words_once(
    fresh: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, seen = fresh.second_view(), list[str]()
    assert view is not None
    found = view(["Nobody answers the phone", "Does neb yn ateb y ffôn", "Mae'r biniau yn llawn"])
    assert found[1] @ found[0] > found[2] @ found[0]
    encode = Embedder.encode

    def watched(self: Embedder, texts: Sequence[str]) -> Floats:
        seen.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(Embedder, "encode", watched)
    assert (view(["Mae'r biniau yn llawn", "Da iawn"])[0] == found[2]).all()
    assert seen == ["Da iawn"]


def test_where_no_multilingual_encoder_is_set_there_is_no_second_view(servers: RealServers) -> None:
    assert Tools(Settings(data=servers.data, multilingual_model=OFF)).second_view() is None
