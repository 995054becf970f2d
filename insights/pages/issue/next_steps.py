"""What there is to do about an issue, the likeliest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.record.states import CLOSED_STATUSES, IssueStatus


@dataclass(frozen=True, slots=True)
class IssueProgress:
    """What of an issue says which step comes next.

    `acted`: something was done about it. `doubtful`: a signal stands that may be called a false alarm.
    """

    status: IssueStatus
    assigned: bool
    acted: bool
    released: bool
    doubtful: bool


def next_steps(now: IssueProgress) -> list[str]:
    """Lists the steps that make sense, by the names of their forms.

    An issue is seen, given to somebody, mended and closed; what was mended is told to everybody.
    """
    if now.status in CLOSED_STATUSES:
        closed = ["change", "act"]
        return closed if now.released or now.status == IssueStatus.ARCHIVED else ["publish", *closed]
    steps = ["act", "resolve", "assign", *(["dismiss"] if now.doubtful else []), "snooze", "publish", "change"]
    if now.acted:
        return _first("resolve", steps)
    if not now.assigned:
        steps = _first("assign", steps)
    if now.status != IssueStatus.OPEN:
        return steps
    return [*steps, "acknowledge"] if now.assigned else ["acknowledge", *steps]


def _first(step: str, steps: Sequence[str]) -> list[str]:
    return [step, *(other for other in steps if other != step)]
