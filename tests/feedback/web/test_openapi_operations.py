"""Every operation of the OpenAPI document keeps to it, whatever it is sent (property-based, by Schemathesis)."""

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from requests import RequestException
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.errors import SchemathesisError
from schemathesis.specs.openapi import checks

from feedback.record.db import Record
from tests.conftest import RealServers
from tests.insights import made_up
from tests.serving import served

CASES = int(os.environ.get("CASES", "300"))
"""Of all operations together; `make soak` sends 12,000."""

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
ENDLESS = "/v1/services/{service}/events"


@pytest.mark.timeout(3600)
def test_no_operation_fails_on_our_side_or_answers_what_the_document_does_not_say(
    client: TestClient[Litestar], record: Record, servers: RealServers, blue_badge: str, admin: dict[str, str]
) -> None:
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    operations = [operation for operation in operations if operation.path != ENDLESS]
    with record.transaction() as session:
        known = {"service": blue_badge, "issue": str(made_up.emerging(session, blue_badge).id)}
    with served(record, servers) as url:
        broken = {}
        for operation in operations:
            try:
                _sends(operation, url, admin, known, -(-CASES // len(operations)))()
            except (FailureGroup, SchemathesisError, RequestException) as error:
                broken[operation.label] = [str(failure) for failure in getattr(error, "exceptions", [error])]
    assert broken == {}


def _sends(operation: Any, url: str, admin: dict[str, str], known: dict[str, str], cases: int) -> Callable[[], None]:
    modes = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @settings(max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(*modes), there=st.booleans(), headers=st.sampled_from([admin, admin, admin, {}]))
    def send(case: Any, there: bool, headers: dict[str, str]) -> None:
        """To what is there half of the time; a quarter of it without a key."""
        if there:
            case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
        answer = case.call(base_url=url, headers=headers)
        case.validate_response(answer, checks=CHECKS)

    return send
