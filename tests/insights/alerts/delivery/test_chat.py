"""Alerts to chat tools: Apprise, held to our way out."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import pytest

from feedback.record.errors import Malformed
from feedback.record.settings import Settings
from insights.alerts.delivery import chat, chat_child
from insights.egress.addresses import AllowList
from insights.egress.client import Egress, Refused
from insights.egress.gateway import Gateway
from insights.egress.wire import Unreachable
from tests.insights.receivers import Receiver

LOCAL = Settings(webhook_allow=("127.0.0.0/8",))
TOKEN = "3ccdd113474722377935511fc85d3dd4"


def mattermost(hook: Receiver) -> str:
    return f"mmost://{urlsplit(hook.url).netloc}/{TOKEN}"


def test_a_message_reaches_a_chat_tool(hook: Receiver) -> None:
    hook.answers = lambda _: (200, {}, b"ok")
    assert chat.send(Egress(LOCAL), mattermost(hook), "Photo upload fails", "12 reports").status == 200
    assert "12 reports" in hook.got[0].content["text"]
    assert TOKEN in hook.got[0].path


def test_what_the_tool_refuses_is_no_success(hook: Receiver) -> None:
    hook.answers = lambda _: (403, {}, b"no")
    with pytest.raises(Unreachable):
        chat.send(Egress(LOCAL), mattermost(hook), "title", "body")


def test_no_byte_reaches_a_tool_at_a_forbidden_address(hook: Receiver) -> None:
    with pytest.raises(Refused, match="not public"):
        chat.send(Egress(Settings()), mattermost(hook), "title", "body")
    assert hook.got == []


def test_an_address_is_known_by_its_tool_and_shown_without_its_secret() -> None:
    shown = chat.check(f"mmost://127.0.0.1/{TOKEN}", AllowList.of(["127.0.0.1"]))
    assert shown.startswith("mmost://127.0.0.1/")
    assert TOKEN not in shown
    with pytest.raises(Malformed, match="not public"):
        chat.check(f"mmost://2130706433/{TOKEN}", AllowList())


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", True),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", True),
        ("discord://123456789012345678/abcdefghijklmnopqrstuvwxyz", True),
        ("mailto://user:word@example.org", False),
        ("syslog://", False),
        ("json://example.org", False),
        ("nothing", False),
    ],
)
def test_only_chat_tools_that_post_by_http_are_taken(url: str, known: bool) -> None:
    assert chat_child.run({"url": url})["known"] is known


def through(gateway: Gateway, authorization: dict[str, str], url: str) -> int:
    place = urlsplit(gateway.url)
    assert place.hostname
    connection = http.client.HTTPConnection(place.hostname, place.port or 0, timeout=5)
    connection.request("POST", url, body=b"x", headers=authorization)
    return connection.getresponse().status


def test_the_gateway_serves_nobody_without_its_password(hook: Receiver) -> None:
    with Gateway(Egress(LOCAL)) as gateway:
        assert through(gateway, {}, hook.url) == 403
        assert through(gateway, {"Proxy-Authorization": "Basic YWxlcnRzOng="}, hook.url) == 403
    assert hook.got == []


def test_a_reply_holds_what_the_child_says() -> None:
    said: dict[str, Any] = chat_child.run({"url": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"})
    assert set(said) <= set(chat.AppriseReport.__struct_fields__)
