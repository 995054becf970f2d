"""What forms and exports write where nobody answered is no problem, and what a citizen writes like it is one."""

import csv
from pathlib import Path

import pytest

from nlp.clean.cleaner import Cleaner
from nlp.clean.no_answers import is_no_answer
from workers.file_tools.analyse import analyse

ENGLISH = (
    *("Not Provided", "NULL", "(blank)", "nan", "[No Response]", "no response given", "n/a", "N / A", "n\\a", "#N/A"),
    *("#VALUE!", "#NULL!", "#NAME?", "None", "<NA>", "\\N", "undefined", "Missing value", "(empty)", "x", "XXX", "Nil"),
    *("Left blank intentionally", "This field was left blank", "No comments entered.", "No comments made by patient"),
    *("No further comments", "Not specified", "unspecified", "Question not answered", "Prefer not to say", "not known"),
    *("I'd rather not say", "Declined to answer", "Respondent skipped this question", "Did not respond", "No opinion"),
    *("Does not apply", "Not applicable to me", "Not relevant", "No suggestions", "Comment: n/a", "Q3: no response"),
)
WELSH = (
    *("Dim ateb", "Dim ymateb wedi'i roi", "dim sylwadau pellach", "Dim barn", "Dim byd i'w ychwanegu", "Heb ei ateb"),
    *(
        "Heb ei ddarparu",
        "heb ei nodi",
        "Heb ddarparu ateb",
        "Ddim yn berthnasol",
        "Amherthnasol",
        "anhysbys",
        "(gwag)",
    ),
    *("ddim yn gwybod", "Gwell gennyf beidio â dweud", "Sylwadau: dim", "Wedi'i adael yn wag", "(gwag)"),
)
SAID = (
    *(
        "no parking",
        "No answer on the phone",
        "no reply to my letter",
        "no response from the council",
        "no data signal",
    ),
    *("not provided with a hearing loop", "Information not provided", "the form was blank", "Blank screen"),
    *(
        "My bin is missing",
        "missing bin",
        "unknown man at the door",
        "declined my card",
        "no response from the council",
    ),
    *("skipped in the queue", "Empty shelves", "Nan was left in the corridor", "no comment box on the form", "x-ray"),
    "no response from the council",
    *("Dim parcio", "dim dŵr poeth", "Dim ateb ar y ffôn", "heb ateb fy llythyr", "Mae'r ffurflen yn wag"),
)


@pytest.mark.parametrize("text", [*ENGLISH, *WELSH, *("...", "-", "…", "?", "***")])
def test_what_stands_for_no_answer_says_nothing(text: str) -> None:
    assert is_no_answer(text) or not any(letter.isalnum() for letter in text)


@pytest.mark.parametrize("text", SAID)
def test_what_only_looks_like_no_answer_is_something_said(text: str) -> None:
    assert not is_no_answer(text)


def test_no_response_behind_a_complaint_is_part_of_the_complaint() -> None:
    complaint, silent, thanked = Cleaner().clean(
        ["I wrote to you three times. No response.", "No response.", "No response given. Thanks."]
    )
    assert [statement.filler for statement in complaint.statements] == [False, False]
    assert all(statement.filler for statement in (*silent.statements, *thanked.statements))


def test_an_analysis_puts_no_answers_into_no_issue_and_names_none_by_them(tmp_path: Path) -> None:
    said = [f"The stairs of block {letter} are never swept" for letter in "abcdefghijkl"]
    silent = [text for text in (*ENGLISH, *WELSH) for _ in range(3)]
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["text"], *([text] for text in (*said, *silent))])
    analyse(tmp_path / "in.csv", tmp_path / "out")
    with (tmp_path / "out" / "feedback.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["issue_id"] for row in rows if row["text"] in silent} == {""}
    assert not {row["issue_title"] for row in rows} & {*ENGLISH, *WELSH}
