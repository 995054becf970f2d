"""What does not fit is told by its field."""

import msgspec
import pytest

from feedback.record.errors import Malformed
from feedback.record.limits import convert


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    days: int = 0


class Wish(msgspec.Struct):
    name: str
    filters: list[Filter] = []


def test_what_fits_is_read() -> None:
    assert convert({"name": "a", "filters": [{"days": "3"}]}, Wish, strict=False) == Wish("a", [Filter(3)])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": 1}, "name"),
        ({}, "name"),
        ({"name": "a", "filters": [{"days": "x"}]}, "filters"),
        ({"name": "a", "filters": [{"nights": 1}]}, "filters"),
        ([], None),
    ],
)
def test_what_does_not_fit_names_its_field(values: object, field: str | None) -> None:
    with pytest.raises(Malformed) as refused:
        convert(values, Wish)
    assert refused.value.field == field


def test_the_text_of_a_failure_begins_with_its_field() -> None:
    assert str(Malformed("this is no URL", field="url")) == "url: this is no URL"
