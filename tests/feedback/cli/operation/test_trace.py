"""`feedback trace`: what happened to one piece, and never a word of the citizen."""

import uuid
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from feedback.cli import main
from feedback.record.models import Issue, Moved, Refit, Statement, new_id
from feedback.record.privacy import erasure, raw
from tests.conftest import RealServers
from tests.insights.raising import raise_signal
from tests.insights.receivers import Receiver
from tests.walking import put, walk
from workers.actors.clean import CLEAN
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker, work_once

MESSAGE = "The photograph upload fails with an error. My husband tried it too."


def feedback_trace(servers: RealServers, *arguments: str) -> Result:
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(servers.data)}
    return CliRunner(env=urls).invoke(main, ["trace", *arguments])


def told(servers: RealServers, identity: uuid.UUID) -> Any:
    answer = feedback_trace(servers, str(identity), "--json")
    assert answer.exit_code == 0, answer.exception
    return msgspec.json.decode(answer.stdout)


@pytest.fixture
def piece(local: Worker, subscribed: dict[str, Any], hook: Receiver) -> uuid.UUID:
    """A piece that was cleaned, stands in an issue that a refit moved it to, and was told of to a subscriber."""
    [accepted] = put(local, MESSAGE)
    walk(local)
    signal = raise_signal(local.record, feedback_ids=[accepted.id, new_id()])
    with local.record.transaction() as session:
        mine = update(Statement).where(Statement.feedback_id == accepted.id).returning(Statement.id)
        statements = list(session.scalars(mine.values(issue_id=signal.issue_id, assigned_by="test")))
        refit = Refit(service_id=signal.service_id, model="test", statements=9, outside=0, moved=1)
        session.add(refit)
        session.flush()
        session.add(Moved(refit_id=refit.id, from_id=None, to_id=signal.issue_id, statements=[*statements, 10**9]))
    deliver(local)
    assert hook.got
    return accepted.id


def test_all_that_happened_to_a_piece_is_told(servers: RealServers, piece: uuid.UUID) -> None:
    found = told(servers, piece)
    assert (found["id"], found["service"], found["channel"], found["stage"]) == (
        str(piece),
        "blue-badge",
        "web",
        "done",
    )
    assert found["done_at"] > found["received_at"]
    [issue], [move], [signal] = found["issues"], found["moves"], found["signals"]
    assert issue["statements"] == move["statements"] == found["statements"]
    assert issue["id"] == move["to_issue"] == signal["issue"]
    assert move["by"].startswith("refit")
    sent, told_on_the_stream = sorted(found["alerts"], key=lambda alert: alert["subscription"] is None)
    assert (sent["state"], told_on_the_stream["state"]) == ("sent", "told")
    assert [delivery["outcome"] for delivery in sent["deliveries"]] == ["delivered"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_word_of_the_citizen_is_told(servers: RealServers, piece: uuid.UUID, form: tuple[str, ...]) -> None:
    output = feedback_trace(servers, str(piece), *form).stdout.lower()
    assert str(piece) in output
    assert not {word for word in MESSAGE.lower().rstrip(".").split() if len(word) > 5 and word in output}


def test_a_title_is_told_only_where_a_person_gave_it(servers: RealServers, local: Worker, piece: uuid.UUID) -> None:
    assert told(servers, piece)["issues"][0]["title"] is None
    with local.record.transaction() as session:
        session.execute(update(Issue).values(title="Uploads", titled_by="person"))
    assert told(servers, piece)["issues"][0]["title"] == "Uploads"


def test_a_person_reads_a_line_for_each_thing(servers: RealServers, piece: uuid.UUID) -> None:
    output = feedback_trace(servers, str(piece)).stdout
    for beginning in (
        f"id={piece}",
        "stage=done",
        "issue id=",
        "move at=",
        "signal id=",
        "alert id=",
        "  delivery at=",
    ):
        assert any(line.startswith(beginning) for line in output.splitlines()), beginning


def test_what_was_erased_is_told_to_be(servers: RealServers, local: Worker, piece: uuid.UUID) -> None:
    with local.record.transaction() as session:
        erasure.erase(session, [piece], by="Ann")
    found = told(servers, piece)
    assert (found["stage"], found["statements"], found["issues"]) == ("withdrawn", 0, [])
    assert [(act["by"], act["act"]) for act in found["acts"]] == [("Ann", "erase")]


def test_its_id_stands_in_every_log_line_about_a_piece_that_is_tried_alone(local: Worker, blue_badge: str) -> None:
    [accepted] = put(local, MESSAGE)
    with local.record.transaction() as session:
        raw.discard(session, [accepted.id])
    with capture_logs(processors=[merge_contextvars]) as lines:
        work_once(local, CLEAN)
    [line] = lines
    assert (line["event"], line["stage"], line["feedback"]) == ("work failed", "clean", str(accepted.id))
    assert line["claimer"] == local.claimer.number


def test_an_unknown_id_is_an_error(servers: RealServers, blue_badge: str) -> None:
    answer = feedback_trace(servers, str(new_id()))
    assert answer.exit_code == 1
    assert "Error: there is no piece of feedback" in answer.stderr
