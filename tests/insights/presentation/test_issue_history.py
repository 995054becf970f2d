"""What happened to an issue in plain words, and which step comes next."""

import datetime as dt
import uuid
from typing import Any

import pytest

from feedback.record.states import IssueStatus
from insights.pages.issue.next_steps import IssueProgress, next_steps
from insights.presentation import issue_history
from insights.presentation.schemas import IssueEventView

OTHER = uuid.UUID(int=7)


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


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (IssueProgress(IssueStatus.OPEN, assigned=False, acted=False, released=False, doubtful=True), "acknowledge"),
        (IssueProgress(IssueStatus.OPEN, assigned=True, acted=False, released=False, doubtful=True), "act"),
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
