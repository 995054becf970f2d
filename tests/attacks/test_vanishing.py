"""What somebody else deletes in the middle of a request is not found, or in conflict; it is no failure of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Connection, delete, event, text
from sqlalchemy.exc import OperationalError

from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Base, Issue, Publication, Service, Subscription, Theme
from tests.attacks import tenants
from tests.attacks.operations import WORDS, Bodies, operations, path_of
from tests.conftest import clear

WRITES = ("INSERT", "UPDATE", "DELETE")
READS = "subscription", "alerts", "deliver", "theme", "you-said"
"""What shows of that, by its path."""
INTAKE = "/feedback", "/open311/"
"""Answers 503 where its writer could store nothing: a citizen had better try again."""


DELETABLE: tuple[type[Base], ...] = (Subscription, Publication, Theme)
"""What the product itself deletes, and what hangs on it."""


def _delete_all(record: Record, *kinds: type[Base]) -> None:
    """As far as nobody holds it."""
    for kind in kinds:
        try:
            with record.engine.begin() as connection:
                connection.execute(text("SET LOCAL lock_timeout = '20ms'"))
                connection.execute(delete(kind))
        except OperationalError as error:
            assert "lock timeout" in str(error)


@contextmanager
def vanishing(record: Record, app: Litestar, before: str) -> Iterator[list[bool]]:
    """Deletes once, before the application's first write or between what it reads. Yields whether it came to that.

    Who writes finds nothing left at all, not even what only a hand in the database deletes.
    """
    gone: list[bool] = []
    reads: list[str] = []

    def look(connection: Connection, cursor: Any, statement: str, *more: Any) -> None:
        reads.append(statement)
        if not gone and (statement.lstrip().startswith(WRITES) if before == "write" else len(reads) == 3):
            gone.append(True)
            _delete_all(record, *DELETABLE, *((Issue, Service) if before == "write" else ()))

    engine = app.state.record.engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield gone
    finally:
        event.remove(engine, "before_cursor_execute", look)


def test_what_vanishes_while_it_is_asked_for_or_changed_is_no_failure_of_ours(
    client: TestClient[Litestar], app: Litestar, record: Record
) -> None:
    bodies, vanished = Bodies(client.get("/openapi.json").json()), 0
    for method, template in operations(app):
        if template.startswith("/v1/channels/") or (method == "GET" and not any(it in template for it in READS)):
            continue
        clear(record.engine)
        tenant = tenants.make(record, 1)
        with record.transaction() as session:
            key = access.create(session, "key", access.Role.admin, None)
        body = bodies.of((method, template), tenant.ids)
        more: dict[str, Any] = {"json": body} if body is not None else {"data": tenant.ids | WORDS}
        query = {"service": tenant.slug, "q": "fails"}
        path, headers = path_of(template, tenant.ids), {"Authorization": f"Bearer {key}"}
        with vanishing(record, app, "read" if method == "GET" else "write") as gone:
            answer = client.request(method, path, headers=headers, params=query, **({} if method == "GET" else more))
        vanished += len(gone)
        stores = method == "POST" and any(part in template for part in INTAKE)
        assert answer.status_code < 500 or (stores and answer.status_code == 503), (method, template)
    assert vanished > 30
