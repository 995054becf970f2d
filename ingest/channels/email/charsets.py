"""Bytes to text, as browsers read them: the names of charsets are those that the WHATWG's Encoding Standard lists."""

import codecs
import re
from contextlib import suppress
from typing import Final

import webencodings

_BEYOND_THE_STANDARD: Final = re.compile(r"(?:utf|cp|ibm|hz|mac)[-_]?\w{1,20}", re.ASCII | re.IGNORECASE)
"""What older mail programs write, browsers have forgotten and Python still knows: UTF-7, the code pages of DOS."""
_LONGEST_LABEL: Final = 40


def decoded(content: bytes, label: str | None) -> str:
    """Returns the text; no label, byte or lie of a label costs more than the letters that it concerns."""
    return decoded_by(content, label)[0]


def decoded_by(content: bytes, label: str | None) -> tuple[str, str]:
    """Returns the text, and the charset that it was read by.

    What is valid UTF-8 and not ASCII alone is UTF-8 under every label that means single bytes: hardly any text in
    another charset is so by accident, and forms often mislabel theirs. What is not UTF-8 although it says so, or says
    nothing, is windows-1252.
    """
    charset = "utf-8" if content.startswith(codecs.BOM_UTF8) else _codec(label)
    if charset not in ("utf-8", "windows-1252", "latin-1"):
        with suppress(ValueError):
            known = webencodings.lookup(charset)
            return (webencodings.decode(content, charset)[0] if known else content.decode(charset)), charset
        text = _utf8(content)
        return (text, "utf-8") if text else (content.decode("latin-1"), "latin-1")
    text = _utf8(content)
    return (text, "utf-8") if text or not content else (content.decode("cp1252", "replace"), "windows-1252")


def _utf8(content: bytes) -> str:
    """Empty where it is none. A mark of the byte order goes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _codec(label: str | None) -> str:
    """Finds the name that the standard has for a label, or Python; UTF-8 where neither knows it."""
    label = (label or "").strip("\"' \t")[:_LONGEST_LABEL]
    if known := webencodings.lookup(label):
        return str(known.name)
    try:
        return codecs.lookup(label).name if _BEYOND_THE_STANDARD.fullmatch(label) else "utf-8"
    except LookupError:
        return "utf-8"
