"""Mutations of what strangers send: nothing breaks what reads it, or keeps it busy for a second.

A few seconds of what `make soak` does for an hour.
"""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.channels import CHANNELS
from tests.ingest.channels.test_contract import broken
from tests.soak import fuzz
from tests.soak import targets as soaked
from tests.soak.targets import REDACTOR, Target, TooSlow, seeds, targets, timed

EXAMPLES = {REDACTOR: 60, "patterns": 1_000, "email": 60}
"""Of each target; what is not named has `USUAL`."""
USUAL = 100


@pytest.fixture(scope="module")
def ready() -> dict[str, Target]:
    return {name: timed(make()) for name, make in targets().items()}


@pytest.mark.parametrize("name", targets())
def test_no_mutation_breaks_or_busies_what_reads_it(ready: dict[str, Target], name: str) -> None:
    known = list(seeds(name))

    @settings(max_examples=EXAMPLES.get(name, USUAL), deadline=None, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 10**9), at=st.integers(0, len(known) - 1))
    def tried(seed: int, at: int) -> None:
        ready[name](broken(known[at], seed)[: fuzz.LONGEST])

    tried()


FOUND = {
    "a charset that holds a NUL": (
        "email",
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Type: text/x; charset=utf-8\x01\x00'\n\n\xe1\n--b\nContent-Type: text/plain\n\nIt fails.\n--b--\n",
    ),
}
"""What `make soak` found, so that it is tried for ever."""


@pytest.mark.parametrize("what", FOUND)
def test_what_was_found_once_breaks_nothing_again(ready: dict[str, Target], what: str) -> None:
    name, data = FOUND[what]
    ready[name](data)


def test_every_channel_is_a_target() -> None:
    assert set(CHANNELS) < set(targets())


def test_what_takes_a_second_or_breaks_is_found_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_: bytes) -> None:
        begin = time.process_time()
        while time.process_time() - begin < 0.02:
            pass

    def breaks(data: bytes) -> None:
        if len(data) > 10:
            raise IndexError

    monkeypatch.setattr(soaked, "SLOWEST_SECONDS", 0.01)
    monkeypatch.setattr(soaked, "targets", lambda: {"busy": lambda: busy, "breaks": lambda: breaks})
    for name, failure in (("busy", TooSlow), ("breaks", IndexError)):
        with pytest.raises(failure):
            fuzz.tried_blindly(name, 1_000, tmp_path)
        [found] = (tmp_path / name).iterdir()
        assert found.name.startswith("broken-")
