"""Places and services that bear the name of a person: Lincoln ward, on Harvey 1, in Derby."""

from __future__ import annotations

import re

from nlp.clean.lookbehind import just_before

BEFORE = re.compile(r"\b(?:st\.?|saint|in|at|near|from|around|towards|via|of)\s+(?:the\s+)?$", re.IGNORECASE)
BETWEEN = r"(?!(?:and|at|from|in|is|of|on|or|the|was|were|who|with)\b)\w+ "
"""Queen Mary community hospital, but not: Mary and the hospital."""
PLACE = (
    "hospital|ward|centre|center|house|road|street|lane|avenue|way|court|suite|unit|building|site|hall|park|university"
    "|village|close|drive|hospice|trust|area|cmht"
)
SERVICE = (
    "clinic|surgery|library|school|department|dept|team|practice|medical|health|council|station|office|college|pharmacy"
    "|day|staff"
)
WORKER = (
    "assistant|clerk|coordinator|co-ordinator|doctor|governor|lead|leader|manager|matron|member|nurse|officer|receptionist"
    "|secretary|sister|teacher|visitor|worker"
)
RIGHT_BEHIND = (
    "pub|inn|crescent|grove|terrace|gardens?|square|bridge|estate(?! agents?)|towers?|wing|academy|nursery|church"
    "|chapel|curie|primary|theatre|museum|stadium|cemetery|flats|arms|(?:care|nursing|residential) home"
)
AFTER = re.compile(
    rf"[ \t]++(?:(?:{BETWEEN})?(?:{PLACE})|(?:(?:{BETWEEN})?(?:{SERVICE})|{RIGHT_BEHIND})(?!\s(?:{WORKER})\b))\b"
    r"|(?-i:(?<=[A-Z]{2})-\d)",
    re.IGNORECASE,
)
"""A person may be a practice nurse or a team leader: Sandra practice nurse. What stands below is no part of a name."""
HOUSES = frozenset(
    [
        "house",
        "road",
        "avenue",
        "drive",
        "centre",
        "hospital",
        "building",
        "village",
        "arms",
        "unit",
        "trust",
        "hospice",
    ]
)
"""Of these those that are hardly ever a family name: they end a name."""
STREETS = HOUSES | {
    "lane",
    "close",
    "way",
    "street",
    "court",
    "hill",
    "grove",
    "crescent",
    "terrace",
    "gardens",
    "park",
}
"""What a family name before it makes a street or a house of: Toller Lane."""
WELSH = re.compile(
    r"\b(?:ysbyty|ysgol(?: gynradd| uwchradd| gyfun)?|m?f?eddygfa|ll?yfrgell|n?g?h?[cg]anolfan|n?g?h?[cg]yngor|[pb]arc"
    r"|heol|stryd|ffordd|neuadd|afon|[mf]ynydd|ll?yn|n?g?h?[cg]apel|eglwys|n?g?h?[cg]astell|bryn|ynys|[pb]entref|[td]ref"
    r"|sir|swydd|plas|ystad|clos|[mf]aes|tŷ|sgwâr|rhodfa|lôn|rheilffordd|brwydr|ward|cwm|dyffryn|[pb]ont|g?orsaf"
    r"|n?g?h?[cg]oleg|prifysgol|clwb|theatr|eisteddfod|etholaeth|san|sant)"
    r"\s+(?:(?:y|yr)\s+)?$",
    re.IGNORECASE,
)
"""In Welsh what it is stands before: Ysbyty Gwynedd."""
ON, FLOOR = re.compile(r"\bon\s+$", re.IGNORECASE), re.compile(r"\s+\d{1,2}\b(?!\s*[/:])")
"""On Harvey 1: a ward by its number. No date or time: on May 3/4."""


def told_after(text: str, start: int, end: int) -> bool:
    """Tell whether what follows the word says that it is no person's, whatever the word."""
    if AFTER.match(text, end):
        return True
    return FLOOR.match(text, end) is not None and just_before(ON, text, start)


def told_in_welsh(text: str, start: int) -> bool:
    """Tell whether a Welsh word before it says that it is a place's: Ysbyty Gwynedd."""
    return just_before(WELSH, text, start)


def told_before(text: str, start: int) -> bool:
    """Tell whether what precedes it says so, for a word that may be a place."""
    return just_before(BEFORE, text, start)
