"""An application in which admins set things."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.insights.pages.signed_in import Client


@pytest.fixture(scope="module")
def own_app(migrated: Record, servers: RealServers) -> Litestar:
    """What is set in it is known to no other test."""
    return create_app(migrated.operators_settings, servers.database_url, servers.redis_url)


@pytest.fixture
def settable(record: Record, own_app: Litestar) -> Iterator[Client]:
    with TestClient(own_app) as client:
        own_app.state.record.live_settings.forget()
        yield client
