"""A process of its own that Apprise runs in: it comes to the network through the gateway alone, and ends in time.

It opens no file but Python's own, whatever an address asks for, and starts no program.

Reads one JSON object from its input and writes one to its output. With `body` it sends; without, it only says whether
the address is one of a chat tool.
"""

import json
import mimetypes
import os
import sys
from pathlib import Path
from typing import Any

import apprise

from feedback.record.errors import Malformed
from insights.alerts.delivery import chat_tools

SEND_SECONDS = 15.0


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Carries out one order, as read from the input. Returns what `chat.AppriseReport` holds."""
    tool = _known_tool(order["url"])
    if tool is None:
        return {"known": False}
    return {"known": True, **(_sent(tool, order) if "body" in order else _described(tool))}


def _known_tool(url: str) -> Any:
    try:
        chat_tools.check(url)
    except Malformed:
        return None
    tool = apprise.Apprise.instantiate(url, asset=_asset())
    return tool if tool and _scheme(tool) else None


def _asset() -> apprise.AppriseAsset:
    return apprise.AppriseAsset(
        app_id="Citizen feedback",
        http_redirects=False,
        storage_mode="memory",
        service_timeout=SEND_SECONDS,
        image_url_mask="",
        image_url_logo="",
    )


def _sent(tool: Any, order: dict[str, Any]) -> dict[str, Any]:
    scheme = _scheme(tool) or ""
    title = chat_tools.plain_title(scheme, order["title"])
    body = chat_tools.plain_body(scheme, order["body"], order["links"])
    tool.redirects = False
    sender = apprise.Apprise(asset=tool.asset)
    sender.add(tool)
    capture: Any = apprise.LogCapture
    with capture(level=apprise.logging.WARNING, fmt="%(message)s") as log:
        sent = sender.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        return {"sent": bool(sent), "log": log.getvalue()[:1_000]}


def _described(tool: Any) -> dict[str, Any]:
    return {"shown": tool.url(privacy=True).partition("?")[0], "host": getattr(tool, "host", None)}


def _scheme(tool: Any) -> str | None:
    """The first of the tool's schemes that alerts go to; none where they do not."""
    named = (tool.secure_protocol, tool.protocol)
    schemes = [scheme for names in named if names for scheme in ((names,) if isinstance(names, str) else names)]
    return next((scheme for scheme in schemes if scheme in chat_tools.TOOLS), None)


def _forbid_files() -> None:
    """Whatever a library would read for an address, `.netrc` among it, is not there for this process."""
    mimetypes.init()
    own = tuple({str(Path(place).resolve()) for place in (sys.prefix, sys.base_prefix, *sys.path) if place})

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork"):
            raise PermissionError("no program is started here")
        if event == "open" and isinstance(given[0], str | bytes):
            path = os.path.realpath(os.fsdecode(given[0]))
            if not path.startswith(tuple(f"{place}{os.sep}" for place in own)):
                raise PermissionError("no file is read here")

    sys.addaudithook(watch)


if __name__ == "__main__":
    _forbid_files()
    print(json.dumps(run(json.load(sys.stdin))))  # noqa: T201 - its output is its answer
