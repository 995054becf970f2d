"""Whatever is asked, by whom and in which order: nobody is told of another service, nor does more than their role may.

A state machine makes keys, members of staff, their sessions and feed addresses, of every role, ends them in every way,
and between any two steps asks for anything that the application has, with the ids of any service.
"""

import os
from typing import Any

import pytest
from httpx import Response
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.access import Role
from feedback.record.db import Record
from insights.alerts.delivery import events
from tests.attacks.holders import Holder, Holders, bearer, either
from tests.attacks.operations import Bodies, Operation, is_owned, is_refused, operations
from tests.attacks.tenants import Tenant
from tests.insights.pages.signed_in import OURS

Client = TestClient[Litestar]

CASES = int(os.environ.get("CASES", "300"))
"""`make soak` tries more."""
STEPS = 40
READERS_MAY = {
    ("POST", "/v1/services/{service:str}/feedback"),
    ("POST", "/v1/services/{service:str}/feed"),
    ("POST", "/dashboard/{service:str}/feed"),
    ("POST", "/v1/subscriptions/preview"),
    ("POST", "/sign-out"),
    ("POST", "/sessions/{session_id:int}/end"),
    ("POST", "/sessions/end"),
    ("POST", "/passkeys"),
    ("POST", "/passkeys/{passkey_id:int}/remove"),
    ("POST", "/sign-in/passkey"),
    ("DELETE", "/v1/sessions/{session_id:int}"),
}
"""All that a reader may do beside reading."""


class Tenancy(Holders):
    """Between any two steps anybody asks for anything."""

    operations: list[Operation]
    refused: dict[Operation, Role] = {}  # noqa: RUF012 - what one example finds out, the others know
    done: dict[Operation, Role] = {}  # noqa: RUF012

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
