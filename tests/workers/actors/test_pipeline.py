"""The walk over a real store: nothing lost, nothing twice, whatever fails."""

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from feedback.record.models import Feedback, Issue, Raw, Signal, Statement
from feedback.record.privacy import erasure
from feedback.record.work.claims import SET_ASIDE
from tests.walking import put, walk
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

NOW = dt.datetime.now(dt.UTC)


def count(worker: Worker, model: Any, *where: Any) -> int:
    with worker.record.transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def stages(worker: Worker) -> dict[str, int]:
    with worker.record.transaction() as session:
        rows = session.execute(select(Feedback.stage, func.count()).group_by(Feedback.stage))
        return {row[0]: row[1] for row in rows}


class Poisoned(Tools):
    """Fails on one message, as a redactor might."""

    def clean(self, texts: Any) -> Any:
        if any("poison" in text for text in texts):
            raise ValueError("cannot be cleaned")
        return super().clean(texts)


def test_a_piece_ends_redacted_in_statements_and_its_raw_text_is_gone(worker: Worker, blue_badge: str) -> None:
    put(worker, "The upload page fails. My postcode is LS1 4AB.")
    walk(worker)
    assert stages(worker) == {"done": 1}
    assert count(worker, Raw) == 0
    assert count(worker, Statement) == 2
    with worker.record.transaction() as session:
        text = session.scalars(select(Feedback.text)).one()
        assert text is not None
        assert "LS1" not in text
        assert "[POSTCODE]" in text


def test_one_poisonous_piece_is_set_aside_and_stops_no_other(worker: Worker, tools: Tools, blue_badge: str) -> None:
    put(worker, "All good here", "poison", "The form is too long", "Nobody answers the phone")
    poisoned = Poisoned(worker.record.settings)
    poisoned.__dict__.update({key: value for key, value in tools.__dict__.items() if key != "clean"})
    walk(replace(worker, tools=poisoned))
    assert stages(worker) == {"done": 3, SET_ASIDE: 1}
    with worker.record.transaction() as session:
        assert session.scalars(select(Feedback.reason).where(Feedback.stage == SET_ASIDE)).one() == "clean: ValueError"


def test_what_is_taken_back_while_a_worker_has_it_stays_erased(worker: Worker, blue_badge: str) -> None:
    [accepted] = put(worker, "Please forget this")

    class Slow(Tools):
        def clean(self, texts: Any) -> Any:
            with worker.record.transaction() as session:
                erasure.erase(session, [accepted.id], by="citizen")
            return worker.tools.clean(texts)

    slow = Slow(worker.record.settings)
    slow.encode, slow.redact = worker.tools.encode, worker.tools.redact  # type: ignore[method-assign]
    slow._embedder = worker.tools._embedder
    work_once(replace(worker, tools=slow), CLEAN)
    assert stages(worker) == {"withdrawn": 1}
    assert count(worker, Statement) == 0


def test_a_repeated_message_finds_nothing_to_do(worker: Worker, blue_badge: str) -> None:
    put(worker, "Once")
    assert work_once(worker, CLEAN)
    assert not work_once(worker, CLEAN)
    assert work_once(worker, GROUP)
    assert not work_once(worker, GROUP)


def test_history_makes_issues_and_raises_nothing(worker: Worker, history: None) -> None:
    assert count(worker, Issue) >= 2
    assert count(worker, Signal) == 0
    with worker.record.transaction() as session:
        assert session.scalars(select(Issue.broad_id).where(Issue.broad_id.is_not(None))).all()


def test_praise_is_grouped_apart_from_the_issues(worker: Worker, history: None) -> None:
    put(worker, *(f"The staff were very friendly and helpful on day {n}" for n in range(60)), at=NOW - dt.timedelta(2))
    walk(worker)
    with worker.record.transaction() as session:
        tones = session.execute(
            select(Issue.tone, Statement.kind).join(Statement, Statement.issue_id == Issue.id)
        ).all()
    assert ("praise", "praise") in tones
    assert all((tone == "praise") == (kind == "praise") for tone, kind in tones)


def test_a_new_problem_becomes_one_issue_and_one_signal(worker: Worker, history: None) -> None:
    for place, hours in enumerate((40, 30, 20, 10, 1)):
        put(
            worker,
            *said(BROKEN, 4, skip=4 * place),
            *said(USUAL, 3, skip=3 * place),
            at=NOW - dt.timedelta(hours=hours),
        )
        walk(worker)
    with worker.record.transaction() as session:
        signals = session.scalars(select(Signal).where(Signal.tier == "signal")).all()
        assert len(signals) == 1
        about = session.scalars(select(Statement.text).where(Statement.feedback_id.in_(signals[0].feedback_ids))).all()
    assert signals[0].observed > 3 * signals[0].expected
    assert sum("photo" in text.lower() for text in about) >= 0.8 * len(about)


def test_a_refit_keeps_the_ids_of_known_issues(worker: Worker, history: None) -> None:
    def ids() -> set[Any]:
        with worker.record.transaction() as session:
            return set(session.scalars(select(Statement.issue_id).where(Statement.issue_id.is_not(None)).distinct()))

    before = ids()
    put(worker, *said(USUAL, 60, skip=7), at=NOW - dt.timedelta(days=2, hours=1))
    walk(worker)
    assert len(before & ids()) >= 0.8 * len(before)


COPY = "They want to close the library in our street and nobody has asked any of us about it"


def weights(worker: Worker) -> list[int]:
    with worker.record.transaction() as session:
        return list(session.scalars(select(Feedback.weight).order_by(Feedback.said_at)))


def test_a_flood_of_copies_is_kept_and_counts_once(worker: Worker, blue_badge: str) -> None:
    for number in range(5):
        put(worker, f"{COPY}{'!' * number}")
        walk(worker)
    assert weights(worker) == [1, 0, 0, 0, 0]
    assert stages(worker) == {"done": 5}
    with worker.record.transaction() as session:
        told = [
            [one["name"] for one in its] for its in session.scalars(select(Feedback.verdicts).order_by(Feedback.id))
        ]
    assert told == [[]] + [["repeat"]] * 4


def test_two_people_who_complain_alike_are_no_copies(worker: Worker, blue_badge: str) -> None:
    put(worker, COPY, at=NOW - dt.timedelta(days=20))
    put(worker, COPY)
    put(worker, "Long wait", "Long wait", "Long wait", "Long wait")
    walk(worker)
    assert weights(worker) == [1] * 6
