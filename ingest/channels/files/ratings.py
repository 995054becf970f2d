"""Ratings in whichever way a form asks for them, as one to five: stars, smileys, figures of a scale, words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_FIVE: Final = 5
_SCALES: Final = (5, 10, 100)
"""The best figure of a scale that names none: the least of these that holds all figures seen."""
_OUT_OF: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:/|out of|of|o|allan o)\s*(\d{1,3})(?!\d)", re.IGNORECASE)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%")
_STARRED: Final = re.compile(r"([0-5](?:[.,]\d)?)\s*(?:stars?|seren|sêr|★|⭐)", re.IGNORECASE)
_FIGURE: Final = re.compile(r"(\d{1,3})(?:[.,]0{1,2})?(?:\s*[-–—:.)=(]\s*([^\d\s].*)|\s*)", re.DOTALL)
"""A figure alone, or one with its label: `5 - Very satisfied`."""
_HEADER_SCALE: Final = re.compile(
    r"(?:out of|/|\b(?:0|1|one|zero)\s?(?:-|–|to)\s?|scale of\s)(4|5|7|10|100)\b", re.IGNORECASE
)
_STARS: Final = re.compile(r"\bstars?\b|\bsêr\b", re.IGNORECASE)
_LIKELY: Final = re.compile(r"\bnps\b|net promoter|how likely", re.IGNORECASE)
_STAR, _BLANK_STAR = "★⭐🌟✭✮", "☆✩"
_SMILEYS: Final = {
    **dict.fromkeys("😀😃😄😁😍🤩😊🥰👍", 5),
    **dict.fromkeys("🙂☺😌", 4),
    **dict.fromkeys("😐😑😶", 3),
    **dict.fromkeys("🙁😕☹😟😞😔", 2),
    **dict.fromkeys("😡😠🤬😢😭😤👎", 1),
}
_DRAWN: Final = {":-)": 4, ":)": 4, ":-D": 5, ":D": 5, ":-|": 3, ":|": 3, ":-(": 2, ":(": 2, ">:(": 1}
_WORDS: Final = {
    word: rating
    for rating, words in {
        5: "very satisfied|extremely satisfied|completely satisfied|excellent|very good|outstanding|extremely likely"
        "|very likely|strongly agree|very happy|very easy|extremely easy|extremely helpful|very helpful|always"
        "|much better|bodlon iawn|da iawn|ardderchog|rhagorol|cytuno'n gryf|hapus iawn|hawdd iawn|tebygol iawn",
        4: "satisfied|fairly satisfied|somewhat satisfied|quite satisfied|good|likely|agree|happy|easy|fairly easy"
        "|helpful|often|usually|better|fairly good|quite good|bodlon|eithaf bodlon|da|cytuno|hapus|hawdd|tebygol",
        3: "neither satisfied nor dissatisfied|neutral|neither|neither good nor poor|neither good nor bad|fair|average"
        "|ok|okay|neither likely nor unlikely|neither agree nor disagree|neither easy nor difficult|sometimes"
        "|about the same|neither happy nor unhappy|satisfactory|acceptable|ddim yn fodlon nac yn anfodlon|gweddol"
        "|niwtral|ddim yn cytuno nac yn anghytuno|ddim yn dda nac yn wael",
        2: "dissatisfied|fairly dissatisfied|somewhat dissatisfied|quite dissatisfied|unsatisfied|poor|bad|unlikely"
        "|disagree|unhappy|difficult|fairly difficult|unhelpful|rarely|worse|fairly poor|quite poor|anfodlon"
        "|eithaf anfodlon|gwael|anghytuno|anhapus|anodd|annhebygol",
        1: "very dissatisfied|extremely dissatisfied|completely dissatisfied|very poor|very bad|terrible|awful"
        "|extremely unlikely|very unlikely|strongly disagree|very unhappy|very difficult|extremely difficult"
        "|very unhelpful|never|much worse|anfodlon iawn|gwael iawn|ofnadwy|anghytuno'n gryf|anhapus iawn|anodd iawn"
        "|annhebygol iawn",
    }.items()
    for word in words.split("|")
}


_OF_OTHER_THINGS: Final = re.compile(
    r"always|often|usually|sometimes|rarely|never|(?:much )?(?:better|worse)|about the same|average|neither|neutral|da"
    r"|niwtral|(?:(?:very|extremely) )?(?:un)?likely|(?:strongly )?(?:dis)?agree|neither (?:agree|likely) nor .*"
    r"|(?:angh|c)ytuno(?:'n gryf)?|ddim yn cytuno nac yn anghytuno|(?:annh|t)ebygol(?: iawn)?"
)
"""Words that rate only where the question asks for a rating: how often, how likely and whether one agrees is other."""


def says_how_good(text: str) -> bool:
    """Tell whether an answer rates by itself, whatever the question was: "Very satisfied", three stars, a smiley."""
    text = text.strip()
    word = _folded(found[2] or "") if (found := _FIGURE.fullmatch(text)) else _folded(text)
    return (
        _drawn(text) is not None
        or _STARRED.fullmatch(text) is not None
        or (word in _WORDS and _OF_OTHER_THINGS.fullmatch(word) is None)
    )


@dataclass(frozen=True, slots=True)
class RatingScale:
    """How a column rates: `best` is the figure that says the best; the worst is 1, or 0 where a form counts from it."""

    best: int = _FIVE

    @classmethod
    def of(cls, header: str, seen: Iterable[str]) -> "RatingScale":
        """Tells the scale of a column by its header, else by the figures seen in it."""
        if named := _HEADER_SCALE.search(header):
            return cls(int(named[1]))
        if _STARS.search(header):
            return cls(_FIVE)
        figures = [int(found[1]) for text in seen if (found := _FIGURE.fullmatch(text.strip()))]
        if _LIKELY.search(header) or 0 in figures:
            return cls(max(10, cls._holding(figures)))
        return cls(cls._holding(figures))

    @staticmethod
    def _holding(figures: list[int]) -> int:
        most = max(figures, default=_FIVE)
        return next((scale for scale in _SCALES if most <= scale), _FIVE)

    def read(self, text: str) -> int | None:
        """Read the rating from 1 to 5; None where the text does not rate. Two steps of ten are one of five."""
        text = text.strip()
        if out_of := _OUT_OF.fullmatch(text):
            return _placed(_number(out_of[1]), int(out_of[2]))
        if percent := _PERCENT.fullmatch(text):
            return _placed(_number(percent[1]), 100)
        if starred := _STARRED.fullmatch(text):
            return _placed(_number(starred[1]), _FIVE)
        if figure := _FIGURE.fullmatch(text):
            return _WORDS.get(_folded(figure[2] or "")) or _placed(int(figure[1]), self.best)
        return _drawn(text) or _WORDS.get(_folded(text))


def _placed(figure: float, best: int) -> int | None:
    """Where a figure of 1 to `best` stands on 1 to 5, to the nearest, halves upwards; a nought is the worst."""
    if figure > best or best < 2:
        return None
    return int(1 + (_FIVE - 1) * (max(figure, 1.0) - 1) / (best - 1) + 0.5)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _drawn(text: str) -> int | None:
    signs = [sign for sign in text if not sign.isspace() and sign != "\ufe0f"]
    if signs and all(sign in _STAR or sign in _BLANK_STAR for sign in signs):
        filled = sum(sign in _STAR for sign in signs)
        return max(filled, 1) if filled <= _FIVE else None
    if signs and len(set(signs)) == 1 and signs[0] in _SMILEYS:
        return _SMILEYS[signs[0]]
    return _DRAWN.get("".join(signs))


def _folded(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").strip(".!) ").split())
