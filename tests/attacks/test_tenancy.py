"""Whatever is asked, by whom and in which order: nobody is told of another service, nor does more than their role may.

A state machine makes keys, members of staff, their sessions and feed addresses, of every role, ends them in every way,
and between any two steps asks for anything that the application has, with the ids of any service.
"""

import os
import re
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import Response
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update

from feedback.http.staff import COOKIE
from feedback.record import access
from feedback.record.access import Role, links, people
from feedback.record.db import Record
from feedback.record.models import Credential, Person
from insights.alerts.delivery import events
from tests.attacks import tenants
from tests.attacks.operations import Bodies, Operation, is_owned, is_refused, operations, path_of
from tests.attacks.tenants import Tenant
from tests.conftest import clear

Client = TestClient[Litestar]

CASES = int(os.environ.get("CASES", "300"))
"""`make soak` tries more."""
STEPS = 40
OURS = {"Sec-Fetch-Site": "same-origin"}
READERS_MAY = {
    ("POST", "/v1/services/{service:str}/feedback"),
    ("POST", "/v1/services/{service:str}/feed"),
    ("POST", "/v1/subscriptions/preview"),
    ("POST", "/sign-out"),
    ("POST", "/sessions/{session_id:int}/end"),
    ("POST", "/sessions/end"),
    ("DELETE", "/v1/sessions/{session_id:int}"),
}
"""All that a reader may do beside reading."""


@dataclass
class Holder:
    """Somebody with a credential; it ends with `origin`, the key or link that it came from, or with the `person`."""

    secret: str
    kind: str
    role: Role
    tenant: Tenant
    id: int
    origin: int
    person: int | None = None
    is_alive: bool = True

    def headers(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.secret}", **OURS} if self.kind == "session" else bearer(self.secret)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


