"""Alerts to chat tools: Apprise, held to our way out."""

import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from feedback.record.errors import Malformed
from feedback.record.settings import Settings
from insights.alerts.delivery import chat, chat_child
from insights.egress.addresses import AllowList
from insights.egress.client import Egress, Refused
from insights.egress.gateway import Gateway
from insights.egress.wire import Deadline, Unreachable
from tests.insights.receivers import Received, Receiver, receiver, self_signed

LOCAL = Settings(webhook_allow=("127.0.0.0/8",))
LOCAL_LIST = AllowList.of(LOCAL.webhook_allow)
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


WILD = "@channel @everyone <!here> <@U1> [text](http://evil.example) `code` **b** <b>bold</b> www.evil.example ~s~"
LINK = "https://feedback.example.org/dashboard/issues/0198_a_b"


class Cloud(Egress):
    """A way out on which every host is one receiver at loopback, with a certificate that is trusted here."""

    def __init__(self, port: int) -> None:
        super().__init__(Settings(webhook_allow=("127.0.0.0/8",)))
        self.port = port

    def connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        return super().connect("127.0.0.1", self.port, deadline)


def shown_by_markdown(text: str) -> str:
    """What a tool that reads Markdown shows of a text, where nothing in it is live."""
    live = re.search(r"(?<!\\)[`*_~\[\]#]|@\w|<[!@\w/]|\]\(|(?<!\w)https?://evil|www\.evil", text)
    assert live is None, f"{live} of {text}"
    return re.sub(r"\\([^\w\s])", r"\1", text).replace("\u200b", "")


def words(received: Received) -> str:
    """All strings of a body, a form or JSON of any shape."""

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                yield from strings(each)

    is_json = received.body.startswith(b"{")
    return "\n".join(strings(received.content if is_json else parse_qs(received.body.decode())))


def test_the_words_of_a_citizen_arrive_at_mattermost_as_plain_characters(hook: Receiver) -> None:
    hook.answers = lambda _: (200, {}, b"ok")
    chat.send(Egress(LOCAL), mattermost(hook), WILD, f"{WILD}\n\n{LINK}", [LINK])
    text = hook.got[0].content["text"]
    assert LINK in text
    assert shown_by_markdown(text.replace(LINK, "")).split("\n")[0].strip() == WILD


@pytest.mark.parametrize(
    "url",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz",
        "https://prod-1.westus.logic.azure.com:443/workflows/643e69f83c8944438d68119179a10a64/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu",
        "tgram://123456789:abcdefg_hijklmnop/12315544",
        "gchat://workspace/key/token",
        "zulip://botname@org/a6g1vsCpcd8OS38ZAQZ7bPMR9aLq8Pc4/stream",
        f"wxteams://{'a' * 80}",
        "rockets://a/b@rocket.example/#c".replace("#", "%23"),
    ],
)
def test_no_tool_gets_a_mention_a_tag_or_a_hidden_link(url: str, cloud: tuple[Receiver, Cloud]) -> None:
    hook, egress = cloud
    chat.send(egress, url, WILD, f"{WILD}\n\n{LINK}", [LINK])
    text = words(hook.got[-1])
    assert "channel" in text
    assert not re.search(r"@(?=channel|everyone|U1)|<(?=[!@])|<b>bold|\]\(|\]\\\(|http://evil|www\.evil", text)
    if "discord" in url or "azure" in url:
        shown_by_markdown(text[text.index("channel") :].replace(LINK, "").partition("\n\n")[0])


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Receiver, Cloud]]:
    hosts = "hooks.slack.com discord.com prod-1.westus.logic.azure.com api.telegram.org chat.googleapis.com"
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(self_signed([*hosts.split(), "org.zulipchat.com", "api.ciscospark.com", "rocket.example"]))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with receiver(certificate) as found:
        found.answers = lambda it: (
            200,
            {},
            b"ok" if it.path.startswith("/services") else b'{"ok": true, "result": {}}',
        )
        yield found, Cloud(urlsplit(found.url).port or 0)


SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize(
    "option",
    [
        "template=/etc/passwd",
        "Template=/etc/passwd",
        "footer=no&template=/etc/passwd",
        "footer=no;template=/etc/passwd",
        "%74emplate=/etc/passwd",
        " template=/etc/passwd",
        "footer=a?template=/etc/passwd",
        "+template=/etc/passwd",
        ":token=x",
        "verify=no",
        "format=markdown",
        "include=/etc/passwd",
        "attach=file:///etc/passwd",
        "config=file:///etc/passwd",
        "tz=../../../etc/passwd",
        "store=yes",
    ],
)
def test_an_option_that_is_not_listed_is_refused_at_the_door_and_where_it_is_sent(option: str, hook: Receiver) -> None:
    for tool in (SLACK, mattermost(hook)):
        with pytest.raises(Malformed):
            chat.check(f"{tool}?{option}", LOCAL_LIST)
        with pytest.raises(Refused):
            chat.send(Egress(LOCAL), f"{tool}?{option}", "title", "body")
        assert chat_child.run({"url": f"{tool}?{option}"}) == {"known": False}
    assert hook.got == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "include://x", "mailto://a:b@example.org", "json://h", "https://h/x"]
)
def test_no_other_scheme_is_sent_to(url: str) -> None:
    with pytest.raises(Malformed):
        chat.check(url, LOCAL_LIST)
    with pytest.raises(Refused):
        chat.send(Egress(LOCAL), url, "title", "body")


def test_options_that_do_no_harm_are_taken(hook: Receiver) -> None:
    hook.answers = lambda _: (200, {}, b"ok")
    chat.send(Egress(LOCAL), f"{mattermost(hook)}?channel=alerts", "title", "body")
    assert hook.got[0].content["channel"] == "alerts"


def test_the_process_that_apprise_runs_in_opens_no_file_and_starts_no_program(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    for attempt in (f"open({str(tmp_path / 'secret')!r})", "open('/etc/passwd')", "__import__('os').system('true')"):
        code = f"from insights.alerts.delivery import chat_child as c; c._forbid_files(); {attempt}"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "PermissionError: no " in done.stderr
