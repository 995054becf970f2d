"""The Atom feed, read by a feed reader's library."""

from typing import Any

import feedparser
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import update

from feedback.record import access, services
from feedback.record.models import Issue
from tests.insights.raising import raise_signal
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]


def read(api: Client, path: str, headers: Headers | None = None) -> Any:
    answer = api.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert found.version == "atom10"
    return found


def test_a_feed_reader_reads_what_was_told_the_latest_first(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    raise_signal(local.record)
    surge = raise_signal(local.record, kind="surge")
    with local.record.transaction() as session:
        session.execute(update(Issue).values(title="Photo <upload> & \x0b fails"))
    found = read(api, "/v1/services/blue-badge/feed.atom", admin)
    assert found.feed.title == "Blue Badge: what citizens tell"
    first, second = found.entries
    assert first.title == "More reports than usual: Photo <upload> & fails"
    assert first.link.endswith(f"/dashboard/issues/{surge.issue_id}")
    assert first.id.startswith("urn:uuid:")
    assert "12 reports" in first.content[0].value
    assert (first.tags[0].term, second.tags[0].term) == ("signal.surge", "signal.new")
    assert first.updated_parsed


def test_an_empty_feed_is_a_feed(api: Client, admin: Headers, blue_badge: str) -> None:
    assert read(api, "/v1/services/blue-badge/feed.atom", admin).entries == []


def test_its_token_opens_this_feed_and_nothing_else_until_it_is_revoked(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    with local.record.transaction() as session:
        services.add(session, "parks", "Parks")
    url = api.post("/v1/services/blue-badge/feed", headers=admin).json()["url"]
    path = url.removeprefix(local.record.settings.url)
    read(api, path)
    token = path.partition("token=")[2]
    assert api.get(path.replace("blue-badge", "parks")).status_code == 404
    assert api.get("/v1/services/blue-badge/issues", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert api.get("/v1/services/blue-badge/feed.atom").status_code == 401
    assert api.delete("/v1/services/blue-badge/feed", headers=admin).status_code == 204
    assert api.get(path).status_code == 401


def test_a_key_is_no_token_of_a_feed(local: Worker, api: Client, blue_badge: str) -> None:
    with local.record.transaction() as session:
        key = access.create(session, "key", access.Role.admin, None)
    assert api.get(f"/v1/services/blue-badge/feed.atom?token={key}").status_code == 401
