"""Staff sign in at the directory of their organisation, which says what they may; forgeries open nothing."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record import access
from feedback.record.access import Role, people
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.models import AuditEntry, Membership, Person
from feedback.record.settings import Settings
from feedback.web.app import create_app
from insights.pages.people.oidc import PROOFS
from tests.conftest import RealServers
from tests.insights.pages.people.entering import ANN, enter, is_in
from tests.insights.pages.people.provider import CLIENT, SECRET, Provider, provider
from tests.insights.pages.signed_in import Client

ROLES = "bosses=admin, /badge/owners=owner:blue-badge, readers=reader:blue-badge, parks=editor:parks"


@pytest.fixture(scope="module")
def there() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture
def directory(there: Provider) -> Provider:
    there.forget()
    return there


@pytest.fixture(scope="module")
def settings(migrated: Record, there: Provider) -> Settings:
    environment = {"FEEDBACK_OIDC_ISSUER": there.url, "FEEDBACK_OIDC_CLIENT_ID": CLIENT, "FEEDBACK_OIDC_ROLES": ROLES}
    read = Settings.read(environment | {"FEEDBACK_OIDC_CLIENT_SECRET": SECRET})
    return replace(read, data=migrated.settings.data, intake_rate=0)


@pytest.fixture(scope="module")
def directed(settings: Settings, servers: RealServers) -> Litestar:
    return create_app(settings, servers.database_url, servers.redis_url)


@pytest.fixture
def browser(record: Record, directed: Litestar) -> Iterator[Client]:
    with TestClient(directed) as client:
        yield client


def leave(browser: Client, after: str = "") -> str:
    """The address at the directory that a browser is sent to."""
    away = browser.get(f"/sign-in/directory?next={after}", follow_redirects=False)
    assert away.status_code == 303
    return away.headers["location"]


def come_back(browser: Client, answer: str) -> httpx.Response:
    return browser.get(f"/sign-in/directory/return?{answer}", follow_redirects=False)


def sign_in(browser: Client, directory: Provider, *groups: str, after: str = "") -> httpx.Response:
    directory.said |= {"groups": list(groups)} if groups else {}
    return come_back(browser, directory.sign_in(leave(browser, after)))


def roles(record: Record) -> list[tuple[int | None, str, bool]]:
    with record.transaction() as session:
        rows = session.scalars(select(Membership).order_by(Membership.id))
        return [(it.service_id, it.role, it.from_directory) for it in rows]


def test_somebody_comes_in_by_a_group_and_is_led_to_where_they_were_going(
    browser: Client, directory: Provider, record: Record, blue_badge: str
) -> None:
    answer = sign_in(browser, directory, "readers", "/badge/owners", "parks", after="/dashboard/blue-badge")
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/blue-badge")
    assert [it["slug"] for it in browser.get("/v1/services").json()["items"]] == [blue_badge]
    assert [role for _, role, _ in roles(record)] == ["owner"]  # the highest; parks there are none
    with record.transaction() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts == ["staff appointed", "sign in"]


def test_roles_follow_the_groups_and_those_that_people_gave_stay(
    browser: Client, directory: Provider, record: Record, blue_badge: str
) -> None:
    sign_in(browser, directory, "bosses", "readers")
    assert sorted(role for _, role, _ in roles(record)) == ["admin", "reader"]
    sign_in(browser, directory, "readers")
    assert [(role, given) for _, role, given in roles(record)] == [("reader", True)]
    with record.transaction() as session:
        people.appoint(session, people.require(session, ANN), Role.editor, access.service(session, blue_badge), by="t")
    sign_in(browser, directory, "/badge/owners")
    assert [(role, given) for _, role, given in roles(record)] == [("editor", False)]


def test_what_was_opened_by_an_invitation_ends_when_a_group_gives_more(
    browser: Client, directory: Provider, directed: Litestar, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        people.appoint(
            session, people.add(session, "Ann", ANN), Role.reader, access.service(session, blue_badge), by="t"
        )
    inviter = enter(TestClient(directed), record)
    sign_in(browser, directory, "readers")
    assert is_in(inviter) and is_in(browser)
    sign_in(browser, directory, "bosses")
    assert is_in(browser) and not is_in(inviter)


def test_nobody_comes_in_without_a_role(browser: Client, directory: Provider, record: Record, blue_badge: str) -> None:
    page = sign_in(browser, directory, "cleaners")
    assert page.status_code == 403 and "Nobody has given you a role here" in page.text and not is_in(browser)


def test_who_was_invited_comes_in_by_a_verified_address_and_nobody_else_by_it(
    browser: Client, directory: Provider, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        ann = people.add(session, "Ann", ANN)
        people.appoint(session, ann, Role.reader, access.service(session, blue_badge), by="test")
    for unproved in ({"email_verified": None}, {"email_verified": "true"}, {"email": None}):
        directory.said = unproved
        assert sign_in(browser, directory).status_code == 403
    directory.said = {"email": ANN.upper()}
    assert sign_in(browser, directory).status_code == 303 and is_in(browser)
    directory.said = {"sub": "43"}
    assert "somebody else" in sign_in(browser, directory).text
    directory.said = {"email": "new@example.gov.uk", "email_verified": None}
    assert sign_in(browser, directory).status_code == 303  # it is known by its subject now


def test_who_was_removed_stays_out_whatever_the_directory_says(
    browser: Client, directory: Provider, record: Record, blue_badge: str
) -> None:
    sign_in(browser, directory, "readers")
    with record.transaction() as session:
        people.remove(session, people.require(session, ANN), by="test")
    assert not is_in(browser)
    assert sign_in(browser, directory, "readers").status_code == 403


NOW = int(time.time())
FORGED = {
    "another issuer": {"iss": "https://example.org"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another"},
    "audiences without ours": {"aud": ["another", "third"]},
    "no audience": {"aud": None},
    "for another party": {"aud": [CLIENT, "another"], "azp": "another"},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"iat": NOW - 900, "exp": NOW - 600},
    "of tomorrow": {"iat": NOW + 86_400, "exp": NOW + 90_000},
    "without an end": {"exp": None},
    "of nobody": {"sub": None},
    "of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("wrong", FORGED.values(), ids=FORGED.keys())
def test_a_token_that_was_meant_for_another_opens_nothing(
    browser: Client, directory: Provider, record: Record, blue_badge: str, wrong: dict[str, object]
) -> None:
    directory.said = dict(wrong)
    assert sign_in(browser, directory, "bosses").status_code == 403
    assert not is_in(browser) and roles(record) == []


def _unsigned(it: Provider) -> None:
    it.algorithm = "none"


def _by_another(it: Provider) -> None:
    known = it.published
    it.rotate()
    it.published = known


@pytest.mark.parametrize("forge", [_unsigned, _by_another, Provider.sign_with_the_secret])
def test_a_token_that_the_directory_did_not_sign_opens_nothing(
    browser: Client, directory: Provider, record: Record, blue_badge: str, forge: Callable[[Provider], None]
) -> None:
    forge(directory)
    assert sign_in(browser, directory, "bosses").status_code == 403
    assert not is_in(browser) and roles(record) == []


def test_new_keys_of_the_directory_count_at_once(
    browser: Client, directory: Provider, record: Record, blue_badge: str
) -> None:
    for _ in range(2):
        directory.rotate()
        assert sign_in(browser, directory, "readers").status_code == 303


def test_an_answer_counts_in_the_browser_that_asked_alone_and_once(
    browser: Client, directed: Litestar, directory: Provider, record: Record, blue_badge: str
) -> None:
    directory.said = {"groups": ["readers"]}
    answer, thief = directory.sign_in(leave(browser)), TestClient(directed)
    leave(thief)
    assert come_back(thief, answer).status_code == 403
    assert come_back(browser, answer.replace("state=", "state=x")).status_code == 403  # which ends the attempt
    assert come_back(browser, answer).status_code == 403
    assert not is_in(browser) and not is_in(thief)


@pytest.mark.parametrize("wrong", ["iss", "code", "verifier"])
def test_an_answer_of_another_directory_or_with_another_code_opens_nothing(
    browser: Client, directory: Provider, record: Record, blue_badge: str, wrong: str
) -> None:
    directory.said = {"groups": ["readers"]}
    answer = parse_qs(directory.sign_in(leave(browser)))
    if wrong == "verifier":
        directory._asked["code_challenge"] = "of another attempt"
    query = {name: "https://example.org" if name == wrong else value for name, [value] in answer.items()}
    assert come_back(browser, str(httpx.QueryParams(query))).status_code == 403 and not is_in(browser)


def test_a_directory_that_is_away_is_said_to_be(directed: Litestar, record: Record, servers: RealServers) -> None:
    settings = Settings(data=servers.data, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT)
    with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as browser:
        assert browser.get("/sign-in/directory", follow_redirects=False).status_code == 503
        assert "Sign in with your organisation" in browser.get("/sign-in").text


def test_without_a_directory_there_is_no_way_to_one(client: Client) -> None:
    assert client.get("/sign-in/directory").status_code == 404
    assert "Sign in with your" not in client.get("/sign-in").text


def test_it_asks_for_no_more_than_it_needs_and_tells_where_to_come_back(
    browser: Client, directory: Provider, settings: Settings
) -> None:
    asked = parse_qs(urlsplit(leave(browser)).query)
    assert asked["scope"] == ["openid email profile"]
    assert asked["redirect_uri"] == [f"{settings.url}/sign-in/directory/return"]


@pytest.mark.parametrize("table", ["bosses", "bosses=king", "readers=reader", "=admin", "bosses=admin:parks"])
def test_a_table_of_roles_that_cannot_be_read_is_named(table: str) -> None:
    with pytest.raises(Malformed, match="FEEDBACK_OIDC_ROLES"):
        Settings.read({"FEEDBACK_OIDC_ROLES": table})


def test_nobody_is_made_twice(browser: Client, directory: Provider, record: Record, blue_badge: str) -> None:
    for _ in range(2):
        sign_in(browser, directory, "readers")
    with record.transaction() as session:
        assert len(session.scalars(select(Person)).all()) == 1


@pytest.mark.parametrize(
    "described",
    [{"authorization_endpoint": "javascript:alert(1)"}, {"authorization_endpoint": None}, {PROOFS: 5}],
    ids=("a-script", "nowhere", "a-number"),
)
def test_a_directory_that_describes_itself_badly_is_one_that_does_not_answer(
    browser: Client, directory: Provider, described: dict[str, object]
) -> None:
    directory.described = described
    assert browser.get("/sign-in/directory", follow_redirects=False).status_code == 503
