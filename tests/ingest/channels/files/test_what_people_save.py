"""Files as spreadsheets, forms and survey tools really save them: read once and right, with nothing lost silently."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.record.errors import Malformed
from ingest.channels.dates import moment
from ingest.channels.files.ratings import RatingScale
from ingest.channels.files.table import Columns, FeedbackTable, ImportRow, ImportSource, RowError, feedback_table
from tests.ingest.channels.files.workbooks import Cell, ods, xlsx

LONDON = ZoneInfo("Europe/London")
GATE = "The gate is locked at nine, and the café is £5"


def opened(content: str | bytes, **columns: object) -> tuple[FeedbackTable, list[ImportRow | RowError]]:
    source = ImportSource(caller="me", service="tip", file="f", columns=Columns(**columns))  # type: ignore[arg-type]
    raw = content.encode() if isinstance(content, str) else content
    with feedback_table(io.BytesIO(raw), source) as found:
        return found, list(found.rows)


def taken(content: str | bytes, **columns: object) -> list[ImportRow]:
    return [row for row in opened(content, **columns)[1] if isinstance(row, ImportRow)]


def messages(content: str | bytes, **columns: object) -> list[str]:
    return [row.arrival.message for row in taken(content, **columns)]


def refused(content: str | bytes, **columns: object) -> dict[int, str]:
    return {row.line: row.reason for row in opened(content, **columns)[1] if isinstance(row, RowError)}


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


QUALTRICS = (
    "StartDate,EndDate,Status,RecordedDate,ResponseId,UserLanguage,Q1,Q2_1\n"
    '"Start Date","End Date","Response Type","Recorded Date","Response ID","User Language","What could\nwe do?",'
    '"Rate us"\n'
    '"{""ImportId"":""startDate"",""timeZone"":""America/New_York""}","{""ImportId"":""endDate""}",'
    '"{""ImportId"":""status""}","{""ImportId"":""recordedDate""}","{""ImportId"":""_recordId""}",'
    '"{""ImportId"":""userLanguage""}","{""ImportId"":""QID1_TEXT""}","{""ImportId"":""QID2_1""}"\n'
    '2026-03-31 09:30:00,2026-03-31 09:31:00,IP Address,2026-03-31 09:32:00,R_1,EN,"The skip is full by ten",4\n'
)
MONKEY = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,What is bad about the tip?,How often do you come?,\n"
    ",,,,,Open-Ended Response,Weekly,Other (please specify)\n"
    "118,44,03/04/2026 09:30:00 AM,03/04/2026 02:31:00 PM,10.0.0.1,The skip is full by ten,Weekly,\n"
    "119,44,03/05/2026 09:30:00 AM,03/05/2026 09:31:00 AM,10.0.0.1,It closes when I come from work,,Rainy days\n"
)
GOOGLE = (
    'Timestamp,Email Address,What could be better?\n2026/03/31 9:30:12 am GMT+1,a@b.example,"The skip is full by ten"\n'
)
MICROSOFT = (
    "ID,Start time,Completion time,Email,Name,What could be better?\n"
    "1,31/03/2026 09:29:00,31/03/2026 09:30:12,anonymous,,The skip is full by ten\n"
)
TYPEFORM = (
    "#,What could be better?,Start Date (UTC),Submit Date (UTC),Network ID,Tags\n"
    "a1b2,The skip is full by ten,2026-03-31 08:29:00,2026-03-31 08:30:12,ab12,\n"
)
SPACE = (
    "Response ID,Date Submitted,Status,What could be better?\n"
    "ANON-1,31/03/2026 09:30,Published,The skip is full by ten\n"
)
MORNING = dt.datetime(2026, 3, 31, 9, 30, 12, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("content", "tool", "text", "identity", "said"),
    [
        (QUALTRICS, "Qualtrics", "Q1", "R_1", dt.datetime(2026, 3, 31, 13, 32, tzinfo=dt.UTC)),
        (MONKEY, "SurveyMonkey", "What is bad about the tip?", "118", dt.datetime(2026, 3, 4, 14, 31, tzinfo=LONDON)),
        (GOOGLE, "Google Forms", "What could be better?", None, MORNING),
        (MICROSOFT, "Microsoft Forms", "What could be better?", "1", MORNING),
        (TYPEFORM, "Typeform", "What could be better?", "a1b2", MORNING),
        (SPACE, "Citizen Space", "What could be better?", "ANON-1", MORNING.replace(second=0)),
    ],
)
def test_exports_of_survey_tools_are_known_by_their_headers(
    content: str, tool: str, text: str, identity: str | None, said: dt.datetime
) -> None:
    found, rows = opened(content)
    row = rows[0]
    assert isinstance(row, ImportRow)
    assert (found.columns["export of"], found.columns["text"]) == (tool, text)
    assert row.arrival.message == "The skip is full by ten"
    assert row.arrival.submitted_at == said
    assert identity is None or row.arrival.external_id == identity


def test_the_question_below_the_name_may_be_asked_for_too() -> None:
    assert messages(QUALTRICS, text="What could we do?") == ["The skip is full by ten"]


def test_choices_below_a_question_make_names() -> None:
    assert messages(MONKEY, text="How often do you come?: Other (please specify)") == ["Rainy days"]


def test_where_several_columns_hold_words_the_mapping_is_proposed() -> None:
    content = MICROSOFT.replace("better?\n", "better?,And what is good?\n").replace(
        "by ten\n", "by ten,The staff are all lovely\n"
    )
    with pytest.raises(
        Malformed, match=r"Microsoft Forms.*--text-column 'What could be better\?' --text-column 'And what"
    ):
        opened(content)
    assert messages(content, text="And what is good?") == ["The staff are all lovely"]


def test_a_missing_column_is_told_with_those_that_there_are() -> None:
    with pytest.raises(Malformed, match="no column 'text'; there are 'When', 'Comments'"):
        opened("When,Comments\n1/4/2026,No ramp\n")


DATES = [
    *[
        "31-Mar-26",
        "46112",
        "Tue 31 Mar 2026",
        "31st March 2026",
        "March 31, 2026",
        "2026/03/31",
        "20260331",
        "31/3/26",
    ],
    *[
        "31.03.2026",
        "31 Mawrth 2026",
        "Dydd Mawrth 31 Mawrth 2026",
        "Tuesday, 31 March 2026",
        "31/03/2026 00:00",
        "31Mar2026",
    ],
]
TIMES = [
    *[
        "31/03/2026 9:30 AM",
        "31 Mar 2026 09:30",
        "2026-03-31T09:30:00.000+0100",
        "31/03/2026 at 9.30am",
        "46112.395833333336",
    ],
    *[
        "2026-03-31 08:30:00 UTC",
        "09:30 31/03/2026",
        "31/03/2026 09:30 BST",
        "2026/03/31 9:30:00 am GMT+1",
        "1774945800",
    ],
    *["Tue, 31 Mar 2026 09:30:00 +0100", "Tue Mar 31 2026 09:30:00 GMT+0100 (British Summer Time)", "1774945800000"],
]


@pytest.mark.parametrize("written", DATES)
def test_every_usual_form_of_a_date_is_read(written: str) -> None:
    assert moment(written) == dt.date(2026, 3, 31)


@pytest.mark.parametrize("written", TIMES)
def test_every_usual_form_of_a_time_is_read(written: str) -> None:
    assert moment(written) == dt.datetime(2026, 3, 31, 9, 30, tzinfo=LONDON)


@pytest.mark.parametrize(
    "written", ["31 Sept 2026", "29/02/2026", "31/04/2026", "31/31/2026", "Mar-26", "31/03/2026 25:00", "9"]
)
def test_what_is_no_day_is_refused_with_its_line(written: str) -> None:
    assert list(refused(f'text,date\nfine,1/4/2026\nwrong,"{written}"\n')) == [3]


def test_months_stand_first_only_where_the_column_says_so() -> None:
    american = "text,date\na,3/4/2026\nb,3/31/2026\n"
    assert [row.arrival.submitted_at for row in taken(american)] == [dt.date(2026, 3, 4), dt.date(2026, 3, 31)]
    mixed = "text,date\na,3/4/2026\nb,31/3/2026\nc,3/31/2026\n"
    assert [row.arrival.submitted_at for row in taken(mixed)] == [dt.date(2026, 4, 3), dt.date(2026, 3, 31)]
    assert list(refused(mixed)) == [4]


def test_times_are_those_of_the_service_and_clock_changes_are_kept() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    assert moment("31/03/2026 09:30", madrid) == dt.datetime(2026, 3, 31, 7, 30, tzinfo=dt.UTC)
    assert moment("28/03/2026 12:00") == dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
    assert moment("29/03/2026 12:00") == dt.datetime(2026, 3, 29, 11, tzinfo=dt.UTC)
    twice = moment("25/10/2026 01:30")
    assert isinstance(twice, dt.datetime)
    assert twice.astimezone(dt.UTC) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "given", "ratings"),
    [
        ("Rating", ["1", "3", "5"], [1, 3, 5]),
        ("Rating", ["0", "5", "10", "8"], [1, 3, 5, 4]),
        ("How likely (0-10)", ["2", "4"], [1, 2]),
        ("Stars", ["★★★★☆", "⭐⭐", "3 stars", "6"], [4, 2, 3, None]),
        ("Mood", ["😀", "🙂", "😐", "🙁", "😡", "☹️"], [5, 4, 3, 2, 1, 2]),
        (
            "Satisfied?",
            ["Very satisfied", "Fairly dissatisfied.", "Neither satisfied nor dissatisfied", "Don't know"],
            [5, 2, 3, None],
        ),
        ("Boddhad", ["Bodlon iawn", "Anfodlon", "Da", "Gwael iawn"], [5, 2, 4, 1]),
        (
            "Score",
            ["4/5", "8 out of 10", "80%", "5 - Excellent", "1 (Very poor)", "1 - Very satisfied"],
            [4, 4, 4, 5, 1, 5],
        ),
    ],
)
def test_ratings_of_every_kind_become_one_to_five(header: str, given: list[str], ratings: list[int | None]) -> None:
    scale = RatingScale.of(header, given)
    assert [scale.read(one) for one in given] == ratings


def test_a_rating_is_kept_as_it_was_given_too() -> None:
    rows = taken("text,rating\na,10\nb,0\nc,it was dreadful\n")
    assert [row.arrival.rating for row in rows] == [5, 1, None]
    assert [row.arrival.read_as["rating"] for row in rows] == ["10, of 10", "0, of 10", "given, and not read"]


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


@pytest.mark.parametrize("book", [xlsx({"One": []}), xlsx({"One": [["text"]]})[:200], b"\xd0\xcf\x11\xe0 no workbook"])
def test_a_workbook_that_cannot_be_read_is_refused_with_what_to_do(book: bytes) -> None:
    with pytest.raises(Malformed):
        opened(book)


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="cp1252"), max_size=20), min_size=2, max_size=2), min_size=1, max_size=5
    )
)
@pytest.mark.parametrize("wrapper", ["utf-8", "utf-8-sig", "utf-16", "xlsx", "tab"])
def test_a_text_comes_out_as_it_went_in(wrapper: str, cells: list[list[str]]) -> None:
    import csv

    plain = [
        ["".join(sign for sign in one if sign.isprintable() and sign not in "<&'") for one in row] for row in cells
    ]
    wanted = [row[1].strip() for row in plain if row[1].strip()]
    if wrapper == "xlsx":
        content = xlsx({"One": [["id", "text"], *[[f"i{row[0]}", row[1]] for row in plain]]})
    else:
        out = io.StringIO()
        writer = csv.writer(out, delimiter="\t" if wrapper == "tab" else ",")
        writer.writerows([["id", "text"], *[[f"i{row[0]}", row[1]] for row in plain]])
        content = out.getvalue().encode("utf-8" if wrapper == "tab" else wrapper)
    assert messages(content) == [one for one in wanted if one != "text"]
