"""After a change of encoder all is embedded anew while the service runs, and nothing that was decided is lost."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.record import access
from feedback.record.models import Issue, Refit, Statement
from feedback.record.work.service_work import ask
from feedback.record.work.stages import STAGES
from insights.grouping import reembedding
from nlp.embed.vectors import Floats
from tests.walking import put, walk
from tests.workers.actors.test_pipeline import count
from tests.workers.texts import USUAL
from workers.actors.clean import CLEAN
from workers.actors.embed import CHECK_ENCODER, EMBED
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.actors.refit import REFIT
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

TURN = np.linalg.qr(np.random.default_rng(0).normal(size=(384, 384)))[0].astype(np.float32)
WELSH = (
    "Dw i wedi aros wyth wythnos i adnewyddu fy mathodyn glas",
    "Mae adnewyddu'r bathodyn wedi cymryd deg wythnos hyd yn hyn",
    "Wnaeth neb ateb y ffôn am ugain munud",
    "Ffoniais i bum gwaith heb gael siarad â neb",
)


class Turned(Tools):
    """Another encoder: its vectors tell the same apart, and compare with none of the old ones."""

    failures = 0

    def __init__(self, tools: Tools) -> None:
        self.__dict__.update(tools.__dict__)

    def embedded_by(self, language: str) -> str:
        return "turned"

    def encode(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> Floats:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the machine stops")
        return super().encode(texts, languages) @ TURN


class Apart(Tools):
    """The main encoder alone."""

    def __init__(self, tools: Tools) -> None:
        self.__dict__.update(tools.__dict__)

    def embedded_by(self, language: str) -> str:
        return self.model

    def encode(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> Floats:
        return super().encode(texts)


def embed_anew(worker: Worker) -> None:
    ask_for_it(worker)
    assert work_once(worker, CHECK_ENCODER)


def ask_for_it(worker: Worker) -> None:
    with worker.record.transaction() as session:
        ask(session, [access.service(session, "blue-badge").id], "embed", "refit", "notice")


def members(worker: Worker) -> dict[int, tuple[uuid.UUID | None, str | None]]:
    """The issue of each statement, and who put it there."""
    with worker.record.transaction() as session:
        rows = session.execute(select(Statement.id, Statement.issue_id, Statement.assigned_by))
        return {row.id: (row.issue_id, row.assigned_by) for row in rows}


def decide(client: TestClient[Litestar], admin: dict[str, str], place: str, **body: Any) -> None:
    assert client.post(f"/v1/{place}", json=body, headers=admin).status_code in (200, 201)


@pytest.fixture
def moved(
    worker: Worker, blue_badge: str, client: TestClient[Litestar], admin: dict[str, str]
) -> tuple[int, uuid.UUID]:
    """A statement that a person moved, and the issue that it is of since, to which they gave a title."""
    put(worker, *(text.format(n=number % 7 + 2) for number, text in enumerate(USUAL[:60])))
    walk(worker)
    with worker.record.transaction() as session:
        first, second, *_ = session.scalars(select(Issue.id).order_by(Issue.id))
        alone = session.scalars(select(Statement.id).where(Statement.issue_id == first).limit(1)).one()
    client.patch(f"/v1/issues/{second}", json={"title": "As a person calls it"}, headers=admin)
    decide(client, admin, f"statements/{alone}/move", issue=str(second))
    walk(worker)
    return alone, second


def test_nothing_that_was_decided_is_lost_when_the_encoder_changes(
    worker: Worker, moved: tuple[int, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, second = moved
    decided, refits = members(worker), count(worker, Refit)
    monkeypatch.setattr(reembedding, "STATEMENTS_AT_ONCE", 30)
    turned = Turned(worker.tools)
    worker = replace(worker, tools=turned)
    embed_anew(worker)
    assert work_once(worker, EMBED)
    put(worker, "It has taken twelve weeks to renew my badge")
    assert work_once(worker, CLEAN)
    turned.failures = 1
    assert work_once(worker, EMBED), "it fails, and is tried again"
    assert not (work_once(worker, GROUP) or work_once(worker, REFIT) or work_once(worker, NOTICE))
    while work_once(worker, EMBED):
        pass
    with worker.record.transaction() as session:
        assert set(session.scalars(select(Statement.embedded_by).distinct())) == {"turned"}
    assert {**members(worker), **decided} == members(worker), "all stands where it stood"
    assert work_once(worker, GROUP)
    joined, _ = members(worker)[max(members(worker))]
    assert joined in {issue for issue, _ in decided.values()}, "what is said now joins a known issue"

    walk(worker)
    assert count(worker, Refit) == refits + 1, "grouped anew, by the new vectors"
    now = members(worker)
    assert now[alone] == (second, "person")
    stayed = sum(now[one][0] == issue for one, (issue, _) in decided.items() if issue)
    assert stayed >= 0.95 * sum(issue is not None for issue, _ in decided.values())
    with worker.record.transaction() as session:
        assert session.get_one(Issue, second).title == "As a person calls it"


def test_what_was_said_in_welsh_before_the_map_comes_into_the_issues_of_english(
    worker: Worker, blue_badge: str
) -> None:
    before = replace(worker, tools=Apart(worker.tools))
    put(before, *(text.format(n=number % 7 + 2) for number, text in enumerate(USUAL[:75])), *WELSH)
    walk(before)
    welsh = select(func.count()).where(Statement.language == "cy", Statement.issue_id.is_not(None))
    with worker.record.transaction() as session:
        assert session.scalar(welsh) == 0
    embed_anew(worker)
    while work_once(worker, EMBED):
        pass
    walk(worker)
    with worker.record.transaction() as session:
        assert (session.scalar(welsh) or 0) >= 2


def test_what_is_embedded_as_it_should_be_is_left_alone(worker: Worker, blue_badge: str) -> None:
    put(worker, "My badge never came", WELSH[0])
    walk(worker)
    embed_anew(worker)
    with worker.record.transaction() as session:
        mine = access.service(session, blue_badge).id
        assert reembedding.old_statements(session, mine, worker.tools.embedded_by) == []
    assert not work_once(worker, EMBED)


def test_while_much_waits_to_be_cleaned_nothing_that_is_clean_waits_to_hear_that_the_encoder_is_the_same(
    worker: Worker, blue_badge: str
) -> None:
    put(worker, "My badge never came", "It has taken twelve weeks to renew my badge")
    assert work_once(worker, replace(CLEAN, limit=1))
    ask_for_it(worker)
    assert not work_once(worker, GROUP), "vectors of two encoders do not compare"
    assert STAGES.index(CHECK_ENCODER.stage) < STAGES.index(CLEAN.stage) < STAGES.index(EMBED.stage)
    assert work_once(worker, CHECK_ENCODER)
    assert work_once(worker, GROUP)


def test_it_is_asked_at_once_whether_the_encoder_has_changed_while_all_is_embedded_anew(
    worker: Worker, blue_badge: str
) -> None:
    put(worker, "My badge never came")
    walk(worker)
    worker = replace(worker, tools=Turned(worker.tools))
    embed_anew(worker)
    ask_for_it(worker)
    assert not work_once(worker, CHECK_ENCODER), "it is known"
    while work_once(worker, EMBED):
        pass
    assert work_once(worker, NOTICE)
