"""What happened to an issue, as people read it: what it was and is now, and which other issue it was about."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from feedback.i18n import N_, TranslatedLabels, _, gettext, ngettext
from feedback.record.states import IssueStatus
from insights.presentation import formats, labels, sentences
from insights.presentation.schemas import IssueEventView


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a history: `what` changed from `was` to `now`, where it was something else; by whom and why.

    `other` is the issue that it was about as well.
    """

    at: dt.datetime
    by: str
    what: str
    was: str = ""
    now: str = ""
    other: uuid.UUID | None = None
    reason: str = ""


MACHINES: Mapping[str, str] = TranslatedLabels(
    {"machine": N_("The machine"), "refit": N_("The machine, as it grouped anew")}
)

FACTS: Mapping[str, str] = TranslatedLabels(
    {
        "note": N_("Note"),
        "merged": N_("Merged into"),
        "took in another": N_("Took in"),
        "split off": N_("Was split off"),
        "statement moved away": N_("A statement was moved to"),
        "statement moved here": N_("A statement was moved here from"),
        "missed by the machine": N_("Said to be missed by the machine"),
        "false alarm": N_("Called a false alarm"),
        "no false alarm": N_("No false alarm after all"),
        "published": N_("Published under “You said, we did”"),
        "no longer published": N_("Taken off “You said, we did”"),
        "reopened": N_("Opened again, since it is reported beyond chance"),
        "ended": N_("Ended: what made it was undone"),
        "merge undone": N_("The merge was undone"),
        "split undone": N_("The split was undone"),
        "move undone": N_("The move was undone"),
        "apart undone": N_("Keeping statements apart was undone"),
        "split": N_("Parted: some of it is now"),
        "nested": N_("Some of it is now its part"),
        "merge": N_("Taken into one with"),
    }
)
"""By what is stored of an event that changes no field. The last three are of refits."""

NAMED: Mapping[str, str] = {
    "action: ": N_("Done: %(what)s"),
    "handed over to ": N_("Handed over to %(what)s"),
    "handed over by ": N_("Handed over by %(what)s"),
}
"""By what is stored before what people called it: an action, or a service."""


def line(event: IssueEventView) -> HistoryLine:
    """Tells one event."""
    what, was, now = _told(event)
    other = event.details.get("other")
    return HistoryLine(
        at=event.at,
        by=MACHINES.get(event.by, event.by),
        what=what,
        was=was,
        now=now,
        other=uuid.UUID(other) if other else None,
        reason="" if event.by in MACHINES or not event.reason else event.reason,
    )


def _told(event: IssueEventView) -> tuple[str, str, str]:
    details = event.details
    for begins, (name, words) in FIELDS.items():
        if event.what.startswith(begins) and "now" in details:
            return gettext(name), words(details.get("was")), words(details["now"])
    for begins, text in NAMED.items():
        if event.what.startswith(begins):
            return gettext(text, what=event.what.removeprefix(begins)), "", ""
    if statements := details.get("statements"):
        return _of_statements(event.what, statements), "", ""
    return FACTS[event.what] if event.what in FACTS else sentences.happened(event.what), "", ""


def _of_statements(what: str, count: int) -> str:
    if what == "split":
        return ngettext("%(num)s statement was split off, as", "%(num)s statements were split off, as", count)
    if what == "statements kept apart":
        return ngettext("%(num)s statement does not belong here", "%(num)s statements do not belong here", count)
    return ngettext(
        "The machine had missed it: made of %(num)s statement",
        "The machine had missed it: made of %(num)s statements",
        count,
    )


def _words(stored: Any) -> str:
    return f"“{stored}”" if stored else _("nothing")


def _person(stored: Any) -> str:
    return str(stored) if stored else _("nobody")


def _day(stored: Any) -> str:
    return formats.day(dt.date.fromisoformat(stored)) if stored else _("no day")


def _status(stored: Any) -> str:
    return labels.ISSUE_STATUSES.get(stored, str(stored))


FIELDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "renamed": (N_("Title"), _words),
    "assigned to ": (N_("Who sees to it"), _person),
    "due ": (N_("Due"), _day),
    "no longer due": (N_("Due"), _day),
    "snoozed ": (N_("Snoozed until"), _day),
    **{status.replace("_", " "): (N_("Status"), _status) for status in IssueStatus},
}
"""By what an event of a changed field begins with: the field, and how its values are told."""
