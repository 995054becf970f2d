"""Whoever holds a credential of one of two services: how they come by it, and every way in which it ends."""

import re
from dataclasses import dataclass
from typing import Any

from httpx import Response
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update

from feedback.http.staff import COOKIE
from feedback.record import access
from feedback.record.access import Role, links, people
from feedback.record.db import Record
from feedback.record.models import Credential, Person
from tests.attacks import tenants
from tests.attacks.operations import WORDS, Bodies, Operation, path_of
from tests.attacks.tenants import Tenant
from tests.conftest import clear
from tests.insights.pages.signed_in import OURS

roles = st.sampled_from([Role.reader, Role.editor, Role.owner])
either = st.sampled_from([0, 1])


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


class Holders(RuleBasedStateMachine):
    """Two services that know nothing of one another, and whoever holds a credential of one."""

    client: TestClient[Litestar]
    record: Record
    bodies: Bodies

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
            more = {"json": body} if body is not None else {"data": ids | WORDS}
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

    def rotated(self, old: int, tenant: Tenant, answer: Response) -> None:
        """What came from the old key goes on with the new one."""
        [secret] = re.findall(r"fb_[\w-]{43}", answer.text)
        role = next(it.role for it in self.holders if it.id == old)
        made = self.hold(secret, "key", role, tenant)
        for holder in self.holders:
            if holder.origin == old and holder.id != old:
                holder.origin = made.id
