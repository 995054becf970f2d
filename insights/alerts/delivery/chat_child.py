"""A process of its own that Apprise runs in: it comes to the network through the gateway alone, and ends in time.

Reads one JSON object from its input and writes one to its output. With `body` it sends; without, it only says whether
the address is one of a chat tool.
"""

import json
import sys
from typing import Any

import apprise

SEND_SECONDS = 15.0

TOOLS = {
    "slack",
    "discord",
    "workflow",
    "workflows",
    "gchat",
    "mmost",
    "mmosts",
    "rocket",
    "rockets",
    "zulip",
    "wxteams",
    "webex",
    "matrix",
    "matrixs",
    "nctalk",
    "nctalks",
    "tgram",
    "ntfy",
    "ntfys",
}
"""The chat tools that post by HTTP. What sends mail, runs commands or speaks other protocols is left out."""


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Carries out one order, as read from the input. Returns what `chat.AppriseReport` holds."""
    asset = apprise.AppriseAsset(
        app_id="Citizen feedback",
        http_redirects=False,
        storage_mode="memory",
        service_timeout=SEND_SECONDS,
        image_url_mask="",
        image_url_logo="",
    )
    tool = apprise.Apprise.instantiate(order["url"], asset=asset)
    if tool is None or not TOOLS.intersection(_schemes(tool)):
        return {"known": False}
    tool.redirects = False
    if "body" not in order:
        return {"known": True, **_described(tool)}
    sender = apprise.Apprise(asset=asset)
    sender.add(tool)
    capture: Any = apprise.LogCapture
    with capture(level=apprise.logging.WARNING, fmt="%(message)s") as log:
        sent = sender.notify(title=order["title"], body=order["body"], body_format=apprise.NotifyFormat.TEXT)
        return {"known": True, "sent": bool(sent), "log": log.getvalue()[:1_000]}


def _described(tool: Any) -> dict[str, Any]:
    return {"shown": tool.url(privacy=True).partition("?")[0], "host": getattr(tool, "host", None)}


def _schemes(tool: Any) -> set[str]:
    named = (tool.protocol, tool.secure_protocol)
    return {scheme for names in named if names for scheme in ((names,) if isinstance(names, str) else names)}


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))  # noqa: T201 - its output is its answer
