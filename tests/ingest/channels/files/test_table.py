"""Rows of spreadsheets and exports."""

import datetime as dt
import io
import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.record.errors import Malformed
from feedback.record.states import ChannelName
from ingest.channels.files.table import Columns, ImportRow, ImportSource, RowError, rows

SOURCE = ImportSource(caller="import", service="blue-badge", file="spring")


def read(text: str | bytes, source: ImportSource = SOURCE) -> list[ImportRow | RowError]:
    return list(rows(io.BytesIO(text.encode() if isinstance(text, str) else text), source))


def texts(found: list[ImportRow | RowError]) -> list[str]:
    return [row.arrival.message for row in found if isinstance(row, ImportRow)]


def errors(found: list[ImportRow | RowError]) -> dict[int, str]:
    return {row.line: row.reason for row in found if isinstance(row, RowError)}


def one(text: str | bytes, source: ImportSource = SOURCE) -> ImportRow:
    (row,) = read(text, source)
    assert isinstance(row, ImportRow), row
    return row


def test_a_csv_row_becomes_an_arrival() -> None:
    row = one("id,date,text,office\n7,2025-03-01T09:30:00Z,The lift is broken,Market Hall\n")
    assert row.line == 2
    assert row.arrival.message == "The lift is broken"
    assert row.arrival.external_id == "7"
    assert row.arrival.submitted_at == dt.datetime(2025, 3, 1, 9, 30, tzinfo=dt.UTC)
    assert row.arrival.attributes == {"office": "Market Hall"}
    assert (row.arrival.service, row.arrival.channel, row.arrival.batch) == ("blue-badge", "import", "spring")


def test_a_json_line_becomes_an_arrival() -> None:
    row = one(json.dumps({"id": 7, "text": "Mae'r lifft wedi torri ŵ", "date": "2025-03-01", "rating": 2}) + "\n")
    assert row.arrival.message == "Mae'r lifft wedi torri ŵ"
    assert row.arrival.external_id == "7"
    assert row.arrival.submitted_at == dt.date(2025, 3, 1)
    assert row.arrival.rating == 2


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("31/03/2025", dt.date(2025, 3, 31)),
        ("2025-03-31", dt.date(2025, 3, 31)),
        ("2025-03-31 00:00:00", dt.date(2025, 3, 31)),
        ("31/03/2025 09:05", dt.datetime(2025, 3, 31, 9, 5, tzinfo=ZoneInfo("Europe/London"))),
        ("2025-03-31T09:05:00+01:00", dt.datetime(2025, 3, 31, 8, 5, tzinfo=dt.UTC)),
        ("2025-03-31T00:00:00Z", dt.datetime(2025, 3, 31, tzinfo=dt.UTC)),
        ("3 March 2025", dt.date(2025, 3, 3)),
        ("", None),
    ],
)
def test_dates_are_read_with_and_without_a_time(written: str, meant: dt.date | None) -> None:
    assert one(f"text,date\nToo slow,{written}\n").arrival.submitted_at == meant


@pytest.mark.parametrize("written", ["yesterday", "31/31/2025", "2025-02-30", "0001-01-01", "9" * 10_000])
def test_a_row_whose_date_is_none_is_reported(written: str) -> None:
    assert list(errors(read(f"text,date\nfine,\nslow,{written}\n"))) == [3]


def test_a_bad_row_loses_no_other_and_keeps_its_line() -> None:
    found = read('id,text\n1,one\n2,"two\nlines"\n3,\n4,four,five,six\n5,"never closed\n6,"six"\n7,seven\n8\n9,nine')
    assert texts(found) == ["one", "two\nlines", "six", "seven", "nine"]
    assert set(errors(found)) == {5, 6, 7, 10}
    assert [row.line for row in found if isinstance(row, ImportRow)] == [2, 3, 8, 9, 11]


def test_a_quotation_mark_never_closed_at_the_end_costs_one_row() -> None:
    found = read('text\n"open\n' + "".join(f"row {n}\n" for n in range(3_000)))
    assert list(errors(found)) == [2]
    assert len(texts(found)) == 3_000


def test_a_mark_for_inches_is_no_quotation() -> None:
    assert texts(read('id,text\n1,a 5" screen\n2,a 7" one\n')) == ['a 5" screen', 'a 7" one']


def test_a_bad_json_line_is_reported_alone() -> None:
    found = read('{"text": "one"}\n{"text": \n\n["text"]\n{"text": "four"}\n')
    assert texts(found) == ["one", "four"]
    assert list(errors(found)) == [2, 4]


def test_no_report_quotes_the_row() -> None:
    found = read('id,text,date\n1,"secret"words,\n2,x,secret\n' + "i" * 300 + ",secret,\n4,secret,secret,secret\n")
    assert len(errors(found)) == 4
    assert "secret" not in repr(found)


