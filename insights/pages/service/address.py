"""Filters in the address of a page: read as far as they can be, and written so that a view can be shared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar.datastructures import MultiDict

from feedback.record.errors import Malformed
from feedback.record.limits import convert
from insights.issues.filters import ALL_PERIODS, IssueFilters, to_pairs

SEVERAL = ("channel", "language", "rating", "attribute", "trend", "status")
"""The fields of which several values may be chosen."""

MOST_FIELDS = 200
"""More stand in no address of ours."""

READING = ("sort", "up", "breadth", "tone")
"""The fields that say how a list is read, and leave nothing out of it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of an address; `refused` are the fields in it that could not be read, and are left out."""

    filters: IssueFilters
    refused: list[str] = field(default_factory=list)

    @property
    def query(self) -> str:
        """The address of these filters, behind the question mark."""
        return urlencode(to_pairs(self.filters))

    def page_of(self, slug: str) -> str:
        """Returns the path of a service's page with these filters."""
        return f"/dashboard/{slug}{'?' if self.query else ''}{self.query}"

    def turned(self, **changed: object) -> str:
        """Returns the address with other values of some fields; None takes a field away."""
        left = [(name, value) for name, value in to_pairs(self.filters) if name not in changed]
        return "?" + urlencode([*left, *((name, str(value)) for name, value in changed.items() if value is not None)])

    def sorted_by(self, key: str) -> str:
        """Returns the address of the list in the order of a column, turned where that is its order already."""
        turned = str(not self.filters.ascending).lower() if key == self.filters.sort else None
        return self.turned(sort=key, up=turned)

    def without(self, name: str, value: str) -> str:
        """Returns the address without one value of a field."""
        kept = [pair for pair in to_pairs(self.filters) if pair != (name, value)]
        return "?" + urlencode(kept)

    def narrowing(self) -> list[tuple[str, str]]:
        """Lists what narrows the list down: each field with each of its values."""
        return [(name, value) for name, value in to_pairs(self.filters) if name not in READING]


def read(given: MultiDict[str]) -> Chosen:
    """Reads what an address says, or a form whose fields may be empty. What cannot be read is left out, and named."""
    wanted: dict[str, Any] = {}
    for name in IssueFilters.__struct_fields__:
        values = [value for value in given.getall(name, []) if value]
        if values:
            wanted[name] = values if name in SEVERAL else values[-1]
    refused: list[str] = []
    while True:
        try:
            return Chosen(_converted(wanted), refused)
        except Malformed as error:
            field = error.field if error.field in wanted else next(iter(wanted))
            refused.append(field)
            del wanted[field]


def of_form(values: Mapping[str, str]) -> Chosen:
    """Reads the filters of the list that a form was filled in beside: it brings their address along, as `view`."""
    return read(MultiDict(_pairs(values.get("view", ""))))


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query.removeprefix("?"), max_num_fields=MOST_FIELDS) if query.count("&") < MOST_FIELDS else []


def of_pieces(chosen: Chosen) -> Chosen:
    """Leaves of the filters what is about the pieces."""
    return Chosen(IssueFilters(**msgspec.structs.asdict(chosen.filters.pieces())), chosen.refused)


def without_period(chosen: Chosen) -> Chosen:
    """Leaves of the filters what is not about when something was said."""
    return Chosen(msgspec.structs.replace(chosen.filters, **dict.fromkeys(ALL_PERIODS)), chosen.refused)


def _converted(wanted: Mapping[str, Any]) -> IssueFilters:
    return convert(dict(wanted), IssueFilters, strict=False)
