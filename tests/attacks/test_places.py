"""Where in a list, which one, how many: whatever stands there, in every operation that takes it, is no fault of ours.

Which operations take it is asked of the application itself.
"""

import base64
import re
import uuid
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from feedback.record import access
from feedback.record.db import Record
from tests.attacks import tenants
from tests.attacks.operations import path_of
from tests.attacks.tenants import Tenant
from tests.conftest import clear

Client = TestClient[Litestar]
Asker = tuple[Client, Tenant]

NOT_OURS = ("-5", str(2**63), str(10**30), "1e400", '"a\\u0000"', f'[-5,"{uuid.UUID(int=0)}"]', "[" * 200, "{}", "[]")
"""What is packed into a cursor, none of which any list makes."""

IDS = (
    "-1",
    "0",
    str(2**31),
    str(2**63),
    "9" * 5_000,
    "1e5",
    "٣",
    "a%20b",
    "%5B" * 1_000,
    "..%2f..",
    "'--",
    "a" * 5_000,
)
"""What stands in a path for an id or a name."""

NUMBERS = ("-5", "0", str(2**31), str(2**63), "9" * 5_000, "1e5", "nan", "٣", "")


def taking(app: Litestar, name: str) -> Iterator[str]:
    """The paths that read such a parameter of their query, the streams without end aside."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if name in handler.parsed_fn_signature.parameters and not route.path.endswith("/events"):
                yield from (route.path for method in handler.http_methods if method == "GET")


@pytest.fixture(scope="module")
def asker(app: Litestar, migrated: Record) -> Iterator[Asker]:
    """Somebody who may do everything, and a service that has one of each kind."""
    tenant = tenants.make(migrated, 1)
    with migrated.transaction() as session:
        key = access.create(session, "key", access.Role.admin, None)
    with TestClient(app) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client, tenant
    clear(migrated.engine)


def test_a_cursor_that_is_none_of_ours_is_refused_by_every_list(app: Litestar, asker: Asker) -> None:
    client, tenant = asker
    lists = list(taking(app, "cursor"))
    assert len(lists) > 20
    for template in lists:
        path, query = path_of(template, tenant.ids), {"q": "fails"}
        assert client.get(path, params=query).status_code == 200, path
        for text in NOT_OURS:
            packed = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
            assert client.get(path, params={**query, "cursor": packed}).status_code == 400, (path, text)
        for text in ("[" * 15_000, "%", "é", "a" * 301):
            assert client.get(path, params={**query, "cursor": text}).status_code == 400, (path, text[:9])


@pytest.mark.parametrize("name", ["limit", "before", "days"])
def test_a_number_in_any_query_is_answered_or_refused(app: Litestar, asker: Asker, name: str) -> None:
    client, tenant = asker
    found = list(taking(app, name))
    assert found
    for template in found:
        for number in NUMBERS:
            answer = client.get(path_of(template, tenant.ids), params={name: number, "q": "fails"})
            assert answer.status_code in (200, 400), (template, number)


def test_an_id_that_nothing_can_have_is_not_found_or_refused_in_every_path(app: Litestar, asker: Asker) -> None:
    client, tenant = asker
    templates = {route.path for route in app.routes if isinstance(route, HTTPRoute) and "{" in route.path}
    assert len(templates) > 60
    for template in templates:
        for part in re.findall(r"\{\w+:\w+\}", template):
            for value in IDS:
                path = path_of(template.replace(part, value), tenant.ids)
                assert 400 <= client.get(path, params={"q": "a"}).status_code < 500, path[:200]
