"""Signing in at a provider that the OpenID Foundation has certified, as it comes from the npm registry."""

import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.insights.pages.people.provider import CLIENT, SECRET
from tests.npm import install

HERE = Path(__file__).parent / "certified"


@pytest.fixture
def issuer(tmp_path: Path, record: Record) -> Iterator[str]:
    install(HERE, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    back = f"{record.settings.url}/sign-in/directory/return"
    words = ("node", "provider.mjs", port, back)
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def enter_at(issuer: str, location: str) -> str:
    """What somebody does there: says who they are, and agrees. Returns the query that the browser comes back with."""
    with httpx.Client(base_url=issuer, timeout=30) as browser:
        answer = browser.get(location)
        for fields in ({"prompt": "login", "login": "ann", "password": "any"}, {"prompt": "consent"}):
            while answer.is_redirect:
                answer = browser.get(answer.headers["location"])
            action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            assert action, answer.text
            answer = browser.post(unescape(action[1]), data=fields)
        while answer.headers["location"].startswith(issuer):
            answer = browser.get(answer.headers["location"])
        return answer.headers["location"].partition("?")[2]


def test_somebody_signs_in_there_and_reads_here(
    issuer: str, record: Record, servers: RealServers, blue_badge: str
) -> None:
    settings = replace(
        record.settings,
        oidc_issuer=issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_scope="openid email profile groups",
        oidc_roles=(("readers", ("reader", blue_badge)),),
    )
    with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as browser:
        away = browser.get("/sign-in/directory", follow_redirects=False).headers["location"]
        back = enter_at(issuer, away)
        assert "iss=" in back  # RFC 9207
        assert browser.get(f"/sign-in/directory/return?{back}").url.path == "/dashboard"
        assert browser.get("/v1/services").json()["items"][0]["slug"] == blue_badge
        assert browser.get(f"/sign-in/directory/return?{back}").status_code == 403
