"""Files as spreadsheets and forms really save them: read once and right, with nothing lost silently."""

import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.record.errors import Malformed
from tests.ingest.channels.files.saved import GATE, LONDON, messages, opened, refused, taken
from tests.ingest.channels.files.workbooks import Cell, ods, xlsx


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "cp850", "mac-roman"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_that_excel_writes_is_read(encoding: str, end: str) -> None:
    text = end.join(["text;date", f"{GATE};31/03/2026", "Ma'r caffi ar gau;1/4/2026", ""])
    assert messages(text.encode(encoding)) == [GATE, "Ma'r caffi ar gau"]


def test_windows_quotes_and_dashes_are_kept() -> None:
    assert messages("text\nIt’s £5 – “too much”\n".encode("windows-1252")) == ["It’s £5 – “too much”"]


@pytest.mark.parametrize("order", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n", "\ufeffsep=;\n"])
def test_an_order_to_excel_above_the_header_is_no_row(order: str) -> None:
    [row] = taken(order + "text;date\nClosed at four, says five;31/03/2026\n")
    assert row.arrival.message == "Closed at four, says five"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "Tip survey 2026\n", "Tip survey\nMade on, by me\n\n", '"A title, quoted"\n'])
def test_titles_above_the_header_are_no_feedback(delimiter: str, above: str) -> None:
    content = (
        above + delimiter.join(["id", "text", "date"]) + "\n" + delimiter.join(["1", "No signs", "31/03/2026"]) + "\n"
    )
    [row] = taken(content)
    assert (row.arrival.message, row.arrival.external_id, row.line) == ("No signs", "1", 2 + above.count("\n"))


def test_line_ends_and_delimiters_within_quotation_marks_are_part_of_the_text() -> None:
    assert messages('date,text\n31/03/2026,"One line,\r\nand ""another""\n\nbelow"\n') == [
        'One line,\r\nand "another"\n\nbelow'
    ]


def test_a_quotation_mark_behind_a_backslash_is_read_too() -> None:
    assert messages('id,text\n1,"They said \\"no\\" twice"\n2,fine\n') == ['They said "no" twice', "fine"]


def test_a_column_that_stands_alone_may_hold_any_sign() -> None:
    assert messages('text\nLate, cold; and | rude\n"Quoted, too"\n"Great" they said\n') == [
        "Late, cold; and | rude",
        "Quoted, too",
        '"Great" they said',
    ]


def test_short_rows_are_filled_up_and_long_ones_told() -> None:
    content = "id,text,rating,office\n1,No ramp\n2,No lift,4\n3,No,bus,stop,here\n4,No sign,5,,,,\n"
    assert messages(content) == ["No ramp", "No lift", "No sign"]
    assert refused(content) == {4: "The row has 5 cells, the header 4."}


def test_capitals_spaces_and_marks_of_a_header_do_not_matter() -> None:
    assert messages("\ufeff Text \u200b*,Date :\nNo ramp,31/03/2026\n") == ["No ramp"]
    assert messages("What\xa0 happened?,x\nNo ramp,1\n", text="what happened?") == ["No ramp"]


def test_of_two_columns_of_one_name_nothing_is_lost() -> None:
    content = "date,Comments,Rating,Comments\n1/4/2026,A queue,2,\n2/4/2026,,3,No signs\n3/4/2026,Rude,1,and loud\n"
    found, _ = opened(content, text="Comments")
    assert messages(content, text="Comments") == ["A queue", "No signs", "Rude\nand loud"]
    assert found.columns["text"] == "Comments + Comments 2"
    assert messages(content, text="Comments 2") == ["No signs", "and loud"]


def test_several_columns_of_words_are_put_together() -> None:
    content = "good,bad\nThe staff,The queue\n,The signs\n"
    assert messages(content, text="good", further=("bad",)) == ["The staff\nThe queue", "The signs"]


def test_columns_that_are_not_kept_are_named() -> None:
    assert opened("text,Colour,date\nNo ramp,red,1/4/2026\n")[0].left == ("Colour",)


def test_the_header_again_among_the_rows_is_no_feedback() -> None:
    content = "text,date\nNo ramp,1/4/2026\nText,Date\n".replace("Text,Date", "text,date")
    assert messages(content) == ["No ramp"]
    assert refused(content) == {3: "This is the header again."}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<p>No <b>ramp</b></p><p>and no lift</p>", "No ramp\n\nand no lift"),
        ("Cold &amp; wet&nbsp;inside", "Cold & wet\xa0inside"),
        ("A queue of <5 people & more", "A queue of <5 people & more"),
        ("I <3 the library & its staff;", "I <3 the library & its staff;"),
        ("Tom &amp; <i>Jo</i> waited", "Tom & Jo waited"),
    ],
)
def test_html_in_a_cell_is_read_as_it_is_seen(cell: str, text: str) -> None:
    assert messages(f'id,text\n1,"{cell}"\n') == [text]


