"""What is said in one language is grouped whatever is said in another beside it."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.record.models import Issue, Statement
from nlp.group import keywords, topics
from tests.insights.pages.signed_in import signed_in
from tests.walking import put, walk
from tests.workers.texts import USUAL
from workers.runtime.actor import Worker

LIGHTS = (
    "گلی کی بتی {n} ہفتوں سے بند ہے",
    "سڑک پر {n} ہفتوں سے اندھیرا ہے",
    "بتی {n} ہفتوں سے نہیں جلتی",
    "گلی میں {n} راتوں سے روشنی نہیں",
)
BINS = (
    "کوڑا {n} ہفتوں سے نہیں اٹھایا گیا",
    "کوڑے کے ڈبے {n} دن سے بھرے پڑے ہیں",
    "ہمارا کوڑا {n} بار نہیں اٹھایا گیا",
    "کوڑا اٹھانے {n} ہفتوں سے کوئی نہیں آیا",
)


@pytest.fixture
def said(worker: Worker, blue_badge: str) -> None:
    urdu = [text.format(n=n) for text in (*LIGHTS, *BINS) for n in range(2, 7)]
    put(worker, *(text.format(n=number % 7 + 2) for number, text in enumerate(USUAL[:75])), *urdu)


def grouped(worker: Worker, language: str) -> int:
    with worker.record.transaction() as session:
        mine = (Statement.language == language, Statement.issue_id.is_not(None))
        return session.scalar(select(func.count()).select_from(Statement).where(*mine)) or 0


def test_what_is_said_in_urdu_is_grouped_and_named_beside_english(worker: Worker, said: None) -> None:
    walk(worker)
    assert grouped(worker, "en") > 60
    assert grouped(worker, "ur") > 30
    with worker.record.transaction() as session:
        urdu = select(Statement.issue_id).where(Statement.language == "ur")
        for issue in session.scalars(select(Issue).where(Issue.id.in_(urdu))):
            assert issue.keywords


def test_a_language_that_cannot_be_described_takes_no_other_with_it_and_says_so(
    worker: Worker, said: None, client: TestClient[Litestar], admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_groups(vectors: Any, texts: Any, labels: Any) -> Any:
        if not texts[0].isascii():
            raise RuntimeError(texts[0])
        return keywords.of_groups(vectors, texts, labels)

    monkeypatch.setattr(worker.tools._embedder, "reached", frozenset())  # so that Urdu is grouped by itself
    monkeypatch.setattr(topics, "keywords", type("Keywords", (), {"of_groups": staticmethod(of_groups)}))
    walk(worker)
    assert grouped(worker, "en") > 60
    assert grouped(worker, "ur") == 0
    [refit] = client.get("/v1/services/blue-badge/refits", headers=admin).json()["items"]
    assert refit["failed"] == ["ur"]
    page = signed_in(client, worker.record).get("/dashboard/blue-badge/quality").text
    assert "the last new grouping failed for them: Urdu" in page
