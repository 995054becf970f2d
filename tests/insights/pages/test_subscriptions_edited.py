"""A subscription is edited, on its page and over HTTP; addresses for feed readers are made, listed and revoked."""

import re
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Subscription
from insights.alerts.delivery import credentials
from insights.alerts.rules.filters import filters_of
from tests.insights.pages.signed_in import OURS, signed_in, words_of

Api = TestClient[Litestar]


def stored(record: Record) -> tuple[Subscription, credentials.Credentials]:
    with record.transaction() as session:
        found = session.scalars(select(Subscription)).one()
        return found, credentials.unseal(record.keys, found)


def test_an_editor_changes_what_a_subscription_hears_and_where_it_goes(
    api: Api, record: Record, blue_badge: str, subscribed: dict[str, Any]
) -> None:
    path = f"/dashboard/subscriptions/{subscribed['id']}/edit"
    signing = stored(record)[1].keys
    editor = signed_in(api, record, Role.editor, blue_badge)
    assert path in editor.get(path.removesuffix("/edit")).text
    assert 'value="owner@example.org"' in editor.get(path).text
    form = {"to": subscribed["address"], "name": "Pager", "digest": "daily", "contact": "", "least": "5"}
    editor.post(path, data=form | {"kinds": ["new", "silent"], "channels": ["sms"]}, headers=OURS)
    found, kept = stored(record)
    assert (found.name, found.digest, found.contact) == ("Pager", "daily", None)
    assert (filters_of(found).kinds, filters_of(found).channels, filters_of(found).least) == (
        ("new", "silent"),
        ("sms",),
        5,
    )
    there = kept.address
    page = words_of(editor.post(path, data=form | {"to": "http://127.0.0.1:9/other?token=secret"}, headers=OURS))
    found, kept = stored(record)
    assert kept.address == "http://127.0.0.1:9/other?token=secret" != there and kept.keys == signing
    assert found.shown == "http://127.0.0.1:9/other" and "token=secret" not in page
    assert filters_of(found).kinds == ()
    for typed, field in (({"to": "ftp://x"}, "to"), ({"least": "many"}, "least"), ({"contact": "nobody"}, "contact")):
        again = editor.post(path, data=form | typed, headers=OURS)
        assert (again.status_code, re.findall(r'href="#(\w+)">', again.text)[-1:]) == (400, [field])
    reader = signed_in(api, record, Role.reader, blue_badge)
    assert reader.get(path).status_code == reader.post(path, data=form, headers=OURS).status_code == 403


def test_the_address_of_a_subscription_is_changed_over_http_as_its_kind_has_it(
    api: Api, record: Record, admin: dict[str, str], blue_badge: str
) -> None:
    wanted = {"service": blue_badge, "kind": "email", "address": "a@example.org"}
    made = api.post("/v1/subscriptions", json=wanted, headers=admin).json()
    path = f"/v1/subscriptions/{made['id']}"
    assert api.patch(path, json={"address": "b@example.org"}, headers=admin).json()["address"] == "b@example.org"
    assert stored(record)[1].address == "b@example.org"
    for wrong in ({"address": "b"}, {"url": "https://example.org"}, {"address": None}):
        assert api.patch(path, json=wrong, headers=admin).status_code == 400
    assert stored(record)[1].address == "b@example.org"


def test_an_address_of_a_feed_is_shown_once_listed_without_its_secret_and_revoked(
    api: Api, record: Record, blue_badge: str
) -> None:
    path = "/dashboard/blue-badge/feed"
    reader = signed_in(api, record, Role.reader, blue_badge)
    assert path in reader.get("/dashboard/blue-badge/alerts").text
    [address] = re.findall(r"feed.atom\?token=[\w-]+", reader.post(path, data={"do": "make"}, headers=OURS).text)
    feed = f"/v1/services/blue-badge/{address}"
    api.cookies.clear()
    assert api.get(feed).status_code == 200
    editor = signed_in(api, record, Role.editor, blue_badge)
    page = editor.get(path)
    assert address not in page.text and "feed.atom?token=…" in words_of(page)
    revoke = {"do": "revoke"}
    assert signed_in(api, record, Role.reader, blue_badge).post(path, data=revoke, headers=OURS).status_code == 403
    signed_in(api, record, Role.editor, blue_badge).post(path, data=revoke, headers=OURS)
    assert "There is none." in words_of(api.get(path))
    api.cookies.clear()
    assert api.get(feed).status_code == 401
