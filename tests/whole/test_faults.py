"""A short sequence of faults; `python -m tests.faults` tries hundreds."""

from pathlib import Path

import pytest

from tests.faults.sequence import trial


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_twice_whatever_is_killed_stopped_or_emptied(tmp_path: Path) -> None:
    with trial(tmp_path) as running:
        running.sequence(seed=601, steps=4, tell=print)
        assert len(running.ledger.pieces) > 50