def test_what_we_marked_as_text_for_spreadsheets_comes_back_as_it_was() -> None:
    assert messages("text,id\n'=1+1 is not the fee,1\n'-5 degrees inside,2\n'Tis closed,3\n") == [
        "=1+1 is not the fee",
        "-5 degrees inside",
        "'Tis closed",
    ]


ROWS: list[list[Cell]] = [
    ["Bins in March", None, None, None],
    [],
    ["id", "text", "date", "rating"],
    [1.0, "Missed again", (46112.395833,), 4],
    [2.0, "Never came", (46113,), "Very poor"],
]


def test_workbooks_of_excel_are_read_as_they_are() -> None:
    found, _ = opened(xlsx({"Notes": [["About"]], "March": ROWS, "Old": [["text"], ["x"]]}, hidden=["Old"]))
    first, second = taken(xlsx({"Notes": [["About"]], "March": ROWS}))
    assert (found.how["format"], found.how["sheets"], found.how["sheets not read"]) == ("Excel", "March", "Notes")
    assert (first.line, first.arrival.external_id, first.arrival.rating) == (4, "1", 4)
    assert first.arrival.submitted_at == dt.datetime(2026, 3, 31, 9, 30, tzinfo=LONDON)
    assert (second.arrival.submitted_at, second.arrival.rating) == (dt.date(2026, 4, 1), 1)


def test_every_sheet_that_has_the_columns_is_read() -> None:
    book = xlsx({"March": ROWS, "April": [["date", "text"], ["1/4/2026", "Late"]]})
    assert messages(book) == ["Missed again", "Never came", "Late"]
    assert taken(book)[2].arrival.submitted_at == dt.date(2026, 4, 1)


def test_workbooks_of_libreoffice_are_read_too() -> None:
    found, _ = opened(ods([["text", "date"], ["Dŵr yn y cyntedd", "31/03/2026"]]))
    assert found.how["format"] == "OpenDocument"
    assert messages(ods([["text", "date"], ["Dŵr yn y cyntedd", "31/03/2026"]])) == ["Dŵr yn y cyntedd"]


@pytest.mark.parametrize(
    "book",
    [xlsx({"One": []}), xlsx({"One": [["text"]]})[:200], b"\xd0\xcf\x11\xe0 no workbook"],
    ids=["empty", "cut off", "of another kind"],
)
def test_a_workbook_that_cannot_be_read_is_refused_with_what_to_do(book: bytes) -> None:
    with pytest.raises(Malformed):
        opened(book)


TWO_CELLS = st.lists(st.text(st.characters(codec="cp1252"), max_size=20), min_size=2, max_size=2)


@given(st.lists(TWO_CELLS, min_size=1, max_size=5))
@pytest.mark.parametrize("wrapper", ["utf-8", "utf-8-sig", "utf-16", "tab"])
def test_a_text_comes_out_as_it_went_in(wrapper: str, cells: list[list[str]]) -> None:
    require_same(wrapper, cells)


@given(st.lists(TWO_CELLS, min_size=10, max_size=50))
@settings(max_examples=10, deadline=None)  # each starts a process
def test_a_text_comes_out_of_a_workbook_as_it_went_in(cells: list[list[str]]) -> None:
    require_same("xlsx", cells)


def require_same(wrapper: str, cells: list[list[str]]) -> None:
    import csv

    plain = [
        ["".join(sign for sign in one if sign.isprintable() and sign not in "<&'") for one in row] for row in cells
    ]
    rows = [(f"i{identity}".strip(), text.strip()) for identity, text in plain]
    wanted = [text for identity, text in rows if text and (identity, text) != ("id", "text")]
    if wrapper == "xlsx":
        content = xlsx({"One": [["id", "text"], *[[f"i{row[0]}", row[1]] for row in plain]]})
    else:
        out = io.StringIO()
        writer = csv.writer(out, delimiter="\t" if wrapper == "tab" else ",")
        writer.writerows([["id", "text"], *[[f"i{row[0]}", row[1]] for row in plain]])
        content = out.getvalue().encode("utf-8" if wrapper == "tab" else wrapper)
    assert messages(content) == wanted


@pytest.mark.parametrize(
    "total",
    ["Total,,1", "Grand total:,,412", ",,Total responses: 2", "Cyfanswm,,2", "Average,,4.5", ",2,Total comments"],
)
def test_a_line_of_totals_is_no_comment(total: str) -> None:
    content = f"ref,rating,text\nA1,2,No ramp\n{total}\n"
    assert messages(content) == ["No ramp"]
    assert refused(content) == {3: "This is a line of totals."}


@pytest.mark.parametrize("said", ["Total", "Average", "Total rubbish", "999", "Count me out", "Mean"])
def test_what_only_resembles_a_line_of_totals_stays(said: str) -> None:
    assert messages(f"id,rating,text\n7,2,{said}\n") == [said]
