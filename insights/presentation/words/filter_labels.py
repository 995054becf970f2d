"""What people read in place of the names and values by which lists are narrowed down, and of the formats of files."""

from collections.abc import Mapping

from feedback.i18n import N_, TranslatedLabels
from feedback.record.output.exports import FileFormat
from insights.presentation import labels

FILE_FORMATS: Mapping[str, str] = {
    FileFormat.CSV: "CSV",
    FileFormat.XLSX: "Excel",
    FileFormat.JSON_LINES: "JSON lines",
    FileFormat.PARQUET: "Parquet",
}
"""Names, which are the same in every language."""

PERIODS: Mapping[int, str] = TranslatedLabels(
    {
        7: N_("the last 7 days"),
        28: N_("the last 4 weeks"),
        56: N_("the last 8 weeks"),
        182: N_("the last half year"),
        365: N_("the last year"),
    }
)
"""Periods that end today, by their days."""

FILTERS: Mapping[str, str] = TranslatedLabels(
    {
        "since": N_("Since"),
        "until": N_("Before"),
        "first_day": N_("First day"),
        "last_day": N_("Last day"),
        "days": N_("Said within"),
        "channel": N_("Channel"),
        "language": N_("Language"),
        "rating": N_("Rating"),
        "attribute": N_("Attribute"),
        "page_url": N_("Sent from a page that begins with"),
        "urgent": N_("With urgent feedback"),
        "trend": N_("Trend"),
        "status": N_("Status"),
        "assignee": N_("Assigned to"),
        "unassigned": N_("Assigned to nobody"),
        "overdue": N_("Overdue"),
        "tone": N_("What is said"),
        "sort": N_("Order"),
        "up": N_("Order"),
        "breadth": N_("Fine or broad"),
    }
)
"""What a list of issues is narrowed down by."""

FILTER_VALUES: Mapping[str, Mapping[str, str]] = {
    "channel": labels.CHANNELS,
    "language": labels.LANGUAGES,
    "trend": labels.TRENDS,
    "status": labels.ISSUE_STATUSES,
}

COLUMNS: Mapping[str, str] = TranslatedLabels(
    {
        "title": N_("Issue"),
        "reports": N_("Reports"),
        "recent": N_("Last 7 days"),
        "trend": N_("Trend"),
        "status": N_("Status"),
        "channel": N_("By channel"),
        "last": N_("Last report"),
        "assignee": N_("Assigned to"),
    }
)
"""The columns of a list of issues, by the key that each is sorted by."""

OF_ONE_ISSUE = ("status", "assignee")
"""The columns that say nothing of several issues together."""
