"""The vectors of the model that is bundled, and of tiny random ones of other shapes, checked against numpy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.embed.checkpoint import UnusableModel
from nlp.embed.embedder import BATCH_TOKENS, Embedder, _batches
from tests.nlp.embed.tiny_bert import by_numpy, make_folder, random_weights, write_json

LETTER = "The letter never came, so I rang three times."
WELSH = "Mae'r wefan yn araf iawn – £12 wedi'i golli!"
TEXTS = [
    LETTER,
    "Slow.",
    WELSH,
    "",
    "The car park was full again and the machine took no cards, only coins. " * 8,
    "Nobody answered the phone on Tuesday.",
]


@pytest.fixture(scope="module")
def exact() -> Embedder:
    return Embedder(precision="f32")


@pytest.fixture(scope="module")
def fast() -> Embedder:
    return Embedder()


def test_vectors_are_those_of_sentence_transformers(exact: Embedder) -> None:
    # The first components as sentence-transformers 6.2 on PyTorch 2.13 gives them for these weights.
    expected = [
        [-0.019230, -0.033971, 0.027231, 0.020850, -0.131139, -0.022039],
        [0.016776, -0.035835, -0.026316, 0.023132, -0.016165, 0.013439],
    ]
    np.testing.assert_allclose(exact.encode([LETTER, WELSH])[:, :6], expected, atol=1e-5)


def test_rows_are_unit_vectors(exact: Embedder, fast: Embedder) -> None:
    for embedder in (exact, fast):
        vectors = embedder.encode(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.dimensions) == (len(TEXTS), 384)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(exact: Embedder) -> None:
    assert exact.encode([]).shape == (0, 384)


def test_the_lower_precision_stays_near_the_full_one(exact: Embedder, fast: Embedder) -> None:
    assert (exact.encode(TEXTS) * fast.encode(TEXTS)).sum(axis=1).min() > 0.999


def test_what_means_the_same_is_near(exact: Embedder) -> None:
    late, post, parking = exact.encode(
        ["My letter arrived late", "The letter reached me far too late", "Parking is too dear"]
    )
    assert late @ post > late @ parking + 0.2


@pytest.mark.parametrize(("precision", "tolerance"), [("f32", 1e-5), ("auto", 1e-3)])
def test_a_vector_does_not_depend_on_its_companions_nor_on_the_order(
    precision: str, tolerance: float, exact: Embedder, fast: Embedder
) -> None:
    embedder = exact if precision == "f32" else fast
    alone = np.vstack([embedder.encode([text]) for text in TEXTS])
    for companions in (TEXTS, TEXTS[::-1], TEXTS * 40):  # the last fills more than one batch
        texts = list(companions)
        rows = [TEXTS.index(text) for text in texts]
        np.testing.assert_allclose(embedder.encode(texts), alone[rows], atol=tolerance)


def test_a_window_of_texts_is_one_of_many(monkeypatch: pytest.MonkeyPatch, exact: Embedder) -> None:
    whole = exact.encode(TEXTS)
    monkeypatch.setattr("nlp.embed.embedder.WINDOW", 4)
    np.testing.assert_allclose(exact.encode(TEXTS), whole, atol=1e-5)


def test_what_is_too_long_is_cut_at_its_end(exact: Embedder) -> None:
    beginning = "queue " * (256 - 2)  # one token a word, and the two that enclose them
    long, beyond, short = exact.encode([beginning, beginning + "parking " * 5_000, "queue " * 250])
    np.testing.assert_allclose(long, beyond, atol=1e-5)
    assert np.abs(long - short).max() > 1e-4
    assert BATCH_TOKENS > 256, "a batch holds the longest text"


def test_the_name_tells_weights_apart_and_not_the_precision(exact: Embedder, fast: Embedder, tmp_path: Path) -> None:
    assert exact.name.startswith("all-MiniLM-L6-v2-")
    assert exact.precision == "f32"
    assert exact.name == fast.name
    one, other = (Embedder(make_folder(tmp_path / str(seed) / "tiny", seed=seed)).name for seed in (0, 1))
    assert one.startswith("tiny-")
    assert one != other


def test_importing_it_does_not_load_the_runtime_and_nothing_phones_home() -> None:
    told = "import sys, nlp.embed.embedder; print('openvino' in sys.modules, end=' '); nlp.embed.embedder.Embedder(); "
    told += "print('openvino_telemetry' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_an_unknown_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match="nowhere"):
        Embedder(tmp_path / "nowhere")


def test_a_file_that_lacks_is_told(tmp_path: Path) -> None:
    for file in ("config.json", "model.safetensors", "tokenizer.json"):
        folder = make_folder(tmp_path / file)
        (folder / file).unlink()
        with pytest.raises(UnusableModel, match=file):
            Embedder(folder)


def test_a_broken_file_of_weights_is_told(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    for content in (b"", b"short", (folder / "model.safetensors").read_bytes()[:2_000]):
        (folder / "model.safetensors").write_bytes(content)
        with pytest.raises(UnusableModel, match=r"model\.safetensors"):
            Embedder(folder)


@pytest.mark.parametrize(
    ("file", "key", "value", "told"),
    [
        ("config.json", "model_type", "roberta", "BERT"),
        ("config.json", "position_embedding_type", "relative_key", "positions"),
        ("config.json", "hidden_act", "swiglu", "swiglu"),
        ("config.json", "num_hidden_layers", 3, r"encoder\.layer\.2"),
        ("1_Pooling/config.json", "pooling_mode", "lasttoken", "lasttoken"),
        ("modules.json", 1, {"type": "x.models.LSTM", "path": "1_LSTM"}, "LSTM"),
    ],
)
def test_what_is_not_supported_is_told(tmp_path: Path, file: str, key: Any, value: Any, told: str) -> None:
    path = make_folder(tmp_path) / file
    content = json.loads(path.read_text())
    content[key] = value
    path.write_text(json.dumps(content))
    with pytest.raises(UnusableModel, match=told):
        Embedder(tmp_path)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("dense", [False, True])
def test_a_folder_of_another_shape_gives_the_vectors_of_its_network(tmp_path: Path, pooling: str, dense: bool) -> None:
    embedder = Embedder(make_folder(tmp_path, pooling=pooling, dense=dense), precision="f32")
    assert embedder.dimensions == (12 if dense else 24)
    weights = random_weights(0)
    expected = [by_numpy(weights, [1, 4, 5, 2], pooling, dense), by_numpy(weights, [1, 6, 2], pooling, dense)]
    np.testing.assert_allclose(embedder.encode(["late letter", "QUEUE"]), expected, atol=1e-5)


def test_the_older_words_for_pooling_and_the_newer_for_lengths_are_understood(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, pooling="cls")
    vector = Embedder(folder, precision="f32").encode(["late letter late"])
    write_json(
        folder / "1_Pooling" / "config.json", {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    )
    write_json(folder / "tokenizer_config.json", {"model_max_length": 5})
    older = Embedder(folder, precision="f32")
    np.testing.assert_allclose(older.encode(["late letter late queue queue"]), vector, atol=1e-6)


@pytest.mark.parametrize("dtype", ["F16", "BF16"])
def test_weights_of_half_the_width_are_read(tmp_path: Path, dtype: str) -> None:
    full, half = (
        Embedder(make_folder(tmp_path / it, dtype=it), precision="f32").encode(["late letter"]) for it in ("F32", dtype)
    )
    np.testing.assert_allclose(half, full, atol=0.05)


def test_a_bare_bert_folder_is_pooled_by_its_mean(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    listed = Embedder(folder, precision="f32").encode(["late letter"])
    (folder / "modules.json").unlink()
    (folder / "1_Pooling" / "config.json").unlink()
    (folder / "1_Pooling").rmdir()
    np.testing.assert_allclose(Embedder(folder, precision="f32").encode(["late letter"]), listed, atol=1e-6)


def test_short_texts_are_not_padded_to_the_length_of_long_ones_beside_them() -> None:
    tokens = [[1] * length for length in (5, 90, 6, 5, 5, 88, 6, 40)]
    batches = list(_batches(tokens))
    padded = sum(len(rows) * max(len(tokens[row]) for row in rows) for rows in batches)
    assert sorted(row for rows in batches for row in rows) == list(range(len(tokens)))
    assert padded <= sum(map(len, tokens)) + 10
