"""Who looks at the pages, and what they read there."""

import datetime as dt
import re
from html import unescape

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access
from feedback.record.access import Role, links, people
from feedback.record.db import Record

Client = TestClient[Litestar]

OURS = {"Sec-Fetch-Site": "same-origin"}


def credential(record: Record, kind: str, role: Role = Role.admin, slug: str | None = None) -> str:
    with record.transaction() as session:
        service = access.service(session, slug) if slug else None
        return access.create(session, kind, role, service, lifetime=dt.timedelta(hours=1))


def signed_in(client: Client, record: Record, role: Role = Role.admin, slug: str | None = None) -> Client:
    client.get(f"/sign-in/{credential(record, 'link', role, slug)}")
    return client


def person_signed_in(client: Client, record: Record, name: str, role: Role = Role.owner) -> Client:
    """A member of staff, in a role on blue-badge, or an admin."""
    with record.transaction() as session:
        found = people.add(session, name, f"{name.lower()}@example.org")
        service = None if role == Role.admin else access.service(session, "blue-badge")
        people.appoint(session, found, role, service, by="test")
        link = links.printed(session, found)
    client.post(f"/sign-in/{link}", headers=OURS)
    return client


def words_of(page: Response) -> str:
    """What a reader sees, without tags, and with single spaces."""
    assert page.status_code == 200, page.text
    main = re.sub(r"<script.*?</script>", "", page.text.partition("<main")[2].partition(">")[2], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
