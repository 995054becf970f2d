"""Titles for languages that no parser here reads: whole statements or clauses between joining words, never cut ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from nlp.clean.recognisers.mutations import mutated
from nlp.clean.statements import is_filler
from nlp.clean.tokens import tokens
from nlp.group.titles.candidates import TitleCandidate, figures_of
from nlp.group.titles.parts import HIDDEN, Part
from nlp.group.titles.rendering import fits
from nlp.group.titles.usage import Usage
from nlp.group.titles.words import WORD, listed, pattern, stems

FEWEST_WORDS, MOST_WORDS = 3, 12
"""What is longer is told where nothing else is."""

SUBJECTS = 3
"""Words that are told where no statement fits."""

_GREETING = re.compile(
    r"^\W*(?:(?:annwyl \w+(?: neu \w+| \w+)?|helo|shwmae|s'?mae|bore da|prynhawn da"
    r"|diolch(?: yn fawr(?: iawn)?| o galon)?+(?: am [^,.]*(?=[,.])|(?! am\b))"
    r"|mae'n ddrwg gen i[^,.]*|esgusodwch fi|os gwelwch yn dda|plîs)[\s,.:!–-]+)+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?P<said>[^,،:.!?؟。，！]+)[,،:.!?؟。，！]\s*(?P<rest>.+)", re.DOTALL)
_LEADS = (
    r"(?:y tu (?:ôl|allan|mewn) i|drws nesaf i|o flaen|wrth ymyl|yn|yng|ym|mewn|ar|i|o|gan|wrth|ger|at|am|gyda|rhwng)"
)
_PLACE = re.compile(rf"(?<!\s)\s++(?:{_LEADS}\s+)?{HIDDEN}\b", re.IGNORECASE)
"""Where or who it was, that is hidden, and the word that leads to it."""

_NAME = re.compile(
    rf"(?<!\s)\s++{_LEADS}\s+(?!N?[GC]h?ymr|Saesneg)[A-Z][a-zâêîôûŵŷ]+(?:\s+(?:y\s+)?[A-Z][a-zâêîôûŵŷ]+)*\b"
)
"""The same of a place or a person that has a name."""

_MANY = (
    r"(?:\d+|un(?! ar)|dau|dwy|tri|tair|pedwar|pedair|pum|chwe|saith|wyth|naw|deg|un ar ddeg|deuddeg|sawl)\s+(?:o\s+)?"
    r"(?:wythnos(?:au)?|diwrnod(?:au)?|mis(?:oedd)?|awr|oriau|munud(?:au)?|blwyddyn|mlynedd)"
)
_TIME = re.compile(
    rf"(?<!\s)\s*+\b(?P<since>(?:ers|am|tan|erbyn)\s++)?{_MANY}(?:\s+yn ôl\b|(?(since)\b|(?!)))"
    r"|(?<!\s)\s*+(?:\b(?:(?:ers|ym|tan|erbyn|cyn|y)\s+)?+mis\s+\w+\b|(?:\b(?:tan|ers|erbyn|cyn)\s+)?+\bddydd\s+\w+\b"
    r"|(?:\bo\s+)?£\d[\d.,]*)"
    r"|(?<!\s)\s*+\b(?:ers|cyn|tan|erbyn)\s+(?:y |yr )?(?:pasg|nadolig|haf|gaeaf|gwanwyn|hydref|llynedd|ddoe)\b"
    r"|(?<!\s)\s*+\b(?:heddiw|neithiwr|(?:y )?(?:bore|prynhawn) (?:'ma|yma))(?!\w)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"[,;:–]\s++|(?<!\s)\s++(?=(?:ond|er bod|am fod|achos|oherwydd|felly|gan fod)\b)"
    r"|(?<=\w)\s+(?:ac|a)\s+(?=(?:yna|mae|does|dw|dwi|rwy|roedd|nid|ni|dydy)\b)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:ac|a|ond|er bod|am fod|achos|oherwydd|felly|gan fod|i ddweud|bod|yna)\s+", re.IGNORECASE)
_TRAILING = re.compile(
    r"(?:^|\s)(?:a|ac|ond|i|o|yn|y|yr|ar|am|gan|sy|fy|eich|ein|eu|nad|na|heb|wedi|dros|ers|rhwng|tan|erbyn|cyn)$"
    r"|^(?:mae|roedd|bydd)\b(?!.*(?:\b(?:yn|yng|ym|wedi|heb|ar|mewn|am|gan|i|o|at|dan|wrth|gyda|ger|rhwng|dros)\b|'[ni]\b))",
    re.IGNORECASE,
)
"""What ends where more must follow, or tells of nothing what it is or does."""

_AGED = re.compile(r"\b\d+(?:–\d+)? (?:mlwydd )?oed\b", re.IGNORECASE)
_NUMBER = re.compile(rf"{pattern('welsh_numbers').pattern}(?! (?:g|ng)?waith)")
"""Not how often: tair gwaith."""

_LEANS = re.compile(r"\b(?:yno|hynny|hwnnw|honno|hwn|hon|hyn|nhw)$|^(?:fe|mi)\b", re.IGNORECASE)


def of_parts(parts: Sequence[Part], usage: Usage, language: str) -> list[TitleCandidate]:
    """Make the candidates of a group's parts; where nobody's words fit, one of what most speak of.

    `usage`: the words of the group, by which it is told what is one person's.
    """
    found = [one for part in parts for one in _of_part(part, usage, language)]
    short = [one for one in found if len(one.text.split()) <= MOST_WORDS]
    return short or found or list(_subject(parts, language))


def _of_part(part: Part, usage: Usage, language: str) -> Iterator[TitleCandidate]:
    opening = _OPENING.match(part.text)
    whole = _GREETING.sub("", opening["rest"] if opening and is_filler(opening["said"]) else part.text)
    said = " ".join(_TIME.sub("", _PLACE.sub("", whole)).split())
    bare = _NAME.sub("", said) if language == "cy" else said
    for piece in dict.fromkeys([bare, said, *_JOINT.split(bare)]):
        text = _LEADING.sub("", piece.strip(" ,.;:!–-\"'"))
        whole_words = HIDDEN not in text and not _TRAILING.search(text)
        if whole_words and len(text.split()) >= FEWEST_WORDS and fits(text):
            torn = 0.1 if language != "cy" and piece not in (bare, said) else 0.0
            yield _candidate(text, part, torn + _particular(text, usage, language), language)


def _candidate(text: str, part: Part, against: float, language: str) -> TitleCandidate:
    against += 0.03 * max(0, len(text.split()) - 8)
    told, strong = stems(text, language), bool(pattern("welsh_strong").search(text.lower()))
    return TitleCandidate(
        text, set(part.sources), told, against, False, False, strong, False, figures_of(text, part), between="–"
    )


def _particular(text: str, usage: Usage, language: str) -> float:
    """What is one person's, as `weaknesses.particular` tells it of English: figures, names, words of nobody else."""
    words, told = WORD.findall(text), stems(text, language)
    names = [it for it in words[1:] if it[0].isupper() and language != "de" and _uncommon(it, usage, language, 0.25)]
    return (
        0.12 * len(re.findall(r"\d[\d.,]*", text))
        + 0.20 * len(names)
        + 0.30 * sum(usage.rare(it) for it in told) / max(len(told), 1)
        + 0.20 * any(len(it) == 1 and it.isupper() for it in words[1:])
        + (_welsh_particular(text, usage) if language == "cy" else 0.0)
    )


