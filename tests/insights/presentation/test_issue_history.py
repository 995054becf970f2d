"""What happened to an issue in plain words, who is affected in a sentence, and which step comes next."""

import datetime as dt
import uuid
from typing import Any

import pytest

from feedback.record.states import IssueStatus
from insights.pages.issue.next_steps import IssueProgress, next_steps
from insights.presentation import issue_history
from insights.presentation.breakdowns import Affected, Breakdown, ValueShare, in_words
from insights.presentation.schemas import IssueEventView

OTHER = uuid.UUID(int=7)
NO_MORE = "Nothing else is known of who reports it."


@pytest.mark.parametrize(
    ("what", "details", "told"),
    [
        ("renamed", {"was": "A", "now": "B"}, ("Title", "“A”", "“B”")),
        ("assigned to Web team", {"was": None, "now": "Web team"}, ("Who sees to it", "nobody", "Web team")),
        ("no longer due", {"was": "2030-01-31", "now": None}, ("Due", "31 January 2030", "no day")),
        (
            "snoozed until 2030-01-31",
            {"was": None, "now": "2030-01-31"},
            ("Snoozed until", "no day", "31 January 2030"),
        ),
        ("in progress", {"was": "open", "now": "in_progress"}, ("Status", "Open", "In progress")),
        ("acknowledged", {"was": "open"}, ("Acknowledged", "", "")),
        ("action: New server", {"action": "1"}, ("Done: New server", "", "")),
        ("handed over to Blue Badge", {"pieces": 3}, ("Handed over to Blue Badge", "", "")),
        ("handed over by Parks", {"pieces": 3}, ("Handed over by Parks", "", "")),
        ("signal surge", {}, ("Noticed: more reports than usual", "", "")),
        ("split", {"other": str(OTHER), "statements": 4}, ("4 statements were split off, as", "", "")),
        ("split", {"other": str(OTHER), "shared": 4}, ("Parted: some of it is now", "", "")),
    ],
)
def test_an_event_says_what_it_was_and_what_it_is_now(
    what: str, details: dict[str, Any], told: tuple[str, str, str]
) -> None:
    line = issue_history.line(IssueEventView(1, dt.datetime.now(dt.UTC), "somebody", what, None, details))
    assert (line.what, line.was, line.now) == told
    assert line.other == (OTHER if "other" in details else None)


def test_what_the_machine_did_is_told_as_its_doing_and_gives_no_code_as_a_reason() -> None:
    event = IssueEventView(1, dt.datetime.now(dt.UTC), "machine", "reopened", "signal regression", {})
    line = issue_history.line(event)
    assert (line.by, line.reason) == ("The machine", "")


def affected(
    name: str, attribute: bool, reports: int, known: int, usual: float, *, stands_out: bool = True
) -> Affected:
    value = {"channel": "call", "language": "cy"}.get(name, "North")
    share = ValueShare(value, reports, reports / known, usual, 0.001, stands_out)
    return Affected(None, known, 100, [Breakdown(name, attribute, known, [share])])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            affected("channel", False, 12, 12, 0.21),
            "People who tell us by phone, more than others: all 12 reports, against 21% of other feedback.",
        ),
        (
            affected("channel", False, 9, 12, 0.21),
            "People who tell us by phone, more than others: 75% of these reports (9 of 12), against 21%",
        ),
        (
            affected("language", False, 8, 12, 0.002),
            "People who write in Welsh, more than others: 67% of these reports (8 of 12), against <\xa01%",
        ),
        (
            affected("ward", True, 7, 12, 0.25),
            "Ward “North”, more than others: 58% of these reports (7 of 12), against 25%",
        ),
    ],
)
def test_who_is_affected_is_said_as_a_share_beside_the_usual_one(found: Affected, said: str) -> None:
    assert said in in_words(found)[0]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            affected("ward", True, 12, 12, 0.9, stands_out=False),
            ["Everybody alike: no ward stands out."],
        ),
        (
            affected("channel", False, 9, 12, 0.7, stands_out=False),
            ["Everybody alike: no channel stands out.", NO_MORE],
        ),
        (
            affected("channel", False, 12, 12, 0.9, stands_out=False),
            [
                "People who tell us by phone: all 12 reports, against 90% of other feedback; that may be chance.",
                NO_MORE,
            ],
        ),
        (
            affected("channel", False, 9, 9, 1.0, stands_out=False),
            ["Everybody alike: no channel stands out.", NO_MORE],
        ),
        (
            affected("channel", False, 1, 1, 0.9, stands_out=False),
            [
                "People who tell us by phone: the one report, against 90% of other feedback; that may be chance.",
                NO_MORE,
            ],
        ),
        (
            Affected(
                None,
                9,
                100,
                [
                    *affected("channel", False, 9, 9, 0.2).breakdowns,
                    Breakdown("language", False, 9, []),
                    Breakdown("ward", True, 4, []),
                ],
            ),
            [
                "People who tell us by phone, more than others: all 9 reports, against 20% of other feedback.",
                "No language or ward (known for 4 of the 9) stands out.",
            ],
        ),
        (
            Affected(None, 5, 100, affected("ward", True, 3, 3, 0.17).breakdowns),
            ["Ward “North”, more than others: all 3 reports that tell it, against 17% of other feedback."],
        ),
        (Affected(None, 0, 0, []), []),
    ],
)
def test_what_is_as_usual_and_what_is_not_known_is_said_and_one_channel_alone_is_named(
    found: Affected, said: list[str]
) -> None:
    assert in_words(found) == said


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (IssueProgress(IssueStatus.OPEN, assigned=False, acted=False, released=False, doubtful=True), "acknowledge"),
        (IssueProgress(IssueStatus.ACKNOWLEDGED, assigned=False, acted=False, released=False, doubtful=True), "assign"),
        (IssueProgress(IssueStatus.ACKNOWLEDGED, assigned=True, acted=False, released=False, doubtful=True), "act"),
        (IssueProgress(IssueStatus.IN_PROGRESS, assigned=True, acted=True, released=False, doubtful=False), "resolve"),
        (IssueProgress(IssueStatus.RESOLVED, assigned=True, acted=True, released=False, doubtful=False), "publish"),
        (IssueProgress(IssueStatus.RESOLVED, assigned=True, acted=True, released=True, doubtful=False), "change"),
    ],
)
def test_the_likeliest_step_comes_first_and_each_once(now: IssueProgress, first: str) -> None:
    steps = next_steps(now)
    assert steps[0] == first and len(steps) == len(set(steps))
    assert ("dismiss" in steps) == now.doubtful
