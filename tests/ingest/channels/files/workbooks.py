"""Workbooks for tests, written by hand: no library of ours writes them."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

Cell = str | float | bool | tuple[float] | None
"""A tuple of a number is a date as Excel counts it."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKED = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKED}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_FORMATS = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
_STYLES = f'{_HEAD}<styleSheet xmlns="{_MAIN}">{_FORMATS}</styleSheet>'


def xlsx(sheets: Mapping[str, Iterable[Sequence[Cell]]], hidden: Sequence[str] = ()) -> bytes:
    """A workbook of Excel; a row that is empty is left out."""
    out = io.BytesIO()
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}"{state} r:id="r{at}"/>'
        for at, name in enumerate(names, 1)
        for state in [' state="hidden"' if name in hidden else ""]
    )
    related = "".join(
        f'<Relationship Id="r{at}" Type="{_REL}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at, _ in enumerate(names, 1)
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr(
            "_rels/.rels", _relations(f'<Relationship Id="r1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>')
        )
        packed.writestr(
            "xl/workbook.xml", f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{listed}</sheets></workbook>'
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations(f'{related}<Relationship Id="s" Type="{_REL}/styles" Target="styles.xml"/>'),
        )
        packed.writestr("xl/styles.xml", _STYLES)
        for at, rows in enumerate(sheets.values(), 1):
            with packed.open(f"xl/worksheets/sheet{at}.xml", "w") as sheet:
                sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for number, row in enumerate(rows, 1):
                    cells = "".join(_cell(f"{_letters(place)}{number}", value) for place, value in enumerate(row))
                    sheet.write(f'<row r="{number}">{cells}</row>'.encode() if cells else b"")
                sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of LibreOffice with one sheet of texts."""
    out = io.BytesIO()
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
    cells = [
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(one)}</text:p></table:table-cell>'
            for one in row
        )
        for row in rows
    ]
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            f'{_HEAD}<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}" '
            f'office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Sheet1">{body}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        packed.writestr(
            "META-INF/manifest.xml",
            f'{_HEAD}<manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
    return out.getvalue()


def _relations(inner: str) -> str:
    return f'{_HEAD}<Relationships xmlns="{_PACKED}/relationships">{inner}</Relationships>'


def _letters(place: int) -> str:
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell(at: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f'<c r="{at}" s="1"><v>{value[0]}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'
