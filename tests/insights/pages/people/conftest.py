"""An application that sends mail, a mailbox, and a member of staff."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access, services
from feedback.record.access import Role, people
from feedback.record.db import Record
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.insights.mailbox import Box, mailbox
from tests.insights.pages.people.entering import ANN, Browser
from tests.insights.pages.signed_in import Client


@pytest.fixture(scope="module")
def mails() -> Iterator[tuple[Box, str]]:
    with mailbox() as found:
        yield found


@pytest.fixture(scope="module")
def mailing(migrated: Record, servers: RealServers, mails: tuple[Box, str]) -> Litestar:
    settings = replace(migrated.settings, smtp_url=mails[1])
    return create_app(settings, servers.database_url, servers.redis_url)


@pytest.fixture
def box(mails: tuple[Box, str]) -> Box:
    mails[0].mails.clear()
    return mails[0]


@pytest.fixture
def browser(record: Record, mailing: Litestar, box: Box) -> Iterator[Client]:
    with TestClient(mailing) as client:
        yield client


@pytest.fixture
def another(mailing: Litestar) -> Browser:
    return lambda: TestClient(mailing)


@pytest.fixture
def ann(record: Record, blue_badge: str) -> str:
    """Edits one of two services, and owns the other; there is a third."""
    with record.transaction() as session:
        person = people.add(session, "Ann O'Hara", ANN)
        people.appoint(session, person, Role.editor, access.service(session, blue_badge), by="test")
        people.appoint(session, person, Role.owner, services.add(session, "parks", "Parks"), by="test")
        services.add(session, "bins", "Bins")
    return ANN