class Tenancy(RuleBasedStateMachine):
    """Two services that know nothing of one another, and whoever holds a credential of one."""

    client: Client
    record: Record
    bodies: Bodies
    operations: list[Operation]
    refused: dict[Operation, Role] = {}  # noqa: RUF012 - what one example finds out, the others know
    done: dict[Operation, Role] = {}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.tenants = [tenants.make(self.record, number) for number in (1, 2)]
        self.holders: list[Holder] = []

    def teardown(self) -> None:
        clear(self.record.engine)

    def ask(self, operation: Operation, ids: dict[str, str], headers: dict[str, str], **more: Any) -> Response:
        method, template = operation
        if method != "GET" and not more:
            body = self.bodies.of(operation, ids)
            words = dict.fromkeys(("reason", "what", "why", "said", "did", "title", "message", "note"), "words")
            more = {"json": body} if body is not None else {"data": ids | words}
        query = {"service": ids.get("service", ""), "q": "fails"} | more.pop("params", {})
        path = path_of(template, ids)
        try:
            return self.client.request(method, path, params=query, headers=headers, follow_redirects=False, **more)
        finally:
            self.client.cookies.clear()

    def hold(
        self, secret: str, kind: str, role: Role, tenant: Tenant, origin: int | None = None, person: int | None = None
    ) -> Holder:
        with self.record.transaction() as session:
            number = session.scalar(select(func.max(Credential.id))) or 0
        made = Holder(secret, kind, role, tenant, number, origin or number, person)
        self.holders.append(made)
        if kind in ("session", "key"):
            tenant.ids[f"{kind}_id"] = str(number)
        return made

    def make(self, kind: str, role: Role, tenant: Tenant) -> str:
        with self.record.transaction() as session:
            service = access.service(session, tenant.slug)
            return (
                access.create_link(session, role, service)
                if kind == "link"
                else access.create(session, kind, role, service)
            )

    def pick(self, data: st.DataObject, *kinds: str) -> Holder:
        return data.draw(st.sampled_from([it for it in self.holders if it.kind in kinds]))

    def has(self, *kinds: str) -> bool:
        return any(it.kind in kinds for it in self.holders)

    roles = st.sampled_from([Role.reader, Role.editor, Role.owner])
    either = st.sampled_from([0, 1])

    @rule(role=roles, which=either)
    def make_key(self, role: Role, which: int) -> None:
        self.hold(self.make("key", role, self.tenants[which]), "key", role, self.tenants[which])

    @rule(role=roles, which=either)
    def follow_a_link(self, role: Role, which: int) -> None:
        """Once."""
        link = self.make("link", role, self.tenants[which])
        with self.record.transaction() as session:
            origin = session.scalar(select(func.max(Credential.id)))
        opened = self.ask(("GET", "/sign-in/{token:str}"), {"token": link}, {})
        self.hold(opened.cookies[COOKIE], "session", role, self.tenants[which], origin)
        assert self.ask(("GET", "/sign-in/{token:str}"), {"token": link}, {}).status_code == 401

    @rule(role=roles, which=either)
    def invite_somebody_who_comes_in(self, role: Role, which: int) -> None:
        """A person is told of by the word of their service, so that no other may read their name."""
        tenant = self.tenants[which]
        with self.record.transaction() as session:
            number = (session.scalar(select(func.max(Person.id))) or 0) + 1
            person = people.add(session, f"{tenant.word} {number}", f"{tenant.word}{number}@example.org")
            people.appoint(session, person, role, access.service(session, tenant.slug), by="test")
            link = links.printed(session, person)
        tenant.ids["person_id"] = str(person.id)
        opened = self.ask(("POST", "/sign-in/{token:str}"), {"token": link}, OURS)
        self.hold(opened.cookies[COOKIE], "session", role, tenant, person=person.id)

    @precondition(lambda self: self.people())
    @rule(data=st.data(), role=roles)
    def appoint_somebody_to_another_role(self, data: st.DataObject, role: Role) -> None:
        holder = data.draw(st.sampled_from(self.people()))
        with self.record.transaction() as session:
            person, service = session.get_one(Person, holder.person), access.service(session, holder.tenant.slug)
            people.appoint(session, person, role, service, by="test")
        self.appointed(holder.person, role)

    def people(self) -> list[Holder]:
        return [it for it in self.holders if it.person and it.kind == "session" and it.is_alive]

    def appointed(self, person: int | None, role: Role) -> None:
        """Whoever is given more signs in again."""
        mine = [it for it in self.holders if it.person == person and it.kind == "session"]
        if any(it.role < role for it in mine):
            self.end(lambda it: it in mine)
        for holder in mine:
            holder.role = role

    @precondition(lambda self: self.people())
    @rule(data=st.data())
    def remove_somebody(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.people())).person
        with self.record.transaction() as session:
            people.remove(session, session.get_one(Person, gone), by="test")
        self.end(lambda it: it.person == gone)

    @precondition(lambda self: self.has("key"))
    @rule(data=st.data())
    def sign_in_with_a_key(self, data: st.DataObject) -> None:
        key = self.pick(data, "key")
        opened = self.ask(("POST", "/sign-in"), {}, OURS, data={"key": key.secret})
        assert (COOKIE in opened.cookies) == key.is_alive
        if key.is_alive:
            self.hold(opened.cookies[COOKIE], "session", key.role, key.tenant, key.origin)

    @precondition(lambda self: self.has("key", "session"))
    @rule(data=st.data())
    def make_a_feed_address(self, data: st.DataObject) -> None:
        holder = self.pick(data, "key", "session")
        made = self.ask(("POST", "/v1/services/{service:str}/feed"), holder.tenant.ids, holder.headers())
        assert made.status_code == (201 if holder.is_alive else 401)
        if holder.is_alive:
            token = made.json()["url"].partition("token=")[2]
            origin = None if holder.person else holder.origin
            self.hold(token, "feed", Role.reader, holder.tenant, origin, holder.person)

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def revoke_what_it_came_from(self, data: st.DataObject) -> None:
        origin = data.draw(st.sampled_from(self.holders)).origin
        with self.record.transaction() as session:
            access.revoke(session, origin)
        self.end(lambda it: it.origin == origin)

    @precondition(lambda self: self.has("session"))
    @rule(data=st.data())
    def let_a_session_expire(self, data: st.DataObject) -> None:
        holder = self.pick(data, "session")
        with self.record.transaction() as session:
            session.execute(update(Credential).where(Credential.id == holder.id).values(expires_at=func.now()))
        self.end(lambda it: it is holder)

    def end(self, ends: Any) -> None:
        for holder in self.holders:
            holder.is_alive = holder.is_alive and not ends(holder)

    @precondition(lambda self: self.has("feed"))
    @rule(data=st.data(), which=either)
    def read_a_feed(self, data: st.DataObject, which: int) -> None:
        holder, asked = self.pick(data, "feed"), self.tenants[which]
        operation = ("GET", "/v1/services/{service:str}/feed.atom")
        answer = self.ask(operation, asked.ids, {}, params={"token": holder.secret})
        expected = 401 if not holder.is_alive else 200 if asked is holder.tenant else 404
        assert answer.status_code == expected
        self.tells_nothing(answer, holder.tenant)

    @rule(data=st.data(), which=either)
    def ask_without_a_credential(self, data: st.DataObject, which: int) -> None:
        method, template = data.draw(st.sampled_from(self.operations))
        answer = self.ask((method, template), self.tenants[which].ids, OURS)
        assert answer.status_code < 500
        self.tells_nothing(answer, None)
        if template.startswith(("/dashboard", "/sessions", "/staff", "/keys", "/audit")):
            assert is_refused(answer)

    @precondition(lambda self: self.has("key", "session", "feed"))
    @rule(data=st.data(), which=either, named=either)
    def ask_for_anything(self, data: st.DataObject, which: int, named: int) -> None:
        self.demand(data, self.operations, which, named)

    @precondition(lambda self: self.has("key", "session", "feed"))
    @rule(data=st.data(), which=either)
    def ask_for_what_decides_who_comes_in(self, data: st.DataObject, which: int) -> None:
        about_people = ("/staff", "/keys", "/audit", "/sessions", "/v1/sessions")
        self.demand(data, [it for it in self.operations if it[1].startswith(about_people)], which, which)

    def demand(self, data: st.DataObject, operations: list[Operation], which: int, named: int) -> None:
        operation = data.draw(st.sampled_from(operations))
        holder, asked = data.draw(st.sampled_from(self.holders)), self.tenants[which]
        more = self.tenants[named].ids | {"service": asked.slug}
        body = self.bodies.of(operation, more)
        given = {"json": body} if body is not None and operation[0] != "GET" else {}
        answer = self.ask(operation, asked.ids, holder.headers(), **given)
        assert answer.status_code < 500, operation
        self.tells_nothing(answer, holder.tenant)
        if not self.is_for_staff(operation, asked):
            return
        if not holder.is_alive or holder.kind == "feed":
            assert is_refused(answer) or (operation[0] != "GET" and answer.status_code == 400), operation
        elif is_owned(operation[1]) and asked is not holder.tenant:
            assert answer.status_code == 404 or (operation[0] != "GET" and answer.status_code == 400), operation
        elif not (given and self.names(body, self.tenants[1 - self.tenants.index(holder.tenant)])):
            self.keeps_to_roles(operation, holder, answer)
        else:
            assert answer.status_code >= 400, operation
        self.note_what_ended(operation, holder, asked, answer)

    def is_for_staff(self, operation: Operation, asked: Tenant) -> bool:
        """As the application itself answers who comes with a key that nobody has."""
        return operation[1] != "/" and is_refused(self.ask(operation, asked.ids, bearer("fb_nobody")))

    def tells_nothing(self, answer: Response, mine: Tenant | None) -> None:
        for tenant in self.tenants:
            assert tenant is mine or tenant.word not in answer.text, answer.request.url

    def names(self, body: Any, tenant: Tenant) -> bool:
        return any(value in str(body) for value in tenant.ids.values() if len(value) > 4)

    def keeps_to_roles(self, operation: Operation, holder: Holder, answer: Response) -> None:
        """Who may less than somebody who was refused may not do it; a reader changes nothing."""
        takes_sessions = not operation[1].startswith("/v1/channels/")  # which machines call
        assert not is_refused(answer) or (holder.kind == "session" and not takes_sessions), operation
        if answer.status_code == 403:
            self.refused[operation] = max(holder.role, self.refused.get(operation, holder.role))
        elif answer.status_code < 400:
            self.done[operation] = min(holder.role, self.done.get(operation, holder.role))
            assert operation[0] == "GET" or holder.role > Role.reader or operation in READERS_MAY, operation
        if operation in self.refused and operation in self.done:
            assert self.refused[operation] < self.done[operation], operation

    def note_what_ended(self, operation: Operation, holder: Holder, asked: Tenant, answer: Response) -> None:
        if answer.status_code >= 400 or is_refused(answer):
            return
        if operation[1] == "/sign-out":
            self.end(lambda it: it is holder and it.kind == "session")
        if operation[1] == "/sessions/end":
            same = (holder.person, None if holder.person else holder.origin)
            self.end(lambda it: it.kind == "session" and (it.person, None if it.person else it.origin) == same)
        if operation[1] == "/staff/{person_id:int}/role":
            self.appointed(int(asked.ids["person_id"]), Role.reader)
        if operation[1] == "/staff/{person_id:int}/end":
            self.end(lambda it: str(it.person) == asked.ids["person_id"])
        if operation[1] == "/keys/{key_id:int}/revoke":
            self.end(lambda it: str(it.origin) == asked.ids["key_id"])
        if operation[1] == "/keys/{key_id:int}/rotate":
            self.rotated(int(asked.ids["key_id"]), asked, answer)
        if "session_id" in operation[1]:
            self.end(lambda it: str(it.id) == asked.ids.get("session_id"))
        if operation == ("DELETE", "/v1/services/{service:str}/feed"):
            self.end(lambda it: it.kind == "feed" and it.tenant is asked)

    def rotated(self, old: int, tenant: Tenant, answer: Response) -> None:
        """What came from the old key goes on with the new one."""
        [secret] = re.findall(r"fb_[\w-]{43}", answer.text)
        role = next(it.role for it in self.holders if it.id == old)
        made = self.hold(secret, "key", role, tenant)
        for holder in self.holders:
            if holder.origin == old and holder.id != old:
                holder.origin = made.id


@pytest.mark.timeout(3600)
def test_no_order_of_requests_leads_to_what_is_another_services(
    client: Client, app: Litestar, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_POLLS", 1)  # a stream that ends
    monkeypatch.setattr(events, "POLL_SECONDS", 0)
    found = {"client": client, "record": record, "operations": operations(app)}
    found["bodies"] = Bodies(client.get("/openapi.json").json())
    run_state_machine_as_test(
        type("Tenancy", (Tenancy,), found),
        settings=settings(
            max_examples=max(5, CASES // 25),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize="CASES" not in os.environ,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
