"""A file of feedback whose import is killed at any point, and begun again until it goes through."""

import csv
import random

from tests.faults.citizens import Ledger
from tests.whole.system import Running, until

KILLED_WITHIN_SECONDS = 1.5
MOST_ROWS = 100


def import_file(running: Running, ledger: Ledger, draw: random.Random) -> str:
    """So many pieces at once, by way of the command line; all of them are known once it returns."""
    pieces = [ledger.new(draw, (None,)) for _ in range(draw.randint(1, MOST_ROWS))]
    file = running.data / f"import-{pieces[0].number}.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([("id", "text"), *((piece.number, piece.words) for piece in pieces)])
    command = ("feedback", "import", str(file), "--service", "blue-badge")
    running.commands.run_killed(*command, after=KILLED_WITHIN_SECONDS * draw.random())
    until(lambda: not running.commands.run(*command), 300)
    for piece in pieces:
        piece.known = True
    return f"imported {len(pieces)} pieces, killed at first"
