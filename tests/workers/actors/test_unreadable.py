"""A row that holds what Python cannot read is set aside alone, in every stage: its neighbours go on."""

import datetime as dt
import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, text, update

from feedback.record import access, services
from feedback.record.models import Contact, Feedback, ServiceWork, Statement, Subscription, Upload, WideWork
from feedback.record.states import ChannelName, UploadStage, WorkStage
from feedback.record.work.claims import SET_ASIDE
from feedback.record.work.service_work import ask, ask_wide
from feedback.record.work.stages import OLD_VECTORS, STAGES, Stage
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.insights import made_up
from tests.insights.raising import raise_signal
from tests.insights.receivers import Receiver
from tests.walking import put, walk
from tests.workers.texts import USUAL, said
from workers.actors.answer import ANSWER
from workers.actors.backtest import BACKTEST
from workers.actors.clean import CLEAN
from workers.actors.deliver import DELIVER
from workers.actors.drift import DRIFT
from workers.actors.embed import EMBED
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.actors.refit import REFIT
from workers.actors.themes import THEMES
from workers.actors.uploads import TAKE_BACK, TAKE_IN
from workers.runtime.actor import Actor, Worker, work_once
from workers.runtime.process import actor_of

UNREADABLE = ("4713-01-01 BC", "infinity", "-infinity", "294276-01-01", "0001-01-01T00:00:00+14:00")


for_services = pytest.mark.parametrize(
    "stage", [stage for stage in STAGES if stage.model is ServiceWork], ids=lambda stage: stage.name
)


def spoil(worker: Worker, table: str, column: str, value: str, where: str = "TRUE") -> None:
    """Writes past every door."""
    with worker.record.transaction() as session:
        done = session.execute(text(f"UPDATE {table} SET {column} = '{value}' WHERE {where}"))
        assert done.rowcount  # type: ignore[attr-defined]


def drain(worker: Worker, actor: Actor[Any]) -> None:
    for _ in range(10):
        work_once(worker, actor)


def act(worker: Worker, stage: Stage) -> None:
    """As often as it takes to give up what fails."""
    for _ in range(10):
        actor_of(stage)(worker)


def ask_for(worker: Worker, stage: Stage, *slugs: str) -> None:
    """What only a further stage of the same kind of work waits for is noted with it."""
    found = {OLD_VECTORS: True} if stage is EMBED.stage else {}
    with worker.record.transaction() as session:
        ask(session, [access.service(session, slug).id for slug in slugs], stage.file, note=found)


def town(worker: Worker, *slugs: str) -> None:
    """Services which were told the same, in the order of their ids; all of it is of one issue."""
    with worker.record.transaction() as session:
        services.ensure(session, {slug: slug.title() for slug in slugs})
        told = [Arrival(slug, words, ChannelName.WEB, "test") for slug in slugs for words in said(USUAL, 12)]
        accept(session, worker.record.keys, told, dt.datetime.now(dt.UTC))
    walk(worker)
    with worker.record.transaction() as session:
        for slug in slugs:
            theirs = Statement.service_id == access.service(session, slug).id
            vector = session.scalars(select(Statement.vector).where(theirs).limit(1)).one()
            issue = made_up.issue(session, slug, centroid=vector, assignee="Ada Lovelace")
            session.execute(update(Statement).where(theirs).values(issue_id=issue.id))


def stages(worker: Worker) -> list[str]:
    with worker.record.transaction() as session:
        return sorted(session.scalars(select(Feedback.stage)))


@pytest.mark.parametrize("value", UNREADABLE)
def test_what_was_said_at_no_time_is_set_aside_before_it_is_cleaned_and_its_neighbours_are_done(
    worker: Worker, blue_badge: str, value: str
) -> None:
    first, *_ = put(worker, "The ramp is broken", "The lift is slow", "Nobody answers the phone")
    spoil(worker, "feedback", "said_at", value, f"id = '{first.id}'")
    walk(worker)
    assert stages(worker) == ["done", "done", SET_ASIDE]
    with worker.record.transaction() as session:
        assert session.get_one(Feedback, first.id).reason == "out of range: said_at"


