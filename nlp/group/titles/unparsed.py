"""Titles for languages that no parser here reads: whole statements or clauses between joining words, never cut ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.clean.statements import is_filler
from nlp.group.titles.candidates import TitleCandidate, figures_of
from nlp.group.titles.parts import HIDDEN, Part
from nlp.group.titles.words import is_in, stems

FEWEST_WORDS, MOST_WORDS = 3, 12

_GREETING = re.compile(
    r"^\W*(?:(?:annwyl \w+(?: neu \w+| \w+)?|helo|shwmae|s'?mae|bore da|prynhawn da"
    r"|diolch(?: yn fawr(?: iawn)?| o galon)?+(?: am [^,.]*(?=[,.])|(?! am\b))"
    r"|mae'n ddrwg gen i[^,.]*|esgusodwch fi|os gwelwch yn dda|plîs)[\s,.:!–-]+)+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?P<said>[^,،:.!?؟。，！]+)[,،:.!?؟。，！]\s*(?P<rest>.+)", re.DOTALL)
_TIME = re.compile(
    r"(?<!\s)\s*+\b(?P<since>(?:ers|am|tan|erbyn)\s++)?"
    r"(?:\d+|un|dau|dwy|tri|tair|pedwar|pedair|pum|chwe|saith|wyth|naw|deg|deuddeg|sawl)\s+(?:o\s+)?"
    r"(?:wythnos(?:au)?|diwrnod(?:au)?|mis(?:oedd)?|awr|oriau|munud(?:au)?|blwyddyn|mlynedd)"
    r"(?:\s+yn ôl\b|(?(since)\b|(?!)))"
    r"|(?<!\s)\s*+(?:\b(?:ers|ym)?\s*+mis\s+\w+\b|\bddydd\s+\w+\b|£\d[\d.,]*)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"[,;:–]\s++|(?<!\s)\s++(?=(?:ond|er bod|am fod|achos|oherwydd|felly|gan fod)\b)"
    r"|(?<=\w)\s+(?:ac|a)\s+(?=(?:yna|mae|does|dw|dwi|rwy|roedd|nid|ni|dydy)\b)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:ac|a|ond|er bod|am fod|achos|oherwydd|felly|gan fod|i ddweud|bod|yna)\s+", re.IGNORECASE)
_TRAILING = re.compile(
    r"(?:^|\s)(?:a|ac|ond|i|o|yn|y|yr|ar|am|gan|sy|fy|eich|ein|eu|nad|na|heb|wedi|dros|ers|rhwng)$", re.IGNORECASE
)
_DENIED = re.compile(
    r"\b(?:ddim|dim|neb|ni|nid|heb|dal|wedi|byth|methu|colli|gwrthod|hwyr|does|rhy|angen)\b", re.IGNORECASE
)


def of_parts(parts: Sequence[Part]) -> list[TitleCandidate]:
    """Make the candidates of a group's parts."""
    return [one for part in parts for one in _of_part(part)]


def _of_part(part: Part) -> Iterator[TitleCandidate]:
    opening = _OPENING.match(part.text)
    whole = _GREETING.sub("", opening["rest"] if opening and is_filler(opening["said"]) else part.text)
    if HIDDEN in whole:
        return
    bare = " ".join(_TIME.sub("", whole).split())
    for piece in dict.fromkeys([bare or whole, *_JOINT.split(bare)]):
        text = _LEADING.sub("", piece.strip(" ,.;:!–-\"'"))
        words = text.split()
        if FEWEST_WORDS <= len(words) <= MOST_WORDS and not _TRAILING.search(text) and len(text) <= 84:
            told = frozenset(it for it in stems(text) if not is_in("welsh_small", it))
            cost = 0.03 * max(0, len(words) - 8) + 0.08 * bool(re.search(r"\d", text))
            strong = bool(_DENIED.search(text))
            yield TitleCandidate(
                text, set(part.sources), told, cost, False, False, strong, False, figures_of(text, part), between="–"
            )
