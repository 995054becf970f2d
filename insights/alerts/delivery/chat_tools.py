"""The chat tools that alerts go to: which options their addresses may have, and how words reach each as plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from feedback.record.errors import Malformed
from insights.egress.addresses import MAX_URL_LENGTH

NO_TOOL = "this is no address of a chat tool that alerts go to (docs/alerts.md names them)"
BREAK = "\u200b"  # a space of no width, which is read as nothing and parts what a tool would take for its own signs
ACTIVE = re.compile(r"(?<=[@<\]])|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where a mention, a tag, a link in Markdown or a bare address would begin to mean something."""

PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!>~|])")  # what a backslash makes plain in every dialect of Markdown
LOOK_ALIKES = str.maketrans({"`": "ˋ", "*": "∗", "~": "∼", "$": "＄"})  # where Markdown has no backslash


@dataclass(frozen=True, slots=True)
class ChatTool:
    """A kind of chat tool.

    `options` are the parts of a query that its address may have; what they cannot do: read a file, fetch an address,
    attach, ping, skip the check of certificates, or have words taken for markup. `title` and `body` say whether we
    escape Markdown there ourselves; elsewhere Apprise does it, or the tool reads plain text.
    """

    options: frozenset[str]
    title: bool = False
    body: bool = False
    backslash: bool = True


def _tool(options: str = "", **escaping: bool) -> ChatTool:
    return ChatTool(frozenset(options.split()), **escaping)


_ROOM = "mode to token"
_MARKDOWN = partial(_tool, title=True, body=True)
_WORKFLOWS = _tool("api-version sp sv sig ver id pa powerautomate route routeid", title=True)
_ROCKET = _tool(f"{_ROOM} webhook")
_MATRIX = _tool(f"{_ROOM} version msgtype")
_MATTERMOST, _NEXTCLOUD = _MARKDOWN("channel channels to botname mode team"), _MARKDOWN("silent url_prefix")
_WEBEX, _NTFY = _tool(_ROOM), _tool(f"{_ROOM} auth priority xtags")

TOOLS = {
    "slack": _tool(f"{_ROOM} footer timestamp"),
    "discord": _MARKDOWN("thread footer"),
    "workflow": _WORKFLOWS,
    "workflows": _WORKFLOWS,
    "gchat": _tool("key token thread workspace"),
    "mmost": _MATTERMOST,
    "mmosts": _MATTERMOST,
    "rocket": _ROCKET,
    "rockets": _ROCKET,
    "zulip": _tool("to token", body=True, backslash=False),
    "wxteams": _WEBEX,
    "webex": _WEBEX,
    "matrix": _MATRIX,
    "matrixs": _MATRIX,
    "nctalk": _NEXTCLOUD,
    "nctalks": _NEXTCLOUD,
    "tgram": _tool("to thread topic silent"),
    "ntfy": _NTFY,
    "ntfys": _NTFY,
}
"""By the scheme of Apprise's addresses. What sends mail, runs commands or speaks other protocols is left out."""

WEB_ADDRESS = _tool("api-version sp sv sig key token thread_id")
"""An address as the tool itself gives it out (`https://hooks.slack.com/...`): what its query may hold."""


def check(url: str) -> None:
    """Reads the address more strictly than Apprise does, so that nothing is left for it to read otherwise.

    Raises `Malformed` for a scheme or an option that is not listed here.
    """
    if len(url) > MAX_URL_LENGTH or not (url.isascii() and url.isprintable()) or re.search(r"[\s#\\]|\?.*\?", url):
        raise Malformed("this is no address", field="url")
    scheme, separator, rest = url.partition("://")
    tool = TOOLS.get(scheme.lower(), WEB_ADDRESS if scheme.lower() == "https" else None)
    if not separator or tool is None:
        raise Malformed(NO_TOOL, field="url")
    for option in re.split("[&;]", rest.partition("?")[2]):
        if (name := option.partition("=")[0]) and name not in tool.options:
            raise Malformed(
                "this address has an option that is not taken (docs/alerts.md names those that are)", field="url"
            )


def plain_title(scheme: str, title: str) -> str:
    """Writes a title so that the tool shows it as it is."""
    tool = TOOLS[scheme]
    return _plain(title, tool, escaped=tool.title)


def plain_body(scheme: str, body: str, links: Sequence[str]) -> str:
    """Writes a body so that the tool shows it as it is, but for our own `links`, which stay links."""
    tool = TOOLS[scheme]
    ours = re.compile(f"({'|'.join(map(re.escape, links))})") if links else re.compile("(?!)")
    return "".join(part if part in links else _plain(part, tool, escaped=tool.body) for part in ours.split(body))


def _plain(text: str, tool: ChatTool, *, escaped: bool) -> str:
    parted = ACTIVE.sub(BREAK, text)
    if not escaped:
        return parted
    return PUNCTUATION.sub(r"\\\1", parted) if tool.backslash else parted.translate(LOOK_ALIKES)