@pytest.mark.parametrize("value", UNREADABLE)
def test_it_is_set_aside_before_it_is_grouped(worker: Worker, blue_badge: str, value: str) -> None:
    first, *_ = put(worker, "The ramp is broken", "The lift is slow")
    drain(worker, CLEAN)
    spoil(worker, "feedback", "received_at", value, f"id = '{first.id}'")
    drain(worker, GROUP)
    assert stages(worker) == ["done", SET_ASIDE]


def test_it_is_set_aside_where_it_turns_unreadable_in_a_workers_hands(worker: Worker, blue_badge: str) -> None:
    first, *_ = put(worker, "The ramp is broken", "The lift is slow")
    spoiled: list[str] = []

    def meanwhile(texts: Any) -> Any:
        if not spoiled:
            spoil(worker, "feedback", "said_at", "infinity", f"id = '{first.id}'")
            spoiled.append("once")
        return usual(texts)

    usual, worker.tools.clean = worker.tools.clean, meanwhile  # type: ignore[method-assign]
    try:
        walk(worker)
    finally:
        worker.tools.clean = usual  # type: ignore[method-assign]
    assert stages(worker) == ["done", SET_ASIDE]


def test_each_kind_of_row_that_a_stage_reads_is_spoiled_here() -> None:
    """One more stage for services is tried of itself; one of another kind of row needs a test."""
    spoiled: set[type[Any]] = {ServiceWork, Feedback, Upload, WideWork, Subscription, Contact}
    assert {stage.model for stage in STAGES} == spoiled
    assert {stage.name for stage in STAGES if stage.model is Feedback} == {CLEAN.stage.name, GROUP.stage.name}
    assert {stage.name for stage in STAGES if stage.model is Upload} == {TAKE_IN.stage.name, TAKE_BACK.stage.name}


@for_services
def test_work_for_a_service_that_cannot_be_read_is_set_aside_and_that_of_others_done(
    worker: Worker, blue_badge: str, stage: Stage
) -> None:
    with worker.record.transaction() as session:
        other = services.add(session, "bins", "Bins").id
    ask_for(worker, stage, "bins", blue_badge)
    spoil(worker, "service_work", "due_at", "-infinity", f"service_id = {other}")
    act(worker, stage)
    with worker.record.transaction() as session:
        rows = session.scalars(select(ServiceWork).order_by(ServiceWork.service_id)).all()
        assert [(row.stage, row.done) for row in rows] == [(WorkStage.OPEN, 1), (SET_ASIDE, 0)]
    ask_for(worker, stage, "bins")
    act(worker, stage)
    with worker.record.transaction() as session:
        assert session.scalars(select(ServiceWork.done).where(ServiceWork.service_id == other)).one() == 2


@for_services
def test_a_service_all_of_whose_vectors_and_names_have_spoiled_keeps_no_other_waiting(
    worker: Worker, blue_badge: str, stage: Stage
) -> None:
    town(worker, blue_badge, "bins")
    first = "service_id = (SELECT min(service_id) FROM statements)"
    spoil(worker, "statements", "vector", "[1]", first)
    spoil(worker, "issues", "centroid", "[1]", first)
    spoil(worker, "issues", "assignee", "Nobody\r\nBcc: all", first)
    ask_for(worker, stage, blue_badge, "bins")
    act(worker, stage)
    with worker.record.transaction() as session:
        kind = ServiceWork.kind == stage.file
        _, other = session.scalars(select(ServiceWork).where(kind).order_by(ServiceWork.service_id)).all()
        assert (other.stage, other.done) == (WorkStage.OPEN, other.asked)


@pytest.mark.parametrize(("actor", "end"), [(TAKE_IN, SET_ASIDE), (TAKE_BACK, UploadStage.TAKEN_BACK)])
def test_a_file_whose_row_cannot_be_read_is_set_aside_and_the_next_one_seen_to(
    worker: Worker, blue_badge: str, actor: Actor[Any], end: str
) -> None:
    """Of the next one nothing is kept any more: there is nothing to take in."""
    first, second = sorted(uuid.uuid4() for _ in range(2))
    with worker.record.transaction() as session:
        service, today = access.service(session, blue_badge).id, dt.date(2026, 3, 2)
        for identity in (first, second):
            stage = UploadStage(actor.stage.name)
            session.add(Upload(id=identity, service_id=service, stage=stage, by="x", file="a.csv", size=1, day=today))
    spoil(worker, "uploads", "created_at", "infinity", f"id = '{first}'")
    drain(worker, actor)
    with worker.record.transaction() as session:
        found = {row.id: (row.stage, row.reason) for row in session.scalars(select(Upload))}
    assert found[first] == (SET_ASIDE, "out of range: created_at")
    assert found[second][0] == end and "out of range" not in (found[second][1] or "")


