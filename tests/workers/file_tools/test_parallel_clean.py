"""Cleaning on all cores: the same, in the same order, as on one."""

import pytest

from nlp.clean.cleaner import Cleaner
from workers.file_tools import parallel_clean

TEXTS = [f"My bin number {number} was missed. Call me on 07700 900{number:03}." for number in range(40)]


def test_processes_give_what_one_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_clean, "BATCH", 8)
    monkeypatch.setattr(parallel_clean, "FEW", 1)
    told: list[tuple[int, int]] = []
    found = parallel_clean.clean(TEXTS, lambda done, total: told.append((done, total)))
    assert found == Cleaner().clean(TEXTS)
    assert told == [(done, 40) for done in (8, 16, 24, 32, 40)]


def test_nothing_is_cleaned_at_once() -> None:
    assert parallel_clean.clean([], lambda done, total: None) == []
