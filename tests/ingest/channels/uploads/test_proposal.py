"""Which column of a file holds what is proposed by names and contents, whatever the file is called or made with."""

import io

import pytest

from ingest.channels.uploads.proposal import propose
from ingest.channels.uploads.reading_form import ReadingForm, name_of_kept

SAID = (
    "The bins were not emptied again",
    "Nobody answers the phone there",
    "It is all in English only",
    "Thank you for the help",
)


def sheet(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows]).encode()


def each(row: str) -> list[str]:
    """A row for each of `SAID`, numbered from 1."""
    return [row.format(said=said, n=n) for n, said in enumerate(SAID, start=1)]


@pytest.mark.parametrize(
    ("header", "row", "form"),
    [
        ("text", "{said}", {"text": ("text",)}),
        (
            "id,date,text,rating",
            "{n},2026-03-0{n},{said},3",
            {"text": ("text",), "date": "date", "id": "id", "rating": "rating"},
        ),
        (
            "Case ref,Date received,Tell us more,Ward",
            "C/{n},0{n}/03/2026,{said},North",
            {
                "text": ("Tell us more",),
                "date": "Date received",
                "id": "Case ref",
                "keep": ("Ward",),
            },
        ),
        (
            "Timestamp,How satisfied are you?,Comment",
            "01/03/2026 10:0{n}:00,{n},{said}",
            {"text": ("Comment",), "date": "Timestamp", "rating": "How satisfied are you?"},
        ),
        (
            "Sylw,Dyddiad,Iaith",
            "{said},0{n}/03/2026,cy",
            {"text": ("Sylw",), "date": "Dyddiad", "language": "Iaith"},
        ),
        ("text,When,Team", "{said},0{n}/03/2026,A", {"text": ("text",), "date": "When", "keep": ("Team",)}),
        ("Channel,Feedback", "Phone,{said}", {"text": ("Feedback",), "channel_column": "Channel"}),
        ("Source,Feedback", "Web form,{said}", {"text": ("Feedback",), "channel_column": "Source"}),
        ("Entered,Note", "{n} March 2026,{said}", {"text": ("Note",), "date": "Entered"}),
        ("Number of visits,Feedback", "1,{said}", {"text": ("Feedback",)}),
        ("Amount,Feedback", "2026,{said}", {"text": ("Feedback",)}),
        ("Score,Comments", "{n},{said}", {"text": ("Comments",), "rating": "Score"}),
        ("Comments,Score (1-5)", "{said},{n}", {"text": ("Comments",), "rating": "Score (1-5)"}),
        ("Comments,Risk score", "{said},{n}", {"text": ("Comments",)}),
        ("Name,Postcode", "Ann,CF10 1AA", {}),
    ],
)
def test_the_columns_are_proposed(header: str, row: str, form: dict[str, object]) -> None:
    assert propose(io.BytesIO(sheet(header, *each(row)))).form == ReadingForm(**form)  # type: ignore[arg-type]


def test_the_export_of_a_survey_tool_is_read_as_an_import_reads_it() -> None:
    body = sheet("Timestamp,Email Address,What went wrong?", *each("3/2/2026 10:00:0{n},a@b.example,{said}"))
    assert propose(io.BytesIO(body)).form == ReadingForm(text=("What went wrong?",), date="Timestamp")


def test_where_the_same_is_said_over_and_over_that_is_the_column() -> None:
    body = sheet("Ref,Answer,Town", *(f"{n},The bins were not emptied,Aberwen" for n in range(9)))
    assert propose(io.BytesIO(body)).form.text == ("Answer",)


def test_titles_above_the_header_are_passed_over() -> None:
    body = sheet("Report of March,,", ",,", "Ref,Comments,Office", *each("R{n},{said},North"))
    found = propose(io.BytesIO(body))
    assert found.names == ("Ref", "Comments", "Office")
    assert found.form == ReadingForm(text=("Comments",), id="Ref", keep=("Office",))


def test_a_kept_column_is_kept_under_a_plain_name() -> None:
    assert [name_of_kept(name) for name in ("Office", "Opening hours?", "2nd line", "Swyddfa’r sir")] == [
        "office",
        "opening_hours",
        "column_2nd_line",
        "swyddfar_sir",
    ]
