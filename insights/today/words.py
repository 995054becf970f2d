"""What the first page tells of findings and news, by their names."""

from collections.abc import Mapping

from feedback.i18n import N_, TranslatedLabels

PRIORITY_REASONS: Mapping[str, str] = TranslatedLabels(
    {
        "outage": N_("it broke down within hours, and is still reported"),
        "very_sure": N_("almost certainly real"),
        "sure": N_("very likely real"),
        "fairly_sure": N_("likely real"),
        "caveat": N_("there is a reason for caution, which its page explains"),
        "severe": N_("it sounds severe"),
        "many": N_("many report it"),
    }
)
"""Why a finding stands where it does on the first page, as parts of a list."""

NEWS: Mapping[str, str] = TranslatedLabels(
    {
        "watched": N_("Watched: it may be chance"),
        "rose": N_("Rose over the last weeks, and is watched: it may be chance"),
        "over": N_("Over: no longer reported beyond what is usual"),
        "found": N_("People report it, no more than usual"),
    }
)
"""What is new since somebody last looked."""
