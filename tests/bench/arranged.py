"""Real statements whose timing ../shared/bench arranges: weeks of services in which something starts to go wrong."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench import DATA, Skipped, corpus

SCORER = DATA.parent / "bench" / "emergence.py"
FLAGS = ("--copies", "--drift", "--batches")
HISTORY, DAYS = 28, 56
"""Days of which nothing is counted, and all."""


def make(folder: Path, seed: int, flags: Sequence[str] = FLAGS) -> tuple[Path, Path]:
    """A stream, and what is true of it. Raises Skipped."""
    if not SCORER.exists():
        raise Skipped(f"{SCORER} is missing")
    stream, truth = folder / f"{seed}.jsonl", folder / f"{seed}.json"
    scorer("make", flags, corpus=corpus("banking77.csv"), seed=seed, out=stream, truth=truth)
    return stream, truth


def scorer(command: str, flags: Sequence[str] = (), **options: object) -> str:
    named = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return subprocess.check_output([sys.executable, SCORER, command, *named, *flags], text=True)
