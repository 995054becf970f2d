"""From an empty machine to the first finding, in a browser: `feedback up`, the link that it prints, a spreadsheet.

Nobody types a command in between; each step leaves a picture. The clock is everybody's, so the processor's seconds
stand beside it: those of every process that `feedback up` started, and not the browser's.
"""

import csv
import datetime as dt
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.bench import Report, Row, corpus
from tests.browser import chromium
from tests.whole.system import free_port, until

ROWS = 5_000
START = 180.0  # seconds
PATIENCE = 1_800_000  # milliseconds
PICTURES = Path(tempfile.gettempdir()) / "first-run"


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "comments.csv"
        rows = _write(sheet)
        begun, before = time.monotonic(), _processor()
        steps = _walk(Path(folder) / "data", sheet)
        took = [at - begun for _, at in steps]
        shown: list[Row] = [
            {"step": name, "seconds after the start": at} for (name, _), at in zip(steps, took, strict=True)
        ]
        report.table(f"From `feedback up` to the first finding of {rows:,} rows on {os.cpu_count()} cores", shown)
        report.remark(f"{_processor() - before:.0f} seconds of the processor; pictures in {PICTURES}")


def _write(path: Path) -> int:
    """The comments of one directorate's last months as a council would have them: newest yesterday."""
    with corpus("nhs_dated_2010_2013.csv").open(newline="", encoding="utf-8") as file:
        rows = list(islice((row for row in csv.DictReader(file) if row["text"].strip()), ROWS))
    late = (
        dt.datetime.now(dt.UTC).date() - max(dt.date.fromisoformat(row["date"]) for row in rows) - dt.timedelta(days=1)
    )
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("Ref", "Date received", "What would you like to tell us?"))
        table.writerows(
            (row["id"], (dt.date.fromisoformat(row["date"]) + late).strftime("%d/%m/%Y"), row["text"]) for row in rows
        )
    return len(rows)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _link(data: Path) -> Iterator[str]:
    """What `feedback up` prints on an empty store."""
    data.mkdir()
    env = {**os.environ, "FEEDBACK_DATA": str(data), "PORT": str(free_port())}
    log = data / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "feedback", "up"], env=env, stderr=output)
    try:
        until(lambda: "/sign-in/" in log.read_text() or process.poll() is not None, START)
        yield next(line for line in log.read_text().splitlines() if "/sign-in/" in line).strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _walk(data: Path, sheet: Path) -> list[tuple[str, float]]:
    steps: list[tuple[str, float]] = []
    with _link(data) as link, chromium() as browser:
        page = browser.new_context(locale="en-GB").new_page()
        PICTURES.mkdir(exist_ok=True)

        def done(step: str) -> None:
            steps.append((step, time.monotonic()))
            page.screenshot(path=PICTURES / f"{len(steps)}.png", full_page=True)

        page.goto(link)
        done("the link is followed")
        _set_up(page)
        done("the service is set up")
        _bring(page, sheet)
        done("the file is confirmed")
        expect(page.get_by_role("heading", name="First findings")).to_be_visible(timeout=PATIENCE)
        done("the first findings show")
    return steps


def _set_up(page: Page) -> None:
    if page.get_by_role("button", name="Sign in").count():
        page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Continue: Your organisation").click()
    page.get_by_label("Name of your organisation").fill("Aberwen Council")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Continue: Your first service").click()
    page.get_by_label("Name", exact=True).fill("Blue Badge")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name="Save").click()


def _bring(page: Page, sheet: Path) -> None:
    page.goto(page.url.replace("/settings", "/bring").split("?")[0].split("#")[0])
    page.get_by_label("File").set_input_files(sheet)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Take it in").click()
