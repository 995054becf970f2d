"""Vectors that are made once: read where they are right, made again where they are not."""

import errno
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.embed import vector_cache


class Encoder:
    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += 1
        return np.array([[len(text), 1] for text in texts], np.float32)


def never(texts: Sequence[str]) -> NDArray[np.float32]:
    raise AssertionError(f"{len(texts)} texts are embedded again")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kept.npz"


def test_the_next_process_reads_what_the_first_one_made(path: Path) -> None:
    made = vector_cache.vectors(path, "m1", ["a", "bb"], Encoder())
    assert np.array_equal(vector_cache.vectors(path, "m1", ["a", "bb"], never), made)


@pytest.mark.parametrize(("model", "texts"), [("m2", ["a", "bb"]), ("m1", ["a", "ccc"])])
def test_another_model_or_other_texts_have_vectors_of_their_own(path: Path, model: str, texts: list[str]) -> None:
    vector_cache.vectors(path, "m1", ["a", "bb"], Encoder())
    assert vector_cache.vectors(path, model, texts, Encoder())[1, 0] == len(texts[1])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"nothing of ours"])
def test_a_broken_file_is_made_again(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    encode = Encoder()
    for _ in range(2):
        assert vector_cache.vectors(path, "m1", ["a"], encode).tolist() == [[1, 1]]
    assert encode.asked == 1


def test_whichever_byte_of_the_file_is_damaged_the_vectors_are_right(path: Path) -> None:
    made = vector_cache.vectors(path, "m1", ["a"], Encoder())
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x60]) + whole[place + 1 :])
        assert np.array_equal(vector_cache.vectors(path, "m1", ["a"], Encoder()), made)


def test_processes_that_start_together_leave_one_whole_file(path: Path) -> None:
    everybody = threading.Barrier(8)

    def start(_: int) -> NDArray[np.float32]:
        return vector_cache.vectors(path, "m1", texts, lambda said: (everybody.wait(10), Encoder()(said))[1])

    texts = [f"example {number}" for number in range(2_000)]
    with ThreadPoolExecutor(8) as several:
        made = list(several.map(start, range(8)))
    assert all(np.array_equal(vectors, made[0]) for vectors in made)
    assert [file.name for file in path.parent.iterdir()] == ["kept.npz"]
    assert np.array_equal(vector_cache.vectors(path, "m1", texts, never), made[0])


def test_what_cannot_be_written_whole_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(file: Path, **_: object) -> None:
        file.write_bytes(b"PK half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", fill_the_disk)
    assert vector_cache.vectors(path, "m1", ["a"], Encoder()).tolist() == [[1, 1]]
    assert not list(path.parent.iterdir())


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert vector_cache.vectors(tmp_path / "file" / "kept.npz", "m1", ["a"], Encoder()).tolist() == [[1, 1]]
