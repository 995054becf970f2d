"""HTML to the lines that a reader sees. Reads once from left to right, however broken the markup is."""

import html
import re
from typing import Final

from ingest.channels.styles import Look, hiding_selectors, look_of

_TOKEN: Final = re.compile(r"(<!--|-->|<(?=[a-zA-Z/!?])[^<>]*>)")
_NAME: Final = re.compile(r"</?\s*([a-zA-Z][a-zA-Z0-9]*)")
_BLOCKS: Final = frozenset(
    ("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6")
) | frozenset(("header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"))
_UNSEEN: Final = frozenset(("head", "style", "script", "title", "template", "noscript"))
_EMPTY: Final = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))
_ENDED_BY: Final = {
    "p": _BLOCKS - {"br"},
    "li": frozenset(("li",)),
    **dict.fromkeys(("td", "th"), frozenset(("td", "th", "tr"))),
    **dict.fromkeys(("dt", "dd"), frozenset(("dt", "dd"))),
}
"""Elements whose end may be left out, and what begins there."""
_HISTORY: Final = re.compile(
    r"yahoo_quoted|protonmail_quote|zmail_extra|divRplyFwdMsg|appendonsend|OutlookMessageHeader|"
    r"mail-editor-reference-message-container",
    re.IGNORECASE,
)
_ATTRIBUTION: Final = re.compile(r"\b(?:wrote|writes|ysgrifennodd[^\n]{0,80}):\s{0,9}$", re.IGNORECASE)
"""What stands before a quotation, also where its own tag does not say that it is one."""
_LAST_SEEN: Final = 8
"""Pieces of text that may be between."""
_SHEET: Final = re.compile(r"<style\b[^>]{0,200}>([^<]*)", re.IGNORECASE)
_PADDING: Final = re.compile("(?:[\u00ad\u034f\u061c\u200b-\u200f\u2060\ufeff][ \xa0\u2007]{0,9}){3,}")
"""What senders put after a preview, so that nothing else is shown beside it."""
_LOOKS_BACK: Final = 100
"""How many open elements an end may end; what is mixed up beyond that stays so."""


def text(markup: str, *, history: bool = True) -> str:
    """Returns the visible text. What the markup itself cites has `> ` before each line, as in plain mails.

    Without `history` it ends where mail programs say that the quoted mail begins.
    """
    page = _Page(hiding_selectors(_SHEET.findall(markup)))
    for piece in _TOKEN.split(markup):
        if not history and page.wrote and piece.startswith("<") and _HISTORY.search(piece):
            break
        page.read(piece)
    return re.sub(r"\n[ \t\xa0]*(?:\n[ \t\xa0]*)+", "\n\n", _PADDING.sub("", "".join(page.seen))).strip()


class _Page:
    """What was seen so far, and the elements that are open, outermost first."""

    def __init__(self, hiding: frozenset[str]) -> None:
        self._hiding = hiding
        self._open: list[tuple[str, Look]] = [("", Look())]
        self._unseen: str | None = None
        self.seen: list[str] = []
        self.wrote = False

    def read(self, piece: str) -> None:
        """Takes the next tag or text."""
        name = _tag(piece)
        if self._unseen:
            self._unseen = None if _ends(self._unseen, piece, name) else self._unseen
        elif piece == "<!--":
            self._unseen = "--"
        elif not name:
            self._say(piece if not piece.startswith(("<!", "<?")) else "")
        elif name in _UNSEEN:
            self._unseen = name if not piece.startswith("</") else None
        else:
            self._tag(piece, name)

    def _say(self, piece: str) -> None:
        look = self._open[-1][1]
        if look.hidden or look.tiny:
            return
        said = html.unescape(piece).replace("\r", "").replace("\n", " ")
        if look.cited and said.strip() and self.seen and self.seen[-1].endswith("\n"):
            self.seen.append("> ")
        self.seen.append(said)
        self.wrote = self.wrote or (not look.cited and bool(said.strip()))

    def _tag(self, piece: str, name: str) -> None:
        if piece.startswith("</"):
            self._close(name)
        else:
            if name in _ENDED_BY.get(self._open[-1][0], ()):
                self._open.pop()
            if name not in _EMPTY:
                self._open.append((name, self._look(piece, name)))
        if name in _BLOCKS:
            self.seen.append("\n")

    def _look(self, piece: str, name: str) -> Look:
        look = look_of(piece, name, self._open[-1][1], self._hiding)
        is_cited = name == "blockquote" and _ATTRIBUTION.search("".join(self.seen[-_LAST_SEEN:])) is not None
        return look._replace(cited=True) if is_cited else look

    def _close(self, name: str) -> None:
        nearest = range(len(self._open) - 1, max(0, len(self._open) - _LOOKS_BACK), -1)
        depth = next((at for at in nearest if self._open[at][0] == name), None)
        if depth is not None:
            del self._open[depth:]


def _tag(piece: str) -> str:
    """Names the element of a tag; empty for all else."""
    name = _NAME.match(piece)
    return name[1].lower() if name else ""


def _ends(unseen: str, piece: str, name: str) -> bool:
    if unseen == "--":
        return piece.endswith("-->")
    return name == unseen if piece.startswith("</") else (unseen == "head" and name == "body")
