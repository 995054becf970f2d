"""Telling that something was saved, on the page that comes next and where it happened; with a way back where one is.

The address leads to the message itself (`#saved`), which takes the focus: no script is needed. Whoever has saved
something answers with `layout.saved`; a template says with `confirmed(place)` (in `forms.html`) where the message
belongs. What belongs to no part of a page (`TOP`) every page says by itself.
"""

import re
from contextvars import ContextVar
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from litestar.types import ASGIApp, Receive, Scope, Send

from insights.presentation import saved_labels

TOP = "top"
"""The place of what belongs to a page as a whole, or to a part that is there no more."""

_UNDO = re.compile(r"[A-Za-z0-9-]{1,40}")
"""An id, or a word. An address would let a link of anybody's make a button that leads anywhere."""

_query: ContextVar[bytes] = ContextVar("query", default=b"")


class Confirmation(NamedTuple):
    """What is said of an act; `undo` tells the form that takes it back what to take back, "" where there is no way."""

    says: str
    undo: str


def address(path: str, act: str, place: str = TOP, undo: object = "") -> str:
    """Returns the address of a page that says at `place` what was done, in the words of `saved_labels.SAVED`."""
    told = {"saved": act, "at": place} | ({"undo": str(undo)} if undo else {})
    return f"{path}{'&' if '?' in path else '?'}{urlencode(told)}#saved"


def confirmation(place: str = TOP) -> Confirmation | None:
    """Returns what the page that is being made has to confirm at a place."""
    asked = {name: values[-1] for name, values in parse_qs(_query.get().decode("latin-1")).items()}
    says, undo = saved_labels.SAVED.get(asked.get("saved", "")), asked.get("undo", "")
    if says is None or asked.get("at") != place:
        return None
    return Confirmation(says, undo if _UNDO.fullmatch(undo) else "")


def remember_query(app: ASGIApp) -> ASGIApp:
    """Makes the middleware by which pages know what they have to confirm."""

    async def remembering(scope: Scope, receive: Receive, send: Send) -> None:
        _query.set(scope.get("query_string", b""))
        await app(scope, receive, send)

    return remembering