def _welsh_particular(text: str, usage: Usage) -> float:
    """The same by Welsh words: numbers, family, ages, days."""
    words = [it.lower() for it in WORD.findall(text)]

    def few(name: str, share: float) -> int:
        return sum(it in _forms(name) and _uncommon(it, usage, "cy", share) for it in words)

    return (
        0.12 * (len(_NUMBER.findall(text.lower())) + few("welsh_family", 0.5))
        + 0.15 * few("welsh_dates", 0.4)
        + 0.08 * few("welsh_times", 0.4)
        + 0.30 * bool(_AGED.search(text))
        + 0.14 * bool(_LEANS.search(text))
    )


def _uncommon(word: str, usage: Usage, language: str, share: float) -> bool:
    return max((usage.share.get(it, 0.0) for it in stems(word, language)), default=1.0) < share


@cache
def _forms(name: str) -> frozenset[str]:
    """The words of a list, and what they become behind others: brawd, frawd, mrawd."""
    return frozenset(form for word in listed(name) for form in (word, *mutated(word)))


def _subject(parts: Sequence[Part], language: str) -> Iterator[TitleCandidate]:
    said = Counter(word for part in parts for word in dict.fromkeys(tokens(part.text.replace(HIDDEN, " "))))
    words = sorted(said, key=lambda it: (-said[it], -len(it), it))[:SUBJECTS]
    if len(words) > 1:
        text = ", ".join(words)
        sources = set(chain.from_iterable(part.sources for part in parts))
        yield TitleCandidate(text, sources, stems(text, language), 0.0, False, False, False, False, nameless=True)
