"""python -m tests.soak.fuzz TARGET RUNS FOLDER: so many mutations of one target, led by what they reach (atheris).

Where atheris has no wheel (it has for Linux on x86-64) the mutations are blind; and so for patterns, in which it sees
nothing. What breaks the target is written into the folder, and the process ends with another status than 0.
"""

import random
import sys
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

LONGEST = 5_000
"""Bytes of a mutation: as of the longest message."""


def main(name: str, runs: int, folder: Path) -> None:
    """Tries one target. With atheris it does not return: the fuzzer ends the process."""
    if atheris is None or name == "patterns":
        tried_blindly(name, runs, folder)
        return
    with atheris.instrument_imports(include=["ingest", "nlp", "feedback.http", "feedback.record.privacy"]):
        from tests.soak.targets import kept, seeds, targets, timed
    place = kept(folder, name)
    corpus = kept(folder / "corpus", name)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed[:LONGEST])
    options = [f"-runs={runs}", f"-max_len={LONGEST}", "-timeout=120", "-rss_limit_mb=4096", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={place}/", str(corpus)], timed(targets()[name]()))
    atheris.Fuzz()


def tried_blindly(name: str, runs: int, folder: Path) -> None:
    """As many mutations of the seeds, by a generator that starts from one."""
    from tests.ingest.channels.test_contract import broken
    from tests.soak.targets import kept, seeds, targets, timed

    target, known, chance = timed(targets()[name]()), list(seeds(name)), random.Random(1)
    for run in range(runs):
        data = broken(chance.choice(known), run)[:LONGEST]
        try:
            target(data)
        except Exception:
            (kept(folder, name) / f"broken-{run}").write_bytes(data)
            raise


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
