"""HTML to the lines that a reader sees. Reads once from left to right, however broken the markup is."""

import html
import re
from typing import Final

_TOKEN: Final = re.compile(r"(<!--|-->|<[^<>]*>)")
_NAME: Final = re.compile(r"</?\s*([a-zA-Z][a-zA-Z0-9]*)")
_BLOCKS: Final = frozenset(
    ("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6")
) | frozenset(("header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"))
_UNSEEN: Final = frozenset(("head", "style", "script", "title", "template", "noscript"))
_HISTORY: Final = re.compile(
    r"gmail_quote|gmail_extra|moz-cite-prefix|yahoo_quoted|protonmail_quote|zmail_extra|divRplyFwdMsg|appendonsend|"
    r"OutlookMessageHeader|mail-editor-reference-message-container|type=[\"']?cite",
    re.IGNORECASE,
)


def text(markup: str, *, history: bool = True) -> str:
    """The visible text; without `history` it ends where mail programs say that the quoted mail begins."""
    seen: list[str] = []
    unseen: str | None = None
    wrote = False
    for piece in _TOKEN.split(markup):
        if unseen:
            unseen = None if _ends(unseen, piece) else unseen
        elif piece == "<!--":
            unseen = "--"
        elif not piece.startswith("<"):
            seen.append(html.unescape(piece).replace("\n", " "))
            wrote = wrote or bool(seen[-1].strip())
        else:
            if wrote and not history and _HISTORY.search(piece):
                break
            name = _tag(piece)
            unseen = name if name in _UNSEEN and not piece.startswith("</") else None
            seen.append("\n" if name in _BLOCKS else "")
    return re.sub(r"\n[ \t\xa0]*(?:\n[ \t\xa0]*)+", "\n\n", "".join(seen)).strip()


def _tag(piece: str) -> str:
    name = _NAME.match(piece)
    return name[1].lower() if name else ""


def _ends(unseen: str, piece: str) -> bool:
    return piece.endswith("-->") if unseen == "--" else piece.startswith("</") and _tag(piece) == unseen
