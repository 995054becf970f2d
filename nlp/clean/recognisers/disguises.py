"""Disguises undone: text as a person reads it, whatever letters, codes or gaps it is written with."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧνοι‐‑‒–—−﹣－ʼ",
    "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXvoi--------'",
)
PLAIN = re.compile(r"[\t\n\r -~]*")
UNSEEN = re.compile(r"[^\t\n\r -~]")
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that show nothing: the fillers of Hangul, the empty cell of Braille."""
CODED = re.compile(r"(?:%[0-9a-fA-F]{2})+|&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z]{2,31};)")
MOST_CODINGS = 3
"""How often a text may have been coded over; what links carry is coded twice at most."""
BRACKETED = r"\[[A-Za-z_]{0,22}\]"
INSERTED = re.compile(rf"(?<=[\w@.+\-]){BRACKETED}(?=[\w@.+\-])|(?<=\d) ?{BRACKETED} ?(?=\d)")
"""What stands in brackets within a number or an address, as a placeholder would, and must not part it."""
JOINT = re.compile(r"_|(?<=[A-Za-z0-9])\+(?=[A-Za-z0-9])")
"""What is written instead of a space in links, file names and emphasis."""
FIGURE = re.compile(r"(?<=\d)[OolI|]{1,4}|[OolI|]{1,4}(?=\d)")
FIGURES = str.maketrans("OolI|", "00111")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read, and where its letters stand in the text that came in."""

    text: str
    places: tuple[tuple[int, int], ...] | None
    """Where each letter came from, (start, end) in the text that came in; None if it is the text itself."""

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Give where a stretch of this reading stands in the text that came in."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]

    def rewritten(self, pattern: re.Pattern[str], write: Callable[[re.Match[str]], str]) -> Reading:
        """Write what a pattern matches anew, each new letter standing for all that was matched."""
        letters: list[str] = []
        places: list[tuple[int, int]] = []
        end = 0
        for match in pattern.finditer(self.text):
            start, written = match.start(), write(match)
            letters += [self.text[end:start], written]
            places += [self.origin(place, place + 1) for place in range(end, start)]
            if written:
                places += [self.origin(start, match.end())] * len(written)
            end = match.end()
        if not letters:
            return self
        places += [self.origin(place, place + 1) for place in range(end, len(self.text))]
        return Reading("".join([*letters, self.text[end:]]), tuple(places))


def readings(text: str) -> list[Reading]:
    """Read a text in all ways that it calls for; the first as a person would, mostly the only one.

    That one undoes codes, full width, homoglyphs, zero width, foreign digits and combining marks.
    """
    came = Reading(text, None)
    plain = _decoded(came)
    starts = [_shown(plain, ""), _shown(plain, " "), *([] if plain is came else [_shown(came, "")])]
    found = {view.text: view for start in starts for view in (start, *_joined(start))}
    return list(found.values())


def _joined(view: Reading) -> Iterator[Reading]:
    """Read on, step by step: what parts a number taken out, joints as spaces, letters that stand for figures."""
    for pattern, write in ((INSERTED, _nothing), (JOINT, _space), (FIGURE, _figures)):
        following = view.rewritten(pattern, write)
        if following is not view:
            view = following
            yield view


def _nothing(_: re.Match[str]) -> str:
    return ""


def _space(_: re.Match[str]) -> str:
    return " "


def _figures(match: re.Match[str]) -> str:
    return match.group().translate(FIGURES)


def _decoded(view: Reading) -> Reading:
    """Undo what links (`%40`) and pages (`&#64;`) write letters as, until nothing is coded any more."""
    for _ in range(MOST_CODINGS):
        following = view.rewritten(CODED, _plain)
        if following.text == view.text:
            break
        view = following
    return view


def _plain(match: re.Match[str]) -> str:
    coded = match.group()
    return unquote(coded) if coded[0] == "%" else html.unescape(coded)


def _shown(view: Reading, gap: str) -> Reading:
    """Write each letter as it is seen; `gap` stands where nothing is."""
    if PLAIN.fullmatch(view.text):
        return view
    mixed = _mixed(view.text)

    return view.rewritten(UNSEEN, lambda match: _unfold(match.group(), mixed[match.start()], gap))


def _unfold(letter: str, mixed: bool, gap: str) -> str:
    if letter.isspace():
        return "\n" if letter in "\u2028\u2029\x85" else " "
    category = unicodedata.category(letter)
    if category in ("Mn", "Me"):
        return ""
    if category in ("Cf", "Cc") or letter in BLANKS:
        return gap
    if letter.isdigit() and unicodedata.digit(letter, None) is not None:
        return str(unicodedata.digit(letter))
    plain = unicodedata.normalize("NFKC", letter)
    if mixed or not plain.isalpha():
        plain = plain.translate(LOOKALIKES)
    return gap if unicodedata.category(plain[0]) == "Lm" else plain


def _mixed(text: str) -> list[bool]:
    """Of each letter, whether its word also has Latin letters or digits: a whole word of Greek is Greek."""
    flags = [False] * len(text)
    for match in re.finditer(r"[\w@.+-]+", text):
        if any(letter.isascii() and letter.isalnum() for letter in match.group()):
            flags[match.start() : match.end()] = [True] * (match.end() - match.start())
    return flags
