"""Many texts cleaned at once, on all cores: spaCy keeps to one, so each process has a model of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from nlp.clean.cleaner import Cleaned, Cleaner

BATCH = 512
FEW = 4 * BATCH
"""So many are done before further processes have loaded their models."""

_mine: list[Cleaner] = []


def clean(texts: Sequence[str], progress: Callable[[int, int], None]) -> list[Cleaned]:
    """Return it in the order of the texts; `progress` is told how many of them are done."""
    found: list[Cleaned] = []
    parts = [texts[begin : begin + BATCH] for begin in range(0, len(texts), BATCH)]
    with _spread(len(texts)) as spread:
        for part in spread(parts):
            found += part
            progress(len(found), len(texts))
    return found


@contextmanager
def _spread(number: int) -> Iterator[Callable[[Sequence[Sequence[str]]], Iterator[list[Cleaned]]]]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if number <= FEW or cores == 1:
        cleaner = Cleaner()
        yield lambda parts: map(cleaner.clean, parts)
        return
    # Spawned, as a fork would copy threads' locks in whatever state they are.
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), _load) as pool:
        yield lambda parts: pool.map(_clean, parts)


def _load() -> None:
    _mine.append(Cleaner())


def _clean(texts: Sequence[str]) -> list[Cleaned]:
    return _mine[0].clean(texts)
