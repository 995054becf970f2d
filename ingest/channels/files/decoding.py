"""Bytes of a file as text: UTF-8, UTF-16 with its mark, or a code page that spreadsheets save without saying so."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

from feedback.record.errors import Malformed

_LOOKED_AT: Final = 1 << 16
"""Bytes at the head of a file by which its code page is told."""
_CODE_PAGES: Final = ("windows-1252", "cp850", "mac-roman")
"""Those of Excel's "CSV", "CSV (MS-DOS)" and "CSV (Macintosh)"."""
_USUAL: Final = frozenset("£€’‘“”–—…•°½¼¾é·éèêëâáàîíïôóöûúüñçäÉÂÔÎÛÁ´© ")
"""What people write in English and Welsh beyond ASCII; another code page makes other letters of it."""
_NOT_UTF8: Final = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A file as text, line ends as they came, and the name of the encoding that it is read in."""

    lines: IO[str]
    encoding: str


@contextmanager
def decoded(stream: IO[bytes]) -> Iterator[DecodedText]:
    """Opens bytes as text; bytes that are not UTF-8 are read one by one in the likeliest code page.

    Raises `Malformed` for what is no text, with what to do about it. The stream stays open.
    """
    buffered = io.BufferedReader(stream, _LOOKED_AT)  # type: ignore[type-var]  # anything that reads bytes will do
    head = buffered.peek(_LOOKED_AT)[:_LOOKED_AT]
    is_utf16 = head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    _require_text(head, is_utf16)
    page = _code_page(head)
    encoding, errors = ("utf-16", "replace") if is_utf16 else ("utf-8-sig", f"from-{page}")
    text = io.TextIOWrapper(buffered, encoding=encoding, errors=errors, newline="")
    try:
        yield DecodedText(text, "UTF-16" if is_utf16 else page if _has_code_page(head) else "UTF-8")
    finally:
        text.detach()
        buffered.detach()


def _require_text(head: bytes, is_utf16: bool) -> None:
    if head[:2] == b"PK":
        raise Malformed("This is an archive: unpack it first.")
    if head[:2] == b"\x1f\x8b":
        raise Malformed("This is compressed: unpack it first.")
    if head[:4] == b"%PDF":
        raise Malformed("This is a PDF: save the sheet as CSV.")
    if b"\x00" in head[:4] and (not is_utf16 or head[:4] == codecs.BOM_UTF32_LE):
        raise Malformed("This is no UTF-8, Windows-1252, or UTF-16 with its mark: save it as UTF-8.")


def _has_code_page(head: bytes) -> bool:
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return error.end < len(head) or error.reason != "unexpected end of data"
    return False


def _code_page(head: bytes) -> str:
    """The code page in which most of what is no ASCII is what people write; Windows' where none is likelier."""
    high = b"".join(_NOT_UTF8.findall(head))
    likely = {page: sum(sign in _USUAL for sign in high.decode(page, "replace")) for page in _CODE_PAGES}
    return max(_CODE_PAGES, key=lambda page: likely[page])


def _register(page: str) -> None:
    """Makes `from-PAGE` a way to go on where bytes are not UTF-8."""

    def read(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        return error.object[error.start : error.end].decode(page, "replace"), error.end

    codecs.register_error(f"from-{page}", read)


for _page in _CODE_PAGES:
    _register(_page)
