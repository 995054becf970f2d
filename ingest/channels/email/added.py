"""What mail systems add to the words of a mail: banners, disclaimers, footers of lists and scanners, names of devices.

The patterns are in `added.toml`, English and Welsh, and for devices in the languages of other phones.
"""

import re
from typing import Final

from ingest.channels.word_lists import word_lists

_LISTS: Final = word_lists(__package__, "added")


def _any(name: str) -> str:
    return "(?:" + "|".join(_LISTS[name]) + ")"


_DEVICE: Final = re.compile(
    rf"(?:{_any('sent')}\b.{{0,40}}?\b{_any('devices')}\b.{{0,40}}|{_any('adverts')}.{{0,60}})$", re.IGNORECASE
)
_RULE: Final = re.compile(r"[-_=*~#\u2013\u2014 ]{2,}\s*")
_TAG: Final = re.compile(rf"\W{{0,5}}{_any('tags')}\s?[\])*:!>\u2013-]{{1,4}}\s*", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"[\[(<*]")
_ORIGIN: Final = re.compile(rf"\W{{0,3}}{_any('origin')}[.!)\]*]{{0,3}}(?:\s+|$)", re.IGNORECASE)
_CARE: Final = re.compile(rf"\W{{0,3}}{_any('care')}[.!)\]*]{{0,3}}(?:\s+|$)", re.IGNORECASE)
_NOTICE: Final = re.compile(rf"\W{{0,5}}{_any('notices')}", re.IGNORECASE)
_ABOUT_MAIL: Final = re.compile(rf"\W{{0,3}}{_any('about_mail')}\b", re.IGNORECASE)
_LEGAL: Final = re.compile(rf"\b{_any('legal')}", re.IGNORECASE)
_LEGAL_WORDS: Final = 2
"""Of a paragraph about the mail itself, so many make a disclaimer: "this is confidential" may be the citizen's."""
_FURNITURE: Final = re.compile(rf"\b{_any('furniture')}", re.IGNORECASE | re.DOTALL)
_FURNITURE_WORDS: Final = 60


def is_device(line: str) -> bool:
    """Tell whether a line says only by what the mail was sent: "Sent from my iPhone"."""
    return _DEVICE.match(line) is not None


def is_furniture(part: str) -> bool:
    """Tell what gateways and lists put before or behind a mail, as a part of its own."""
    return len(part.split()) <= _FURNITURE_WORDS and _FURNITURE.search(part) is not None


def without_added(paragraph: str) -> str:
    """Return a paragraph without the banner at its head; nothing where all of it is a notice, or the foot of a list."""
    own = _without_banner(paragraph)
    plain = _RULE.sub("", own.replace("\n", " "), count=1)
    words = {found.lower() for found in _LEGAL.findall(plain)} if _ABOUT_MAIL.match(plain) else set()
    return "" if _NOTICE.match(plain) or len(words) >= _LEGAL_WORDS else own


def _without_banner(paragraph: str) -> str:
    """Where a gateway says that a mail came from outside, and to take care; what follows is the sender's."""
    begin = 0
    while (end := _end_of_banner(paragraph, begin)) > begin:
        begin = end
    return paragraph[begin:]


def _end_of_banner(paragraph: str, begin: int) -> int:
    """Where a banner ends that begins here; here, where there is none."""
    tag = _TAG.match(paragraph, begin)
    at = tag.end() if tag else begin
    is_banner = False
    while found := _ORIGIN.match(paragraph, at) or (_CARE.match(paragraph, at) if tag or is_banner else None):
        at, is_banner = found.end(), True
    return at if is_banner or (tag and _BRACKETED.match(paragraph, begin)) else begin
