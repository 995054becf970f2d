"""What one process takes in a second, beside a bare endpoint with one insertion a request, and one without a database.

`wrk` asks them in turns, in short rounds. What is told are the medians of the rounds and of their ratios, by the clock
and by the processor time of the serving process.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvloop

from tests.bench import Report, Row, Skipped
from tests.bench.serving import CONNECTIONS, Load, Serving, a_service, free_port, ours, started

ROUNDS, SECONDS = 9, 3
HALF_SECONDS = 12
FLOODS, FLOOD, FLOOD_SECONDS = 3, 10 * CONNECTIONS, 6
LUA = """
wrk.method, wrk.headers["Content-Type"] = "POST", "application/json"
wrk.body = '{"message": "The photo page failed for me again, with a picture that I took this morning"}'
local asked = nil
answered = {}
function setup(thread) asked = thread end
function response(status) answered[status] = (answered[status] or 0) + 1 end
function done()
  for status, count in pairs(asked:get("answered")) do io.write(string.format("status %d %d\\n", status, count)) end
end
"""


class Asked(NamedTuple):
    """What one round found: answers a second by status, and what each thousand took of the server's processor."""

    rates: Mapping[int, float]
    processor: float

    @property
    def taken(self) -> float:
        """Pieces a second that were taken in."""
        return self.rates.get(202, 0.0)


def run(report: Report) -> None:
    if not shutil.which("wrk"):
        raise Skipped("wrk is not installed (apt-get install wrk)")
    with tempfile.TemporaryDirectory() as name, a_service(folder := Path(name)) as servers, ExitStack() as stack:
        ways = {
            "ours": stack.enter_context(ours(servers, folder)),
            "one insertion a request": stack.enter_context(bare(servers.database_url)),
            "no database": stack.enter_context(bare()),
        }
        (folder / "post.lua").write_text(LUA)
        most = compare(report, ways, folder)
        load = Load(ways["ours"].port)
        uvloop.run(load.steady(most / 2, HALF_SECONDS))
        report.table("A citizen's wait at half of that", [load.row("nothing else", most / 2)])
        unlimited = stack.enter_context(ours(servers, folder, FEEDBACK_CLIENT_CONNECTIONS="0"))
        report.table(
            f"{FLOOD} connections that ask without a pause",
            flooded("of one address, which may hold 100", ways["ours"], FLOOD, folder)
            + flooded("of as many addresses", unlimited, FLOOD, folder)
            + flooded("ten times as many", unlimited, 10 * FLOOD, folder),
        )


@contextmanager
def bare(*database_url: str) -> Iterator[Serving]:
    port = free_port()
    with started(port, [sys.executable, "-m", "tests.bench.bare_intake", str(port), *database_url]) as serving:
        yield serving


def compare(report: Report, ways: Mapping[str, Serving], folder: Path) -> float:
    """Returns the pieces a second that ours takes."""
    for serving in ways.values():
        asked(serving, CONNECTIONS, 1, folder)  # connections, plans and caches are made
    rounds = [
        {way: asked(serving, CONNECTIONS, SECONDS, folder) for way, serving in ways.items()} for _ in range(ROUNDS)
    ]
    report.table(f"One process, {CONNECTIONS} connections", [_row(way, rounds) for way in ways])
    return median(one["ours"].taken for one in rounds)


def _row(way: str, rounds: Sequence[Mapping[str, Asked]]) -> Row:
    return {
        "way": way,
        "pieces/s": median(one[way].taken for one in rounds),
        "ours, times": median(one["ours"].taken / one[way].taken for one in rounds),
        "CPU s of 1,000": median(one[way].processor for one in rounds),
        "ours, times by CPU": median(one[way].processor / one["ours"].processor for one in rounds),
    }


def asked(serving: Serving, connections: int, seconds: int, folder: Path) -> Asked:
    """What `wrk` was answered; what it counts as a failure of a socket is a failure of ours, and raises."""
    before = serving.processor_seconds()
    url = f"http://127.0.0.1:{serving.port}/v1/services/bench/feedback"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", str(folder / "post.lua"), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    used = serving.processor_seconds() - before
    counts = {int(status): int(count) for status, count in re.findall(r"^status (\d+) (\d+)", said, re.MULTILINE)}
    return Asked({it: counts[it] / seconds for it in counts}, 1_000 * used / max(1, sum(counts.values())))


def flooded(by: str, serving: Serving, connections: int, folder: Path) -> list[Row]:
    """A row for each of a few floods, one after the other: memory that grows shows in them."""
    return [_flood(by, serving, connections, folder) for _ in range(FLOODS)]


def _flood(by: str, serving: Serving, connections: int, folder: Path) -> Row:
    found = asked(serving, connections, FLOOD_SECONDS, folder)
    others = sum(rate for status, rate in found.rates.items() if status not in (202, 429, 503))
    return {
        "connections": by,
        "202/s": found.taken,
        "429/s": found.rates.get(429, 0.0),
        "503/s": found.rates.get(503, 0.0),
        "others/s": others,
        "memory, MB": serving.process.memory_info().rss / 2**20,
    }
