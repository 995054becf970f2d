"""Workbooks that unpack to more than there is memory for: refused in words, and nothing else comes to harm."""

import io
import re
import time
import zipfile

import pytest

from feedback.record.errors import Malformed
from ingest.channels.files.reading import table
from ingest.channels.uploads.proposal import propose
from tests.ingest.channels.files.saved import opened
from tests.ingest.channels.files.workbooks import ods, xlsx

SHEET = "xl/worksheets/sheet1.xml"


def altered(book: bytes, old: bytes, new: bytes, **parts: bytes) -> bytes:
    """With something else in its sheet, which may stand under another name, and with further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for name in packed.namelist():
            again.writestr(packed.getinfo(name), packed.read(name).replace(old, new))
        for name, body in parts.items():
            again.writestr(f"xl/{name}.xml", body)
    return out.getvalue()


def _far(cell: bytes) -> bytes:
    return altered(xlsx({"One": [["text"], ["x"]]}), b'<c r="A2"', cell)


def _renamed(book: bytes) -> bytes:
    moved = altered(book, b"worksheets/sheet1.xml", b"worksheets/1.xml")
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return altered(moved, b"", b"", **{"worksheets/1": packed.read(SHEET)})


def _one_text_in_every_cell() -> bytes:
    cells = altered(xlsx({"One": [["text"], *[["@"]] * 6_000]}), b">@<", b"><")
    shared = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    kept = b't="inlineStr"><is><t xml:space="preserve"></t></is>'
    return altered(cells, kept, b't="s"><v>0</v>', sharedStrings=shared % (b"x" * 100_000))


def _repeated() -> bytes:
    said = ods([["text"], ["x"]])
    many = b'<table:table-row table:number-rows-repeated="200000">'
    cells = altered(said, b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="16000" ')
    return altered(cells, b"<table:table-row>", many)


BOMBS = {
    "a cell far away": _far(b'<c r="XFD1048576"'),
    "one whose place stands last": _far(b'<c s="0" r="XFD1048576"'),
    "one in a part of another name": _renamed(_far(b'<c r="XFD1048576"')),
    "one text in every cell": _one_text_in_every_cell(),
    "cells that are repeated": _repeated(),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_of_a_workbook_ends_a_process_of_its_own_and_nobody_else(bomb: bytes) -> None:
    assert len(bomb) < 100_000
    with pytest.raises(Malformed, match=re.compile("too large|far from all others|cannot be read")):
        opened(bomb)


@pytest.mark.parametrize("name", ["c", "text", ";\t|"], ids=["columns", "of-one-name", "of-any-delimiter"])
def test_a_table_of_columns_without_number_is_refused_before_they_are_looked_through(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(Malformed, match="more than 2,000 columns"):
        propose(io.BytesIO(f"{','.join([name] * 500_000)}\nx\n".encode()))
    assert time.process_time() - begun < 5


def test_objects_of_names_without_number_are_refused_one_by_one_and_lose_no_other() -> None:
    lines = [f'{{"text": "Closed again", "k{number}": 1}}' for number in range(3_000)]
    with table(io.BytesIO("\n".join([*lines, '{"text": "Still closed"}']).encode()), ("text",)) as found:
        assert found
        faults = [row.fault for row in found.rows]
    assert (faults.count(None), len(faults), len(found.header.names)) == (2_000, 3_001, 2_000)
