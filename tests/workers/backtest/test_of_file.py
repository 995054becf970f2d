"""A backtest: what the running product would have sent of a history, and when."""

import datetime as dt
import json
from pathlib import Path

import pytest

from feedback.demo.history import history
from feedback.demo.town import PROBLEMS
from workers.backtest import of_file
from workers.backtest.of_file import BacktestSummary, backtest_file

NOW = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
PLANTED = {problem.service: len(problem.daily) for problem in PROBLEMS[:1]}
"""A service of the made-up town in which something goes wrong, and for how many days it has."""

Told = tuple[BacktestSummary, list[dict[str, object]], dict[str, dt.datetime]]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Five weeks of that service, two bad lines among them; and when each piece was submitted."""
    folder = tmp_path_factory.mktemp("backtest")
    arrivals = [it for it in history(NOW) if it.service in PLANTED and it.submitted_at]
    lines = [
        {
            "id": it.external_id,
            "service": it.service,
            "channel": it.channel,
            "text": it.message,
            "submitted_at": it.submitted_at.isoformat(),
        }
        for it in arrivals
        if it.submitted_at and it.submitted_at > NOW - dt.timedelta(days=35)
    ]
    source, target = folder / "in.jsonl", folder / "out.jsonl"
    source.write_text("\n".join([*map(json.dumps, lines), "no json", '{"id": "1"}']), encoding="utf-8")
    summary = backtest_file(source, target, others=(0.5,))
    found = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    return summary, found, {str(line["id"]): dt.datetime.fromisoformat(str(line["submitted_at"])) for line in lines}


def test_the_planted_problem_is_one_signal_while_it_goes_on(town: Told) -> None:
    _, found, _ = town
    for service, days in PLANTED.items():
        [signal] = [line for line in found if line["service"] == service]
        assert dt.datetime.fromisoformat(str(signal["since"])) > NOW - dt.timedelta(days=days + 1)


def test_nothing_rests_on_what_came_later(town: Told) -> None:
    _, found, said = town
    for line in found:
        pieces = line["feedback_ids"]
        assert isinstance(pieces, list)
        assert max(said[piece] for piece in pieces) <= dt.datetime.fromisoformat(str(line["detected_at"]))


def test_a_bad_line_is_told_by_its_number_and_loses_no_other(town: Told) -> None:
    summary, _, said = town
    assert summary.pieces == len(said)
    assert summary.bad == ((len(said) + 1, "DecodeError"), (len(said) + 2, "ValidationError"))


@pytest.mark.parametrize(
    "bad",
    [b'"text": "a\\ud800b"', b'"text": "a\xff"', b'"text": "a\xed\xa0\x80"', b'"text": 5', b'"text": ' + b"[" * 20_000],
)
def test_a_line_that_holds_what_is_no_text_is_told_and_loses_no_other(tmp_path: Path, bad: bytes) -> None:
    rest = b'"id": "1", "service": "bins", "channel": "web", "submitted_at": "2026-05-01"'
    (tmp_path / "in.jsonl").write_bytes(b"{%s, %s}\n{%s, %s}\n" % (rest, bad, rest, b'"text": "The bin"'))
    pieces, told = of_file.read(tmp_path / "in.jsonl")
    assert [piece.text for piece in pieces] == ["The bin"] and [number for number, _ in told] == [1]


def test_it_tells_what_another_tolerance_would_have_sent(town: Told) -> None:
    summary, found, _ = town
    asked, other = ([it for it in summary.sent if it.tolerance == tolerance] for tolerance in (0.02, 0.5))
    assert sum(it.signals for it in asked) == len(found) <= sum(it.signals for it in other)
    assert {it.service for it in asked} == set(PLANTED) and all(4 < it.weeks < 6 for it in asked)
