"""Views are kept under a name, for oneself or for all; alerts take of them what can limit alerts."""

import re

import pytest

from feedback.record.access import Role
from feedback.record.db import Record
from insights.issues.listing import saved_views
from tests.insights.api.test_api import key
from tests.insights.pages.signed_in import OURS, Client, person_signed_in, signed_in, words_of

HERE = "/dashboard/blue-badge/views"
VIEW = "channel=web&language=cy&trend=new&sort=last"


def save(staff: Client, name: str, **more: str) -> str:
    page = staff.post(HERE, data={"name": name, "view": VIEW, **more}, headers=OURS)
    assert page.status_code == 200, page.text
    return words_of(page)


def test_a_view_is_kept_with_its_filters_and_order_and_deleted(client: Client, record: Record, blue_badge: str) -> None:
    staff = signed_in(client, record)
    assert "The view is saved" in save(staff, "Welsh by web", shared="yes")
    page = staff.get("/dashboard/blue-badge")
    [query] = re.findall(r'href="/dashboard/blue-badge\?([^"]+)#issues"><bdi>Welsh by web', page.text)
    assert query.replace("&amp;", "&") == VIEW
    assert "Language: Welsh" in words_of(staff.get(f"/dashboard/blue-badge?{query.replace('&amp;', '&')}"))
    [number] = re.findall(r'name="view_id" value="(\d+)"', page.text)
    gone = staff.post(f"{HERE}/delete", data={"view_id": number}, headers=OURS)
    assert "The view is deleted" in words_of(gone) and "Welsh by web" not in gone.text
    nameless = staff.post(HERE, data={"name": " ", "view": VIEW, "shared": "yes"}, headers=OURS)
    assert (
        nameless.status_code == 400
        and "Write a name for the view" in nameless.text
        and "Language: Welsh" in nameless.text
    )


def test_a_view_of_ones_own_is_nobody_elses_and_a_shared_one_takes_an_editor(
    client: Client, record: Record, blue_badge: str
) -> None:
    save(person_signed_in(client, record, "Ann", Role.editor), "All of us", shared="yes")
    save(client, "Only Ann")
    assert "Only Ann" in client.get("/dashboard/blue-badge").text
    reader = person_signed_in(client, record, "Bob", Role.reader)
    seen = reader.get("/dashboard/blue-badge").text
    assert "All of us" in seen and "Only Ann" not in seen
    save(reader, "Bob’s")
    assert reader.post(HERE, data={"name": "Mine", "view": VIEW, "shared": "yes"}, headers=OURS).status_code == 403
    assert reader.post(f"{HERE}/delete", data={"view_id": "1"}, headers=OURS).status_code == 403
    assert reader.post(f"{HERE}/delete", data={"view_id": "2"}, headers=OURS).status_code == 404


def test_nobody_keeps_so_many_views_of_their_own_that_others_can_keep_none(
    client: Client, record: Record, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "MOST_OF_ONE", 2)
    monkeypatch.setattr(saved_views, "MOST_SHARED", 1)
    person_signed_in(client, record, "Ann", Role.editor)
    save(client, "All of us", shared="yes")
    for name in ("Mine", "Mine too", "Mine"):
        save(client, name)
    for more in (dict[str, str](), {"shared": "yes"}):
        full = client.post(HERE, data={"name": "One more", "view": VIEW, **more}, headers=OURS)
        assert "There are too many saved views" in full.text
    save(person_signed_in(client, record, "Bob", Role.reader), "Bob’s")


def test_views_are_kept_over_http_too(client: Client, record: Record, blue_badge: str) -> None:
    editor, at = key(record, "editor", blue_badge), f"/v1/services/{blue_badge}/views"
    for query in ("channel=web", "?channel=sms"):
        made = client.post(at, json={"name": "By text", "query": query}, headers=editor)
        assert made.status_code == 201, made.text
    assert client.get(at, headers=key(record, "reader", blue_badge)).json()["items"] == [made.json()]
    assert made.json() == {"id": 1, "name": "By text", "query": "channel=sms", "shared": True}
    assert client.post(at, json={"name": "x", "query": "", "shared": False}, headers=editor).status_code == 400
    assert client.post(at, json={"name": "x", "query": "a=1&" * 300}, headers=editor).status_code == 400
    assert client.delete(f"{at}/1", headers=editor).status_code == 204
    assert client.delete(f"{at}/1", headers=editor).status_code == 404


def test_alerts_take_of_a_view_what_can_limit_them_and_say_what_cannot(
    client: Client, record: Record, blue_badge: str
) -> None:
    page = signed_in(client, record).get(f"/dashboard/blue-badge/alerts?{VIEW}")
    for name, value in (("channels", "web"), ("trends", "new")):
        assert f'name="{name}" value="{value}" checked' in page.text
    assert "more will be told than the view shows: Language: Welsh" in words_of(page)
    assert "more will be told" not in client.get("/dashboard/blue-badge/alerts?channel=web").text


@pytest.mark.parametrize(
    "query", ["days=x&rating=9", "attribute=:&first_day=2026-02-30", "page_url=%00", "sort=up&up=up"]
)
def test_an_address_that_makes_no_sense_shows_the_list_and_says_what_was_left_out(
    client: Client, record: Record, blue_badge: str, query: str
) -> None:
    page = signed_in(client, record).get(f"/dashboard/blue-badge?{query}")
    assert (page.status_code == 200 and "are left out" in page.text) or page.status_code == 400
