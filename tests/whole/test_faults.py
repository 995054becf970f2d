"""Each fault once, and a short random sequence of them; `python -m tests.faults` tries hundreds."""

from pathlib import Path

import pytest

from tests.faults.sequence import trial


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_twice_whichever_fault_there_is(tmp_path: Path) -> None:
    with trial(tmp_path) as running:
        running.sequence(seed=601, steps=2, tell=print, each_first=True)
        assert set(running.happened) >= set(running.possible())
        assert len(running.ledger.pieces) > 100