def test_work_for_all_services_is_done_again_once_it_is_asked_for(worker: Worker, blue_badge: str) -> None:
    with worker.record.transaction() as session:
        ask_wide(session, "themes")
    spoil(worker, "wide_work", "due_at", "4713-01-01 BC")
    drain(worker, THEMES)
    with worker.record.transaction() as session:
        assert session.scalars(select(WideWork.stage)).one() == SET_ASIDE
        ask_wide(session, "themes")
    drain(worker, THEMES)
    with worker.record.transaction() as session:
        assert session.scalars(select(WideWork.done)).one() == 2


@pytest.mark.parametrize("value", UNREADABLE)
def test_a_service_one_of_whose_statements_cannot_be_read_is_looked_at_all_the_same(
    worker: Worker, client: TestClient[Litestar], admin: dict[str, str], blue_badge: str, value: str
) -> None:
    put(worker, "The ramp is broken", "The lift is slow", "Nobody answers the phone")
    walk(worker)
    spoil(worker, "statements", "said_at", value, "position = 0 AND id = (SELECT min(id) FROM statements)")
    spoil(worker, "feedback", "said_at", value, "id = (SELECT feedback_id FROM statements ORDER BY id LIMIT 1)")
    with worker.record.transaction() as session:
        ask(session, [access.service(session, blue_badge).id], "notice", "refit", "backtest", "drift")
        ask_wide(session, "themes")
    actors: tuple[Actor[Any], ...] = (REFIT, DRIFT, NOTICE, BACKTEST, THEMES)
    for actor in actors:
        assert work_once(worker, actor)
    with worker.record.transaction() as session:
        assert {row.stage for row in session.scalars(select(ServiceWork))} == {WorkStage.OPEN}
        assert all(row.done == row.asked for row in session.scalars(select(ServiceWork)))
        assert session.scalars(select(WideWork.stage)).one() == WorkStage.OPEN
    for path in ("feedback", "issues", "summary", "export.csv", "ledger", "quality"):
        assert client.get(f"/v1/services/{blue_badge}/{path}", headers=admin).status_code == 200
    for page in ("", f"/{blue_badge}", f"/{blue_badge}/feedback"):
        assert client.get(f"/dashboard{page}", headers=admin).status_code == 200


def test_a_subscription_that_cannot_be_read_is_set_aside_and_the_others_are_told(
    local: Worker, api: TestClient[Litestar], admin: dict[str, str], blue_badge: str, hook: Receiver
) -> None:
    wanted = {"service": blue_badge, "kind": "webhook", "url": hook.url}
    first, _ = (api.post("/v1/subscriptions", json=wanted, headers=admin).json()["id"] for _ in range(2))
    raise_signal(local.record)
    spoil(local, "subscriptions", "quiet_until", "infinity", f"id = '{first}'")
    drain(local, DELIVER)
    assert len(hook.got) == 1
    with local.record.transaction() as session:
        assert session.scalars(
            select(Subscription.id).where(Subscription.stage == SET_ASIDE)
        ).one().hex == first.replace("-", "")


def test_a_citizen_whose_row_cannot_be_read_keeps_nobody_else_waiting(worker: Worker, blue_badge: str) -> None:
    with worker.record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        for number in (1, 2):
            piece = made_up.report(session, issue, f"The photo fails {number}")
            session.add(
                Contact(
                    feedback_id=piece.id, purpose="outcome", wrapped_key=b"", sealed=b"", digest=b"", stage="waiting"
                )
            )
    spoil(worker, "contacts", "due_at", "2020-01-01")
    spoil(
        worker, "contacts", "due_at", "-infinity", "feedback_id = (SELECT min(feedback_id::text)::uuid FROM contacts)"
    )
    drain(worker, ANSWER)
    with worker.record.transaction() as session:
        reasons = session.scalars(select(Contact.reason)).all()
        assert "out of range: due_at" in reasons
        assert any(reason and reason.startswith("answer:") for reason in reasons)
