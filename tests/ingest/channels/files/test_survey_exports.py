"""Exports of survey tools are known by their headers, and their mapping is proposed."""

import datetime as dt

import pytest

from feedback.record.errors import Malformed
from ingest.channels.files.table import ImportRow
from tests.ingest.channels.files.saved import LONDON, messages, opened

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


def rated(question: str, *answers: str, more: str = "Any comments?") -> list[int | None]:
    """How an export of Microsoft Forms with these answers rates."""
    lines = [
        f'{at},31/03/2026 09:29:00,31/03/2026 09:30:12,anonymous,,"{answer}",Bin {at} was missed again'
        for at, answer in enumerate(answers)
    ]
    header = f'ID,Start time,Completion time,Email,Name,"{question}",{more}'
    _, rows = opened("\n".join([header, *lines]))
    assert all(isinstance(row, ImportRow) for row in rows)
    return [row.arrival.rating for row in rows if isinstance(row, ImportRow)]


@pytest.mark.parametrize(
    ("question", "answers", "ratings"),
    [
        ("How likely are you to recommend us to a friend?", ["9", "2", "10"], [5, 1, 5]),
        ("Rate us", ["5", "1", "3"], [5, 1, 3]),
        ("The desk", ["Very dissatisfied", "Somewhat satisfied", "Very satisfied"], [1, 4, 5]),
        ("Our toilets", ["Poor", "Excellent", "Don't know", "Good"], [2, 5, None, 4]),
        ("Pa mor fodlon oeddech chi?", ["Bodlon iawn", "Anfodlon", "Da"], [5, 2, 4]),
        ("Sgoriwch ni", ["★★", "★★★★★", "★"], [2, 5, 1]),
        ("How was your visit?", ["😡", "🙂", "😐"], [1, 4, 3]),
    ],
)
def test_the_rating_of_a_survey_is_found_by_how_it_asks_and_is_answered(
    question: str, answers: list[str], ratings: list[int | None]
) -> None:
    assert rated(question, *answers) == ratings


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("How many children have you?", ["1", "3", "2"]),
        ("How old are you?", ["34", "71", "58"]),
        ("How often do you come?", ["Often", "Never", "Sometimes"]),
        ("Should the road be closed?", ["Strongly agree", "Disagree", "Strongly agree"]),
        ("Which ward are you in?", ["3", "1", "2"]),
    ],
)
def test_figures_and_choices_of_another_question_are_no_rating(question: str, answers: list[str]) -> None:
    assert rated(question, *answers) == [None] * len(answers)


def test_of_several_ratings_the_one_about_all_is_taken() -> None:
    several = MICROSOFT.replace("Name,", "Name,Rate the staff,How satisfied are you overall?,").replace(
        "anonymous,,", "anonymous,,5,2,"
    )
    found, _ = opened(several)
    assert found.columns["rating"] == "How satisfied are you overall?"
    assert "Rate the staff" in found.left


def test_answers_of_two_words_are_words_where_nobody_writes_more() -> None:
    short = TYPEFORM.replace("Submit", "What is your name?,Rate it,Submit").replace(
        "2026-03-31 08:30:12", "Al Day,4,2026-03-31 08:30"
    )
    assert messages(short.replace("The skip is full by ten", "More skips")) == ["More skips"]
