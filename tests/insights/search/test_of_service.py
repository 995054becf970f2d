"""What people said is found by its words, and by what it means."""

import uuid
from functools import cache

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from numpy.typing import NDArray
from sqlalchemy import update

from feedback import i18n
from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Feedback
from insights.search.of_service import search
from insights.search.query_embedding import QueryEmbedder
from insights.search.ranking import reciprocal_rank_fusion
from nlp.clean.language import language_of_query
from nlp.embed.multilingual import MultilingualEmbedder
from tests.insights.api.test_api import key
from tests.insights.pages.signed_in import signed_in
from tests.insights.search.conftest import SAID

Client = TestClient[Litestar]


def test_what_means_the_same_is_found_in_other_words_with_quotes_of_its_issue(
    client: Client, admin: dict[str, str], found: dict[str, uuid.UUID], blue_badge: str
) -> None:
    answer = client.get(f"/v1/services/{blue_badge}/search?q=double payment taken", headers=admin).json()
    assert answer["by_meaning"]
    first = answer["items"][0]
    assert (first["issue"]["title"], first["reports"]) == ("Charged twice", 2)
    assert {quote["text"] for quote in first["quotes"]} == set(SAID["Charged twice"])


def test_words_are_found_in_any_of_their_forms_without_a_model(
    record: Record, found: dict[str, uuid.UUID], blue_badge: str
) -> None:
    with record.transaction() as session:
        service = services.add(session, "other", "Other")
        assert search(session, service, "photos", None) == []
        mine = access.service(session, blue_badge)
        [hit] = search(session, mine, "photos failing", None)
        assert hit.issue is not None
        assert (hit.issue.title, hit.reports) == ("Photo will not upload", 1)
        assert search(session, mine, "photos -pages", None) == []


def test_what_was_taken_for_spam_is_found_and_said_not_to_count(
    client: Client, record: Record, found: dict[str, uuid.UUID], blue_badge: str
) -> None:
    staff = signed_in(client, record)
    says_so = "Taken for spam, abuse or a repeat: it does not count."
    pages = [f"/dashboard/{blue_badge}/search?q=photos", "/search?q=photos"]
    assert all("page fails every time" in (page := staff.get(path).text) and says_so not in page for path in pages)
    with record.transaction() as session:
        session.execute(update(Feedback).values(weight=0))
    assert all(says_so in staff.get(path).text for path in pages)


@pytest.mark.parametrize("minuses", ["-" * 200, "- " * 100, "-:" * 100], ids=["a-line", "parted", "dotted"])
def test_minuses_before_no_word_leave_nothing_out(
    client: Client, admin: dict[str, str], found: dict[str, uuid.UUID], blue_badge: str, minuses: str
) -> None:
    for path in ("/v1/search", f"/v1/services/{blue_badge}/search"):
        answer = client.get(path, params={"q": f"photo {minuses}"}, headers=admin)
        assert answer.status_code == 200 and "The photo page fails" in answer.text
    page = f"/dashboard/issues/{found['Photo will not upload']}/sort"
    assert client.get(page, params={"q": minuses}, headers=admin).status_code == 200


def test_hits_come_page_by_page(
    client: Client, admin: dict[str, str], found: dict[str, uuid.UUID], blue_badge: str
) -> None:
    path = f"/v1/services/{blue_badge}/search?q=permit or photo&limit=1"
    first = client.get(path, headers=admin).json()
    second = client.get(f"{path}&cursor={first['next_cursor']}", headers=admin).json()
    titles = {page["items"][0]["issue"]["title"] for page in (first, second)}
    assert (titles, second["next_cursor"]) == (set(SAID), None)


def test_a_query_needs_words_and_a_key_of_the_service(client: Client, record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
    mine = key(record, "reader", "parks")
    assert client.get("/v1/services/parks/search?q= ", headers=mine).status_code == 400
    assert client.get(f"/v1/services/{blue_badge}/search?q=photo", headers=mine).status_code == 404
    assert client.get("/v1/services/parks/search?q=photo").status_code == 401


def test_for_nobody_unknown_a_query_is_read_by_the_model(
    client: Client, blue_badge: str, found: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QueryEmbedder, "embed", lambda _self, query: asked.append(query))
    issue = next(iter(found.values()))
    pages = ("/search", f"/dashboard/{blue_badge}/search", f"/dashboard/issues/{issue}/merge")
    for path in (*pages, "/v1/search", f"/v1/services/{blue_badge}/search"):
        client.get(path, params={"q": "photo"})
    assert asked == []


def test_who_does_not_wait_for_the_model_goes_without() -> None:
    assert QueryEmbedder(None).embed("photo", wait_seconds=0) is None


@pytest.mark.parametrize("query", ["-", "%", '"', ":*", "?!", "y", "Yr", "ar y"])
def test_what_holds_no_word_but_small_ones_of_welsh_means_nothing(query: str) -> None:
    assert QueryEmbedder(None).embed(query) is None


def test_what_both_rankings_hold_comes_before_what_one_holds_higher_up() -> None:
    assert reciprocal_rank_fusion([1, 2], [3, 2]) == [2, 1, 3]
    assert reciprocal_rank_fusion([], []) == []


SAID_IN_ENGLISH = {
    "Our bins were not emptied": ["biniau"],
    "A long wait in the waiting room": ["amser aros"],
    "Nobody answers the phone": ["ffôn", "ateb ffôn"],
    "My badge came with a wrong name": ["bathodyn glas"],
    "Staff were kind to me": ["staff caredig"],
    "The school bus was late": ["bws ysgol"],
    "There is a pothole in the road": ["twll ffordd"],
    "My appointment was cancelled": ["apwyntiad"],
    "The street light is broken": ["golau stryd"],
}


@pytest.mark.parametrize("page", ["en", "cy"])
def test_one_or_two_words_of_welsh_find_what_english_says_whatever_the_page(page: str) -> None:
    said = MultilingualEmbedder().encode(list(SAID_IN_ENGLISH))
    for number, queries in enumerate(SAID_IN_ENGLISH.values()):
        for query in queries:
            assert (said @ meaning(query, page)).argmax() == number, query


@pytest.mark.parametrize("page", ["en", "cy"])
def test_one_or_two_words_of_english_are_read_as_english_whatever_the_page(page: str) -> None:
    queries = [
        *("bins", "waiting time", "phone", "blue badge", "school bus", "appointment", "street light", "kerb"),
        *("GP", "fly-tipping", "broadband", "council tax"),
    ]
    for query, vector in zip(queries, MultilingualEmbedder().encode(queries), strict=True):
        np.testing.assert_allclose(meaning(query, page), vector, atol=1e-4, err_msg=query)


def test_words_of_both_languages_are_read_in_that_of_the_page_and_others_in_their_own() -> None:
    assert [language_of_query("plant", page) for page in ("en", "cy")] == ["en", "cy"]
    assert [language_of_query("gritting", page) for page in ("en", "cy")] == ["en", "cy"]
    assert language_of_query("śmieci i worki", "cy") == "pl"
    assert language_of_query("the phone is not answered", "cy") == "en"


def meaning(query: str, page: str) -> NDArray[np.float64]:
    with i18n.speaking(page):
        asked = embedder().embed(query, wait_seconds=60)
    assert asked
    return np.array(asked.vector)


@cache
def embedder() -> QueryEmbedder:
    return QueryEmbedder(None)
