"""Outlook's winmail.dat (TNEF, [MS-OXTNEF]): the text of the mail that it holds.

Read here, as the library for it takes hours over a few bytes that claim to hold thousands of millions of values.
"""

import struct
from collections.abc import Iterator
from typing import Final

from compressed_rtf import decompress
from striprtf.striprtf import rtf_to_text

from ingest.channels import markup
from ingest.channels.email.charsets import decoded

KINDS: Final = ("application/ms-tnef", "application/vnd.ms-tnef")
_SIGNATURE: Final = b"\x78\x9f\x3e\x22"
_OF_MESSAGE: Final = 1
_BODY, _PROPERTIES, _CODE_PAGE = 0x800C, 0x9003, 0x9007
_TEXT, _RTF, _HTML, _INTERNET_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_SIZES: Final = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRINGS: Final = (0x0D, 0x1E, 0x1F, 0x102)
_UNICODE: Final = 0x1F
_SEVERAL, _NAMED = 0x1000, 0x8000
_LARGEST_RTF: Final = 500_000
_LABELS: Final = {65001: "utf-8", 20127: "us-ascii", 20866: "koi8-r", 28591: "iso-8859-1"}


def text(content: bytes) -> str:
    """Returns what the mail says; empty where nothing of it can be read."""
    found = dict(_values(content))
    label = found.get(_INTERNET_CODE_PAGE) or found.get(_CODE_PAGE)
    page = struct.unpack("<I", label[:4])[0] if label and len(label) >= 4 else 1252
    charset = _LABELS.get(page, f"cp{page}")
    for name in (_TEXT, _BODY, _HTML, _RTF):
        said = _said(name, found.get(name, b""), charset)
        if said.strip():
            return said
    return ""


def _said(name: int, value: bytes, charset: str) -> str:
    if name == _RTF:
        return _of_rtf(value) if value else ""
    said = decoded(value, charset).rstrip("\0")
    return markup.text(said) if name == _HTML else said


def _of_rtf(packed: bytes) -> str:
    """Plain text has no other form in most of these; Outlook packs it."""
    try:
        unpacked = decompress(packed[:_LARGEST_RTF]).decode("latin-1")[:_LARGEST_RTF]
        return str(rtf_to_text(unpacked, errors="replace"))  # type: ignore[no-untyped-call]
    except Exception:  # neither documents what it raises
        return ""


def _values(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields the attributes of the message and the properties among them; attachments are behind them."""
    at = 6 if content.startswith(_SIGNATURE) else len(content)
    while at + 9 <= len(content):
        level, name, length = struct.unpack_from("<BH2xI", content, at)
        if level != _OF_MESSAGE:
            return
        value = content[at + 9 : at + 9 + length]
        yield from _properties(value) if name == _PROPERTIES else [(name, value)]
        at += length + 11


def _properties(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields each property by its id; text that is UTF-16 as UTF-8 with its mark. Ends where it makes no sense."""
    at = 4
    while at + 4 <= len(content):
        kind, name = struct.unpack_from("<HH", content, at)
        at += 4
        if name >= _NAMED:
            at = _after_name(content, at)
        value, at = _value(content, at, kind)
        if at < 0:
            return
        if kind & ~_SEVERAL not in _STRINGS and name != _INTERNET_CODE_PAGE:
            continue
        yield name, value.decode("utf-16-le", "replace").encode("utf-8-sig") if kind == _UNICODE else value


def _after_name(content: bytes, at: int) -> int:
    """Skips the GUID of a named property, and its number or its name."""
    kind, length = struct.unpack_from("<II", content.ljust(at + 24, b"\0"), at + 16)
    return at + 24 + (length + 3 & ~3 if kind else 0)


def _value(content: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """Returns the first value of a property, and where the next property begins; -1 where none can."""
    size, count = _SIZES.get(kind & ~_SEVERAL, 0), 1
    if kind & _SEVERAL or not size:
        if kind & ~_SEVERAL not in (*_SIZES, *_STRINGS) or at + 4 > len(content):
            return b"", -1
        count, at = struct.unpack_from("<I", content, at)[0], at + 4
    if size:
        return content[at : at + size], at + size * count
    first = b""
    for number in range(count):
        if at + 4 > len(content):
            return b"", -1
        length = struct.unpack_from("<I", content, at)[0]
        first = first or (content[at + 4 : at + 4 + length] if number == 0 else b"")
        at += 4 + (length + 3 & ~3)
    return first, at
