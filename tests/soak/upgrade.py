"""python -m tests.soak.upgrade: the town of 0.1.0's demo, upgraded in place, tells all that it told.

That version comes from git, makes its town and is ended; then it serves alone, and is read, and this version after it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import httpx

from tests.feedback.record.test_upgrade import lost
from tests.tools.old_installation import code_of
from tests.whole.system import answers, command, free_port, until

VERSION = "1debe062"
"""The last commit with the schema that tests/feedback/record/installations/0.1.0.sql.gz has."""
ISSUES_OF_EACH = 10
LISTS = ("issues", "feedback?limit=200", "changes", "ledger", "regroupings", "refits", "held")
OF_AN_ISSUE = ("", "/evidence", "/statements?limit=100", "/history", "/actions")


@click.command()
@click.option("--version", default=VERSION, show_default=True, help="The commit to upgrade from.")
@click.option("--minutes", default=60, show_default=True, help="That its demo may take.")
def main(version: str, minutes: int) -> None:
    """Ends with 1 where something is lost, and names it."""
    with tempfile.TemporaryDirectory() as place:
        data, began = Path(place) / "data", time.monotonic()
        data.mkdir()
        now = {**os.environ, "FEEDBACK_DATA": str(data), "PORT": str(free_port())}
        old = now | code_of(version, Path(place) / "code")
        with _running(old, "demo"):
            until((data / "demo.json").exists, 60 * minutes)
            key = command(old, "key", "create", "--role", "admin").split()[-1]
        click.echo(f"the town of {version} was ready after {time.monotonic() - began:.0f} s")
        with _served(old, key) as http:
            then = _read(http)
        with _served(now, key) as http:
            missing = list(lost(then, {path: _all_of(http, path) for path in then}, ""))
    pieces = sum(len(said["items"]) for path, said in then.items() if "feedback?" in path)
    click.echo(
        f"{len(then)} answers with {pieces:,} pieces were held against each other, {len(missing)} things are lost"
    )
    click.echo("\n".join(missing[:50]), err=True)
    sys.exit(bool(missing))


@contextmanager
def _running(env: Mapping[str, str], *words: str) -> Iterator[None]:
    log = Path(env["FEEDBACK_DATA"]) / f"{words[0]}.log"
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "-m", "feedback", *words], env=env, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)


@contextmanager
def _served(env: Mapping[str, str], key: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    with (
        _running(env, "serve"),
        httpx.Client(base_url=f"http://127.0.0.1:{env['PORT']}", headers=headers, timeout=120) as http,
    ):
        until(lambda: answers(str(http.base_url)), 600)
        yield http


def _read(http: httpx.Client) -> dict[str, Any]:
    """What the API says of each service and of its issues."""
    said: dict[str, Any] = {}
    for service in _items(http, "/v1/services"):
        at = f"/v1/services/{service['slug']}"
        for path in LISTS:
            said[f"{at}/{path}"] = _all_of(http, f"{at}/{path}")
        for issue in said[f"{at}/issues"]["items"][:ISSUES_OF_EACH]:
            for of in OF_AN_ISSUE:
                path = f"/v1/issues/{issue['id']}{of}"
                said[path] = _all_of(http, path)
    return said


def _items(http: httpx.Client, path: str) -> list[dict[str, Any]]:
    found = http.get(path).raise_for_status().json()
    return list(found["items"] if isinstance(found, dict) else found)


def _all_of(http: httpx.Client, path: str) -> Any:
    """What is said there, all pages of a list in one: another version may order them otherwise."""
    said = http.get(path).raise_for_status().json()
    while isinstance(said, dict) and (cursor := said.pop("next_cursor", None)):
        more = http.get(path, params={**dict(httpx.URL(path).params), "cursor": cursor}).raise_for_status().json()
        said |= {"items": said["items"] + more["items"], "next_cursor": more["next_cursor"]}
    return said


if __name__ == "__main__":
    main()
