"""Welsh and other languages beside English: one issue, found from both sides."""

import re
import uuid
from collections import Counter
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.models import Issue, Statement
from tests.insights.pages.signed_in import signed_in
from tests.walking import put, walk
from tests.workers.conftest import MadeOnce
from tests.workers.texts import USUAL
from workers.runtime.actor import Worker

WELSH = (
    "Dw i wedi aros wyth wythnos i adnewyddu fy mathodyn glas",
    "Mae adnewyddu'r bathodyn wedi cymryd deg wythnos hyd yn hyn",
    "Daeth fy hen fathodyn i ben tra oeddwn i'n aros am yr un newydd",
    "Mae ceir heb fathodyn yn parcio yn y llefydd parcio i bobl anabl",
    "Mae'r llefydd parcio i bobl anabl ger yr orsaf yn llawn bob amser",
    "Does neb yn gwirio pwy sy'n defnyddio'r llefydd bathodyn glas",
    "Wnaeth neb ateb y ffôn am ugain munud",
    "Ffoniais i bum gwaith heb gael siarad â neb",
    "Mae'r ciw ffôn yn ofnadwy, deugain munud ddoe",
)


@pytest.fixture
def both(worker: Worker, blue_badge: str, made_once: MadeOnce) -> None:
    """Three things said in English, 25 times each, and each three times in Welsh."""

    def make() -> None:
        put(worker, *(text.format(n=number % 7 + 2) for number, text in enumerate(USUAL[:75])), *WELSH)
        walk(worker)

    made_once("both", make)


def issues_of(worker: Worker, language: str) -> Counter[uuid.UUID]:
    with worker.record.transaction() as session:
        rows = session.scalars(select(Statement.issue_id).where(Statement.language == language))
        return Counter(issue for issue in rows if issue)


def test_a_welsh_report_joins_the_running_english_issue_that_it_is_about(worker: Worker, both: None) -> None:
    put(worker, "Does neb yn ateb y ffôn o gwbl", "Arhosais i hanner awr ar y ffôn")
    walk(worker)
    with worker.record.transaction() as session:
        issue = Statement.issue_id == Issue.id
        mine = select(Statement.text, Issue.title).outerjoin(Issue, issue).order_by(Statement.id.desc()).limit(2)
        found = session.execute(mine).all()
    assert all("phone" in (row.title or "") for row in found), found


def test_a_welsh_report_of_what_no_issue_is_about_joins_none(worker: Worker, both: None) -> None:
    before = issues_of(worker, "cy")
    put(worker, "Mae'r llyfrgell ar gau bob dydd Sul", "Roedd y cawl yn oer yn yr ysbyty", "Mae'r coed wedi cwympo")
    walk(worker)
    assert issues_of(worker, "cy") == before


def test_search_finds_one_language_by_the_other(
    both: None, client: TestClient[Litestar], admin: dict[str, str]
) -> None:
    def found(query: str) -> str:
        return client.get("/v1/search", params={"q": query}, headers=admin).text

    assert '"language":"cy"' in found("nobody answered the phone")
    assert "answered the phone" in found("does neb yn ateb y ffôn yma o gwbl")


def test_welsh_is_in_the_issues_of_english_which_say_how_many_came_in_each_and_quote_each(
    worker: Worker, both: None, client: TestClient[Litestar], admin: dict[str, str]
) -> None:
    welsh, english = issues_of(worker, "cy"), issues_of(worker, "en")
    assert sum(count for issue, count in welsh.items() if issue in english) >= 6
    shared = (welsh.keys() & english.keys()).pop()
    told = client.get(f"/v1/issues/{shared}", headers=admin).json()
    assert told["by_language"]["en"] > told["by_language"]["cy"] > 0
    assert {said["language"] for said in told["quotes"]} == {"en", "cy"}
    page = signed_in(client, worker.record).get(f"/dashboard/issues/{shared}").text
    assert re.search(r"<bdi>Language</bdi></th>\s*<td[^>]*>\s*<bdi>Welsh</bdi>", page)
    assert 'lang="cy"' in page


def test_the_quality_page_names_the_languages_that_stay_apart_and_those_that_nobody_measured(
    worker: Worker, blue_badge: str, client: TestClient[Litestar], admin: dict[str, str], monkeypatch: Any
) -> None:
    french = "Je n'ai toujours pas reçu ma carte de stationnement malgré plusieurs demandes"
    put(worker, "My badge never came", "ہماری گلی کی بتی تین ہفتوں سے بند ہے", french)
    walk(worker)
    monkeypatch.setattr(worker.tools._embedder, "reached", frozenset())  # as of a language that the map does not reach
    put(worker, WELSH[0])
    walk(worker)
    quality = client.get("/v1/services/blue-badge/quality", headers=admin).json()
    assert (quality["languages_apart"], quality["languages_unmeasured"]) == (["cy"], ["fr"])
    page = signed_in(client, worker.record).get("/dashboard/blue-badge/quality").text
    assert "grouped by itself: what was said in Welsh." in page
    assert "nobody has measured how well: what was said in French." in page


def test_an_issue_that_both_speak_of_has_a_title_in_both(worker: Worker, both: None) -> None:
    with worker.record.transaction() as session:
        titles = [titles for titles in session.scalars(select(Issue.titles)) if len(titles) > 1]
    assert titles and all("athodyn" in it["cy"] or "ffôn" in it["cy"] or "barcio" in it["cy"] for it in titles)
    assert all(it["en"].isascii() for it in titles)
