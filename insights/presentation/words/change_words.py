"""What people call the kinds of changes of a service."""

from collections.abc import Mapping

from feedback.i18n import N_, TranslatedLabels
from feedback.record.states import ChangeKind

CHANGE_KINDS: Mapping[str, str] = TranslatedLabels(
    {
        ChangeKind.RELEASE: N_("Release"),
        ChangeKind.OUTAGE: N_("Outage"),
        ChangeKind.LETTER: N_("Letter that was sent"),
        ChangeKind.HOLIDAY: N_("Holiday"),
        ChangeKind.PLANNED: N_("Planned work"),
        ChangeKind.OTHER: N_("Something else"),
    }
)
