"""Filters as people read them."""

import datetime as dt
from typing import Any
from urllib.parse import unquote

from feedback.i18n import _, ngettext
from feedback.i18n.formats import upper_first
from insights.issues.filters import named
from insights.issues.listing.facets import Facets
from insights.pages.service.address import Chosen
from insights.presentation import formats, labels
from insights.presentation.words import filter_labels

YES = "true"


def words(name: str, value: str) -> str:
    """Says what one value of one field leaves of a list, as in: Language: Welsh, or: Ward: North."""
    if name == "attribute":
        attribute, wanted = value.split(":", 1)
        return f"{upper_first(unquote(attribute))}: {wanted}"
    field = filter_labels.FILTERS[name]
    if name in ("urgent", "unassigned", "overdue"):
        return field if value == YES else _("Not: %(filter)s", filter=field)
    if name == "days":
        return f"{field}: {within(int(value))}"
    if name in ("first_day", "last_day"):
        return f"{field}: {formats.day(dt.date.fromisoformat(value))}"
    return f"{field}: {filter_labels.FILTER_VALUES.get(name, {}).get(value, value)}"


def within(days: int) -> str:
    """Names the period of the last days."""
    named = filter_labels.PERIODS.get(days)
    return named or ngettext("the last %(num)s day", "the last %(num)s days", days)


def narrowing(chosen: Chosen) -> list[tuple[str, str]]:
    """Lists what narrows a list down: the address without it, and what it says."""
    return [(chosen.without(name, value), words(name, value)) for name, value in chosen.narrowing()]


def choices(chosen: Chosen, found: Facets) -> dict[str, Any]:
    """What the form that narrows down has to choose from, each value with its words."""
    periods = dict.fromkeys([*filter_labels.PERIODS, *filter(None, [chosen.filters.days])])
    people = dict.fromkeys([*found.assignees, *filter(None, [chosen.filters.assignee])])
    return {
        "languages": {code: labels.LANGUAGES.get(code, code) for code in found.languages},
        "periods": {str(days): within(days) for days in periods},
        "people": {name: name for name in people},
        "attributes": {
            upper_first(name): {named(name, value): value for value in values}
            for name, values in found.attributes.items()
        },
    }
