"""What a page hides: elements without size or ink, and whatever its own style sheet names by class or id."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_STYLE: Final = re.compile(r"\bstyle\s{0,3}=\s{0,3}(?:\"([^\"]*)|'([^']*)|([^\s>]*))", re.IGNORECASE)
_NAMED: Final = re.compile(r"\b(class|id)\s{0,3}=\s{0,3}(?:\"([^\"]*)|'([^']*)|([^\s>]*))", re.IGNORECASE)
_HIDDEN_ATTRIBUTE: Final = re.compile(r"\shidden(?=[\s=>/])", re.IGNORECASE)
_CITED: Final = re.compile(
    r"type\s{0,3}=\s{0,3}[\"']?cite|class\s{0,3}=\s{0,3}[\"']?[\w -]{0,99}?mail_quote", re.IGNORECASE
)
_HIDING: Final = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?:[;!]|$)|mso-hide:all|"
    r"max-(?:height|width):[01](?:px|pt|em|%)?(?:[;!]|$)|color:transparent|clip:rect\(0|"
    r"(?:left|top|text-indent):-\d{3,})"
)
_NO_SIZE: Final = re.compile(r"(?:^|;)(?:height|width):0(?:px|pt|em|%)?(?:[;!]|$)")
_FONT_SIZE: Final = re.compile(r"(?:^|;)font-size:([\d.]{1,9})(px|pt|em|rem|%)?")
_SMALLEST_SEEN: Final = {"px": 3.0, "pt": 2.0, "em": 0.2, "rem": 0.2, "%": 20.0}
_SELECTOR: Final = re.compile(r"[a-z0-9]{0,20}([.#][\w-]{1,60})")


class Look(NamedTuple):
    """How an element shows its words: not at all, too small to be seen, or as those of somebody who is quoted."""

    hidden: bool = False
    tiny: bool = False
    cited: bool = False


def look_of(tag: str, name: str, around: Look, hiding: frozenset[str]) -> Look:
    """Returns the look of the element that a tag opens within another; a font of no size can be undone within it."""
    if " " not in tag and "\n" not in tag and "\t" not in tag:
        return around  # without attributes, as most are
    style = _declarations(_first(_STYLE.search(tag)))
    names = {f"{'.' if kind.lower() == 'class' else '#'}{one}" for kind, one in _names(tag)} if hiding else set()
    size = _FONT_SIZE.search(style)
    return Look(
        hidden=around.hidden or bool(names & hiding or _is_hidden(style) or _HIDDEN_ATTRIBUTE.search(tag)),
        tiny=float(size[1].strip(".") or 0) < _SMALLEST_SEEN[size[2] or "px"] if size else around.tiny,
        cited=around.cited or (name == "blockquote" and _CITED.search(tag) is not None),
    )


def hiding_selectors(sheets: list[str]) -> frozenset[str]:
    """Returns the classes (`.x`) and ids (`#x`) that the style sheets of a page hide on every screen."""
    return frozenset(
        found[1]
        for selectors, style in _rules("\n".join(sheets))
        if _is_hidden(_declarations(style))
        for one in selectors.split(",")
        if (found := _SELECTOR.fullmatch(one.strip()))
    )


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations; those within `@media` hold for some screens alone, and are left out."""
    depth, before = 0, ""
    for piece in re.split(r"([{}])", sheet):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
        elif depth == 1 and not before.lstrip().startswith("@"):
            yield before, piece
        else:
            before = piece if depth == 0 else before


def _is_hidden(style: str) -> bool:
    return bool(_HIDING.search(style)) or ("overflow:hidden" in style and bool(_NO_SIZE.search(style)))


def _declarations(style: str) -> str:
    return re.sub(r"\s+", "", style).lower()


def _names(tag: str) -> Iterator[tuple[str, str]]:
    for found in _NAMED.finditer(tag):
        for one in (found[2] or found[3] or found[4] or "").split():
            yield found[1], one


def _first(found: "re.Match[str] | None") -> str:
    return next((group for group in found.groups() if group), "") if found else ""
