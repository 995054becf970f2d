"""The running product and a backtest group one and the same history into the same issues."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import pytest
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.models import Issue, ServiceWork, Statement
from feedback.record.states import SignalKind, SignalTier, Tone
from feedback.record.work.service_work import ask
from insights.detection.detector import Finding, Observation
from insights.grouping import due
from insights.issues import findings
from nlp.embed.vectors import unit
from nlp.group.topics import radius
from tests.walking import put
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.actors.refit import REFIT
from workers.backtest.store import BacktestStatement, BacktestStore
from workers.backtest.stored_history import history
from workers.runtime.actor import Worker, work_once

START = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
OPENINGS = ("", "Really, ", "I must say ", "To be honest, ", "As ever, ", "In short, ")
PRAISE = (
    "the staff at the counter were wonderful and kind",
    "the lady at the desk was lovely and so helpful",
    "your staff were brilliant, friendly and patient with me",
    "thank you for the excellent and caring people at the office",
    "everyone at the counter was kind and a pleasure to deal with",
)
WELSH = (
    "Nid yw'r bathodyn wedi cyrraedd ar ôl wythnosau o aros",
    "Rwy'n dal i aros am y bathodyn newydd ers wythnosau lawer",
    "Ble mae fy mathodyn glas i, nid yw wedi dod eto",
    "Mae'r bathodyn yn cymryd llawer gormod o amser i gyrraedd",
    "Does dim sôn am y bathodyn yr oeddwn wedi gofyn amdano",
)
EMPTY = (
    "everything is fine as it is for me",
    "nothing could be done better by you",
    "I can't think of any improvements at all",
    "no changes are needed as far as I see",
    "it could not be better, no complaints here",
    "there is nothing that I would change",
)
SHOWN = len(BROKEN) // 2


class Group(NamedTuple):
    """An issue as it is held: its statements, and how it is called."""

    statements: frozenset[int]
    title: str
    tone: str
    language: str


def messages() -> list[str]:
    """A few hundred messages of a service: three usual things, a new one, praise, Welsh, and nothing to act on."""
    praise = [f"{opening}{text}".capitalize() for opening in OPENINGS for text in PRAISE]
    empty = [f"{opening}{text}".capitalize() for opening in OPENINGS for text in EMPTY]
    found = [*said(USUAL, 240), *BROKEN, *praise, *WELSH * 2, *empty]
    random.Random(3).shuffle(found)
    return found


@pytest.fixture
def refits_are_due(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(due, "is_due", lambda session, service_id: True)
    yield


class Product:
    """The running product, driven by hand."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self._put = worker, 0

    def hear(self, texts: Sequence[str]) -> None:
        for text in texts:
            put(self._worker, text, at=START + dt.timedelta(hours=self._put))
            self._put += 1
        while work_once(self._worker, CLEAN) or work_once(self._worker, GROUP):
            pass

    def refit(self) -> None:
        with self._worker.record.transaction() as session:
            ask(session, [1], "refit")
            session.execute(update(ServiceWork).values(state={}))  # as if its history had been looked at
        assert work_once(self._worker, REFIT)

    def pieces(self) -> list[list[BacktestStatement]]:
        """Its history as a backtest takes it, in the order in which it was stored."""
        with self._worker.record.transaction() as session:
            service = access.service(session, "blue-badge")
            found = list(history(session, service, START - dt.timedelta(days=1)))
        return sorted(found, key=lambda piece: piece[0].observation.key)

    def find(self, finding: Finding) -> None:
        """As the detector's findings are stored."""
        with self._worker.record.transaction() as session:
            service = access.service(session, "blue-badge")
            titles = findings.titles(self._worker.record, self._worker.tools.encode, service.id, [finding])
            findings.store(session, service, [finding], titles, dt.datetime.now(dt.UTC))
            for statement in session.scalars(select(Statement).where(Statement.id.in_(finding.keys))):
                statement.issue_id = uuid.UUID(finding.issue)

    def groups(self) -> set[Group]:
        with self._worker.record.transaction() as session:
            held: dict[uuid.UUID, set[int]] = {}
            for statement in session.scalars(select(Statement).where(Statement.issue_id.is_not(None))):
                held.setdefault(statement.issue_id or uuid.UUID(int=0), set()).add(statement.id)
            issues = session.scalars(select(Issue).where(Issue.id.in_(held)))
            return {Group(frozenset(held[it.id]), it.title, it.tone, it.language) for it in issues}


class Backtest:
    """One of the same, driven by hand."""

    def __init__(self, worker: Worker) -> None:
        self._store = BacktestStore(worker.tools.encode, worker.tools.second_view())
        self._observations = list[Observation]()

    def hear(self, pieces: Sequence[Sequence[BacktestStatement]]) -> None:
        known = {it.key for it in self._observations}
        new = [piece for piece in pieces if piece[0].observation.key not in known]
        self._observations += chain.from_iterable(self._store.join(piece) for piece in new)

    def refit(self) -> None:
        self._observations = list(self._store.refit(self._observations))

    def find(self, finding: Finding) -> None:
        self._store.learn([finding])
        self._observations = [
            replace(it, issue=finding.issue) if it.key in finding.keys else it for it in self._observations
        ]

    def groups(self) -> set[Group]:
        held: dict[uuid.UUID, set[int]] = {}
        for it in self._observations:
            if it.issue:
                held.setdefault(uuid.UUID(it.issue), set()).add(it.key)
        return {
            Group(frozenset(keys), issue.title, issue.tone, issue.stratum.language)
            for id_, keys in held.items()
            if (issue := self._store.issues[id_])
        }


def found_in(pieces: Sequence[Sequence[BacktestStatement]]) -> Finding:
    """What the detector might have found: half of the reports of the new problem."""
    mine = [it.observation for piece in pieces for it in piece if it.text in BROKEN[:SHOWN]]
    vectors = [it.vector for it in mine if it.vector is not None]
    centroid = unit(sum(vectors[1:], start=vectors[0]))
    return Finding(
        kind=SignalKind.NEW,
        tier=SignalTier.SIGNAL,
        issue=str(uuid.uuid4()),
        since=START,
        observed=len(mine),
        expected=0.1,
        score=9.0,
        chance=0.001,
        window=48,
        feedback_ids=tuple(it.feedback_id for it in mine),
        keys=tuple(it.key for it in mine),
        channels={"web": len(mine)},
        scope="neighbourhood",
        centroid=centroid,
        radius=radius(vectors @ centroid),
    )


def test_the_running_product_and_a_backtest_group_one_history_alike(
    worker: Worker, blue_badge: str, refits_are_due: None
) -> None:
    product, backtest, texts = Product(worker), Backtest(worker), messages()
    for part in (texts[:200], texts[200:300]):
        product.hear(part)
        backtest.hear(product.pieces())
        assert backtest.groups() == product.groups(), "what came has joined the same issues"
        product.refit()
        backtest.refit()
        assert backtest.groups() == product.groups(), "the refit has found the same"
    product.hear(texts[300:])
    backtest.hear(product.pieces())
    finding = found_in(product.pieces())
    product.find(finding)
    backtest.find(finding)
    for _ in range(2):
        product.refit()
        backtest.refit()
        assert backtest.groups() == product.groups(), "a signalled issue goes on in both"
    found = product.groups()
    assert len(found) > 6
    assert {group.tone for group in found} == set(Tone)
    assert {group.language for group in found} == {"en"}, "Welsh is compared with English"
    assert max(len({*finding.keys} & group.statements) for group in found) > 0.5 * len(finding.keys)
