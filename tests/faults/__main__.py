"""python -m tests.faults: hundreds of random sequences of faults, or an hour of steady work with kills."""

import random
import tempfile
from pathlib import Path

import click

from tests.faults.sequence import trial

AT_ONE_PLACE = 50
"""Sequences, after which another installation begins empty: what is checked is all that was said there."""


@click.command()
@click.option("--sequences", default=1_000, show_default=True, help="Sequences of faults.")
@click.option("--steps", default=8, show_default=True, help="Bursts of work in each, with none to two faults.")
@click.option("--minutes", default=0.0, help="Instead, work steadily for so long.")
@click.option("--a-second", default=40.0, show_default=True, help="Pieces a second of steady work.")
@click.option("--kill-every", default=20.0, show_default=True, help="Seconds between two kills in steady work.")
@click.option("--seed", default=None, type=int, help="The first sequence's; the others follow from it.")
def main(sequences: int, steps: int, minutes: float, a_second: float, kill_every: float, seed: int | None) -> None:
    """Ends with what was lost, where anything was; with the seed that finds it again."""
    seed, pieces = random.randrange(10**6) if seed is None else seed, 0
    for first in range(0, 1 if minutes else sequences, AT_ONE_PLACE):
        with tempfile.TemporaryDirectory() as folder, trial(Path(folder)) as running:
            if minutes:
                running.steady(seed, a_second, 60 * minutes, kill_every, click.echo)
            else:
                for number in range(first, min(first + AT_ONE_PLACE, sequences)):
                    click.echo(f"sequence {number + 1} of {sequences}, seed {seed + number}")
                    running.sequence(seed + number, steps, click.echo)
        pieces += len(running.ledger.pieces)
        click.echo(f"{pieces:,} pieces, none lost, none twice, every alert told once")


if __name__ == "__main__":
    main()
