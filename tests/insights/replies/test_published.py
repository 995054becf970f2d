"""What everybody reads under "You said, we did"."""

import csv
import datetime as dt
import io
import uuid
from xml.etree import ElementTree as ET

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Issue, Statement
from feedback.record.privacy import erasure
from insights.replies import published
from tests.insights import made_up
from tests.insights.api.test_api import key

Client = TestClient[Litestar]

PAGE = "/services/blue-badge/you-said-we-did"
TEXT = {
    "said": "The photo page fails",
    "did": "It takes larger photos",
    "said_cy": "Mae'r dudalen yn methu",
    "did_cy": "Mae'n derbyn lluniau mwy",
}


def reported(record: Record, slug: str, times: int) -> uuid.UUID:
    """An issue that ceased to be reported ten days ago, beside another that goes on."""
    with record.transaction() as session:
        issue, other = made_up.issue(session, slug), made_up.issue(session, slug, "Anything else")
        for number in range(times):
            at = made_up.NOW - dt.timedelta(days=11 + number % 30)
            made_up.report(session, issue, "A citizen's own words", said_at=at)
        for number in range(120):
            made_up.report(session, other, "Else", said_at=made_up.NOW - dt.timedelta(days=number / 2))
        return issue.id


@pytest.fixture
def issue(record: Record, blue_badge: str) -> uuid.UUID:
    return reported(record, blue_badge, 60)


def publish(client: Client, headers: dict[str, str], issue: uuid.UUID) -> None:
    at = (made_up.NOW - dt.timedelta(days=10)).isoformat()
    client.post(f"/v1/issues/{issue}/actions", json={"what": "Release 12", "at": at}, headers=headers)
    assert client.put(f"/v1/issues/{issue}/publication", json=TEXT, headers=headers).status_code == 204


def test_nothing_stands_there_that_nobody_released(client: Client, issue: uuid.UUID) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200 and "Nothing has been published yet" in page.text


def test_what_is_released_stands_there_in_both_languages_with_its_figures(
    client: Client, admin: dict[str, str], issue: uuid.UUID
) -> None:
    publish(client, admin, issue)
    english, welsh = client.get(f"{PAGE}?lang=en").text, client.get(f"{PAGE}?lang=cy").text
    assert TEXT["did"] in english and "60 reports" in english and "Reports fell by" in english
    assert "derbyn lluniau mwy" in welsh and "A citizen's own words" not in english + welsh


def test_counts_under_ten_are_suppressed_and_so_is_what_follows_from_them(
    client: Client, record: Record, admin: dict[str, str], blue_badge: str
) -> None:
    publish(client, admin, reported(record, blue_badge, 9))
    [row] = csv.DictReader(io.StringIO(client.get(f"{PAGE}.csv?lang=en").text))
    assert (row["said"], row["reports"], row["fell"]) == (TEXT["said"], "", "")


def test_the_feed_is_atom(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    publish(client, admin, issue)
    answer = client.get(f"{PAGE}.atom?lang=en")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    assert [it.text for it in root.iterfind("{*}entry/{*}title")] == [TEXT["said"]]


def test_the_feed_names_the_service_in_the_language_asked_for(
    client: Client, admin: dict[str, str], blue_badge: str
) -> None:
    named = {"names": {"cy": "Bathodyn Glas"}}
    assert client.patch(f"/v1/services/{blue_badge}", json=named, headers=admin).is_success
    for language, name in (("en", "Blue Badge"), ("cy", "Bathodyn Glas")):
        root = ET.fromstring(client.get(f"{PAGE}.atom?lang={language}").content)
        assert (root.findtext("{*}title"), root.findtext("{*}author/{*}name")) == (name, name)


def test_what_is_withdrawn_is_gone_and_readers_release_nothing(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    path = f"/v1/issues/{issue}/publication"
    assert client.put(path, json=TEXT, headers=key(record, "reader", "blue-badge")).status_code == 403
    publish(client, admin, issue)
    assert client.delete(path, headers=admin).status_code == 204
    assert TEXT["did"] not in client.get(PAGE).text
    assert client.delete(path, headers=admin).status_code == 404


def test_what_was_published_stays_when_somebody_takes_their_words_back(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    publish(client, admin, issue)
    before = client.get(f"{PAGE}.csv?lang=en").text
    with record.transaction() as session:
        mine = select(Statement.feedback_id).where(Statement.issue_id == issue).limit(3)
        erasure.erase(session, session.scalars(mine).all(), by="citizen")
    assert client.get(f"/v1/issues/{issue}", headers=admin).json()["count"] == 57
    assert ",60," in before and client.get(f"{PAGE}.csv?lang=en").text == before


def test_figures_are_reckoned_once_an_hour(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(client, admin, issue)
    assert "60 reports" in client.get(f"{PAGE}?lang=en").text
    with record.transaction() as session:
        made_up.report(session, session.get_one(Issue, issue), "Once more")
    assert "60 reports" in client.get(f"{PAGE}?lang=en").text
    monkeypatch.setattr(published, "_cache", {})
    assert "61 reports" in client.get(f"{PAGE}?lang=en").text
