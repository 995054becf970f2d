"""The whole walk: an import beside the bare library calls on the same texts, and how soon a message shows."""

import csv
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from nlp.clean.cleaner import Cleaner
from nlp.embed.embedder import Embedder
from tests.bench import Report, Row, corpus
from tests.bench.cleaning import engine
from tests.whole.system import Running, up, usual_month
from tests.workers.texts import USUAL, said

TEXTS = 8_000
AT_ONCE = 64
POSTS = 30
PATIENCE = 60.0  # seconds


def run(report: Report) -> None:
    rows = _rows()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "comments.csv"
        _write(source, rows)
        texts = [row["text"] for row in rows]
        ways = {
            "bare calls: Presidio's AnalyzerEngine on spaCy, embedding": _took(lambda: _bare(_with_presidio, texts)),
            "bare calls: our own cleaning and embedding": _took(lambda: _bare(_with_ours, texts)),
            "feedback import --wait": _took(lambda: _import(source, Path(folder) / "data")),
        }
        report.table(f"{len(rows):,} dated NHS comments on {os.cpu_count()} cores", _rates(len(rows), ways))
        report.table("Seconds from POST to showing under its issue, idle", [_latency(Path(folder) / "up")])


def _rows() -> list[dict[str, str]]:
    with corpus("nhs_dated_2010_2013.csv").open(newline="", encoding="utf-8") as file:
        return list(islice((row for row in csv.DictReader(file) if row["directorate"] and row["text"].strip()), TEXTS))


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _took(do: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the clock and of the processor, those of all child processes included."""
    clock, before = time.monotonic(), _processor()
    do()
    return time.monotonic() - clock, _processor() - before


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(it.ru_utime + it.ru_stime for it in used)


def _bare(way: Callable[[Sequence[str]], None], texts: Sequence[str]) -> None:
    """In one process a core, without a database; loading the models included."""
    cores = os.cpu_count() or 1
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        pool.map(way, [texts[core::cores] for core in range(cores)], chunksize=1)
        pool.close()
        pool.join()


def _with_presidio(texts: Sequence[str]) -> None:
    redact, embedder = engine(), Embedder(threads=1)
    for batch in _batches(texts):
        redact(batch)
        embedder.encode(batch)


def _with_ours(texts: Sequence[str]) -> None:
    cleaner, embedder = Cleaner(), Embedder(threads=1)
    for batch in _batches(texts):
        cleaned = cleaner.clean(batch)
        embedder.encode([it.text for one in cleaned for it in one.statements if not it.filler])


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[begin : begin + AT_ONCE] for begin in range(0, len(texts), AT_ONCE))


def _import(source: Path, data: Path) -> None:
    """As an operator types it: with the servers' start, the first schema, and the training of all topics."""
    subprocess.run(
        [sys.executable, "-m", "feedback", "import", str(source), "--service-column", "directorate", "--wait"],
        env={**os.environ, "FEEDBACK_DATA": str(data)},
        check=True,
        capture_output=True,
    )


def _rates(texts: int, ways: Mapping[str, tuple[float, float]]) -> list[Row]:
    """The last way's rate as a share of each way's, by the clock and by the processor."""
    clock_of_last, processor_of_last = list(ways.values())[-1]
    return [
        {
            "way": way,
            "texts/s": texts / clock,
            "import's share of it": clock / clock_of_last,
            "texts/CPU s": texts / processor,
            "import's share of it by CPU": processor / processor_of_last,
        }
        for way, (clock, processor) in ways.items()
    ]


def _latency(data: Path) -> Row:
    data.mkdir()
    with up(data) as running:
        usual_month(running)
        seconds = [_until_shown(running, text) for text in said(USUAL, POSTS, skip=400)]
    shown = [it for it in seconds if it is not None]
    return {"messages": len(seconds), "shown": len(shown), "median": statistics.median(shown), "most": max(shown)}


def _until_shown(running: Running, text: str) -> float | None:
    """None where it joined no issue."""
    begun = time.monotonic()
    answer = running.http.post("/v1/services/blue-badge/feedback", json={"message": text}).raise_for_status().json()
    while time.monotonic() < begun + PATIENCE:
        receipt = running.get(f"/v1/receipts/{answer['receipt']}")
        if receipt["understood_as"]:
            return time.monotonic() - begun
        if receipt["state"] == "read":
            return None
        time.sleep(0.02)
    return None
