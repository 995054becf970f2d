"""Who may do what: `docs/roles.md` is what the application itself answers to each role, page by page.

`make roles` writes it anew.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.staff import COOKIE
from feedback.record import access
from feedback.record.access import Principal, Role, links, people
from feedback.record.db import Record
from feedback.record.models import Credential, Service, Theme
from insights.alerts.delivery import events
from tests.attacks import tenants
from tests.attacks.operations import WORDS, Bodies, Operation, is_refused, operations, path_of
from tests.attacks.tenants import Tenant
from tests.insights.pages.signed_in import OURS

Client = TestClient[Litestar]
Headers = dict[str, str]
Askers = tuple[Headers, Headers]

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
HEADING = """# Who may do what

Each page and endpoint, by the role of who asks about a service: *yes*, or nothing. A role may do what those before it
may; an admin may on every service. What belongs to a service is not there for who has a role on another alone: that is
the last column. *Its own proof* opens the others: a signature, a token, the code of a receipt. Members of staff and
keys of a role may the same, but for channels, which take keys alone.

This table is made by `make roles`, which asks the application; a test fails where the two differ.

| | anybody | reader | editor | owner | admin | owner of another service |
| --- | --- | --- | --- | --- | --- | --- |
"""
ROLES = ("reader", "editor", "owner", "admin")
STRANGER = "stranger"
OPEN = {"/.well-known/security.txt", "/openapi-parts/{path:str}", "/sign-in/directory"}
"""Where nothing is, or nothing is set up, in a test."""
FIELDS = WORDS | {"name": "words", "days": "30", "role": "reader", "email": "new@example.org", "reply": "words"}


@pytest.fixture
def tenant(record: Record) -> Tenant:
    made, _ = (tenants.make(record, number) for number in (1, 2))
    with record.transaction() as session:
        made.ids["theme"] = str(session.scalars(select(Theme.id)).one())
        for name in ("person_id", "key_id", "session_id"):
            made.ids[name] = str(_planted(session, name, access.service(session, made.slug)))
    return made


def _planted(session: Session, name: str, service: Service) -> int:
    if name == "person_id":
        person = people.add(session, "Bob", "bob@example.org")
        people.appoint(session, person, Role.reader, service, by="test")
        return person.id
    access.create(session, name.removesuffix("_id"), Role.reader, service, name=name)
    return session.scalars(select(Credential.id).where(Credential.name == name)).one()


@pytest.fixture
def askers(client: Client, record: Record, tenant: Tenant) -> dict[str, Askers]:
    """For each role a session of a member of staff, and a key."""
    return {role: (_session(client, record, role), _key(record, role)) for role in (*ROLES, STRANGER)}


def _place(session: Session, role: str) -> tuple[Role, Service | None]:
    if role == "admin":
        return Role.admin, None
    return Role[role.replace("stranger", "owner")], access.service(session, f"service-{1 + (role == 'stranger')}")


def _session(client: Client, record: Record, role: str) -> Headers:
    with record.transaction() as session:
        person = people.add(session, role, f"{role}@example.org")
        people.appoint(session, person, *_place(session, role), by="test")
        link = links.printed(session, person)
    opened = client.post(f"/sign-in/{link}", headers=OURS, follow_redirects=False)
    client.cookies.clear()
    return {"Cookie": f"{COOKIE}={opened.cookies[COOKIE]}", **OURS}


def _key(record: Record, role: str) -> Headers:
    with record.transaction() as session:
        return {"Authorization": f"Bearer {access.create(session, 'key', *_place(session, role))}"}


@pytest.fixture
def permitted(monkeypatch: pytest.MonkeyPatch) -> list[Role]:
    """The roles that were asked for and found, in the order of the questions."""
    found, require = list[Role](), access.require

    def noted(who: Principal, needs: Role, service_id: int | None = None) -> Principal:
        require(who, needs, service_id)
        found.append(needs)
        return who

    monkeypatch.setattr(access, "require", noted)
    return found


@pytest.fixture
def undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done from here on is undone at once, so that each role finds the same."""

    @contextmanager
    def transaction(self: Record) -> Iterator[Session]:
        with self._sessions() as session:
            yield session

    monkeypatch.setattr(Record, "transaction", transaction)
    monkeypatch.setattr(events, "MAX_POLLS", 1)  # a stream that ends
    monkeypatch.setattr(events, "POLL_SECONDS", 0)


@dataclass
class Door:
    """The application, as somebody tries one operation after the other on what belongs to a service."""

    client: Client
    bodies: Bodies
    ids: dict[str, str]
    permitted: list[Role]

    def lets_in(self, operation: Operation, headers: Headers) -> bool:
        """What is wrong about a request, or is not there, is only said to who may make it."""
        self.permitted.clear()
        answer = self._ask(operation, headers)
        self.client.cookies.clear()
        assert answer.status_code < 500, (operation, answer.text)
        is_hidden = answer.status_code == 404 and not self.permitted
        return not (is_refused(answer) or is_hidden or answer.status_code == 403)

    def _ask(self, operation: Operation, headers: Headers) -> Response:
        method, template = operation
        body = self.bodies.of(operation, self.ids) if method != "GET" else None
        form = {"data": self.ids | FIELDS} if method == "POST" else {}
        sent: dict[str, Any] = form if body is None else {"json": body}
        query = {"service": self.ids["service"], "q": "fails"}
        path = path_of(template, self.ids)
        return self.client.request(method, path, params=query, headers=headers, follow_redirects=False, **sent)


def cells(door: Door, operation: Operation, askers: dict[str, Askers]) -> list[str]:
    """Asks no further than to the first role that is let in: no order of requests gives a higher role less."""
    way = operation[1].startswith("/v1/channels/")  # which take keys
    if operation[1] in OPEN or door.lets_in(operation, OURS):
        return ["yes"] * (len(ROLES) + 2)
    least = next((place for place, role in enumerate(ROLES) if door.lets_in(operation, askers[role][way])), None)
    if least is None:
        return ["its own proof", *[""] * (len(ROLES) + 1)]
    of_roles = ["yes" if place >= least else "" for place in range(len(ROLES))]
    return ["", *of_roles, "yes" if door.lets_in(operation, askers[STRANGER][way]) else ""]


def row(operation: Operation, cells: list[str]) -> str:
    method, template = operation
    named = re.sub(r":\w+\}", "}", template)
    return " ".join(f"| {cell}".rstrip() for cell in (f"`{method} {named}`", *cells)) + " |\n"


def test_the_table_of_roles_is_what_the_application_answers(
    client: Client,
    app: Litestar,
    tenant: Tenant,
    askers: dict[str, Askers],
    permitted: list[Role],
    undone: None,
) -> None:
    door = Door(client, Bodies(client.get("/openapi.json").json()), tenant.ids, permitted)
    asked = [it for it in operations(app) if not it[1].startswith("/static/")]
    by_path = sorted(asked, key=lambda it: (it[1].startswith("/v1/"), it[1], it[0]))
    table = HEADING + "".join(row(it, cells(door, it, askers)) for it in by_path)
    if os.environ.get("WRITE"):
        PAGE.write_text(table, encoding="utf-8")
    assert table == PAGE.read_text(encoding="utf-8"), "say `make roles`"