def test_a_service_column_makes_slugs_and_a_blank_one_is_reported() -> None:
    source = ImportSource(caller="import", columns=Columns(service="Service"))
    found = read("service,text\nAdult Social  Care,one\n ,two\nTŷ Hapus & Children's care,three\n", source)
    assert [(row.service_name, row.arrival.service) for row in found if isinstance(row, ImportRow)] == [
        ("Adult Social  Care", "adult-social-care"),
        ("Tŷ Hapus & Children's care", "ty-hapus-childrens-care"),
    ]
    assert errors(found) == {3: "The service is blank."}


def test_columns_may_have_other_names() -> None:
    columns = Columns(text="What happened?", date="When", id="Ref", attributes={"ward": "Ward"})
    row = one(
        "REF,When,what happened? ,ward\nA1,01/02/2025,No ramp,North\n", ImportSource("me", "parks", columns=columns)
    )
    assert (row.arrival.message, row.arrival.external_id) == ("No ramp", "A1")
    assert row.arrival.submitted_at == dt.date(2025, 2, 1)
    assert row.arrival.attributes == {"ward": "North"}


@pytest.mark.parametrize(
    "columns",
    [
        *[Columns(text="words"), Columns(date="when"), Columns(service="team"), Columns(channel="how")],
        *[Columns(rating="stars"), Columns(attributes={"ward": "Which ward"})],
    ],
)
def test_a_column_asked_for_by_name_must_exist(columns: Columns) -> None:
    with pytest.raises(Malformed):
        read("id,text\n1,one\n", ImportSource("me", "parks", columns=columns))


def test_columns_tell_the_channel_who_entered_it_and_the_rest() -> None:
    columns = Columns(channel="How", source="By", rating="Stars", language="Lang", attributes={"clinic": "Where"})
    found = read(
        "text,How,By,Stars,Lang,Where\nNo ramp,Phone,Ann's desk,2,CY,East\nNo lift,,,6,,\nNo bus,by owl,,,,\n",
        ImportSource("me", "parks", ChannelName.WEB, file="f.csv", columns=columns),
    )
    phoned, online = (row.arrival for row in found if isinstance(row, ImportRow))
    assert (phoned.channel, phoned.batch, phoned.rating, phoned.language) == ("call", "Ann's desk", 2, "cy")
    assert phoned.attributes == {"clinic": "East"}
    assert (online.channel, online.batch, online.rating, online.attributes) == ("web", "f.csv", None, {})
    assert list(errors(found)) == [4]


def test_what_came_on_paper_or_at_the_counter_is_marked_as_entered_for_the_citizen() -> None:
    columns = Columns(channel="how")
    found = read("text,how\na,letter\nb,web\nc,\n", ImportSource("me", "parks", columns=columns))
    assert [row.arrival.assisted for row in found if isinstance(row, ImportRow)] == [True, False, True]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04 a workbook", "save the sheet as CSV"),
        (b"\x1f\x8b\x08 packed", "unpack it"),
        ("id,text\n1,caffi\n".encode("utf-16-le"), "save it as UTF-8"),
        ("id,text\n1,caffi\n".encode("utf-32"), "save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_what_to_do(content: bytes, told: str) -> None:
    with pytest.raises(Malformed, match=told):
        read(content)


def test_a_json_array_is_refused() -> None:
    with pytest.raises(Malformed, match="one object a line"):
        read('[{"text": "one"}]')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_what_spreadsheets_save_is_read(encoding: str) -> None:
    assert one("id;text\r\n1;caffi a thé, £5\r\n".encode(encoding)).arrival.message == "caffi a thé, £5"


def ids(text: str) -> list[str | None]:
    return [row.arrival.external_id for row in read(text) if isinstance(row, ImportRow)]


def test_a_row_without_an_id_gets_one_of_its_file_line_and_content() -> None:
    first = ids("text\none\none\n")
    assert first == ids("text\none\none\n")
    assert len(set(first)) == 2
    assert not set(first) & set(ids("text\ntwo\ntwo\n"))
    assert all(one and one.startswith("spring:") for one in first)


def test_a_text_over_the_limit_is_reported() -> None:
    assert list(errors(read("text\nok\n" + "a" * 5_001 + "\n" + "a" * 3_000_000 + "\nok\n"))) == [3, 4]


def test_rows_are_read_as_they_come() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            buffer[:5] = b"text\n"
            return 5

    found: Iterator[ImportRow | RowError] = rows(Endless(), SOURCE)  # type: ignore[arg-type]
    assert isinstance(next(found), ImportRow)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), max_size=5))
def test_whatever_a_csv_writer_writes_is_read_back(cells: list[str]) -> None:
    import csv

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["text"])
    writer.writerows([cell] for cell in cells)
    assert texts(read(out.getvalue())) == [cell.strip() for cell in cells if cell.strip()]


@given(st.binary(max_size=400) | st.text(alphabet='ab",;\n\r{}:[]\x00é', max_size=200).map(str.encode))
def test_no_file_however_broken_raises_anything_but_malformed(content: bytes) -> None:
    for head in (b"", b"text,id\n", b'{"text": "a"}\n'):
        try:
            found = read(head + content)
        except Malformed:
            continue
        assert all(row.line >= 1 for row in found)
