"""Which column of a table holds what: as it was asked for, else as the survey tool that wrote it has it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from feedback.record.states import ChannelName
from ingest.channels.dates import LONDON, months_stand_first
from ingest.channels.files.column_inference import rating_of, seen, words_of
from ingest.channels.files.lines import TableRow
from ingest.channels.files.ratings import RatingScale
from ingest.channels.files.reading import JSON, Table
from ingest.channels.files.survey_tools import folded
from ingest.channels.parsing import ATTRIBUTES

_SINGLE: Final = ("date", "id", "service", "channel", "source", "rating", "language", "page_url")
_UNIVERSAL: Final = ("(utc)", "(gmt)")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; capitals do not matter. `text` and `service` must exist, the others may be missing.

    `further`: more columns of words, which are put behind the text. `source`: who entered it. `attributes`: the columns
    by the names that they are kept under. What is "" is in no column.
    """

    text: str = "text"
    date: str = "date"
    id: str = "id"
    service: str | None = None
    channel: str | None = None
    source: str = "source"
    rating: str = "rating"
    language: str = "language"
    page_url: str = "page_url"
    attributes: Mapping[str, str] = field(default_factory=lambda: dict(zip(ATTRIBUTES, ATTRIBUTES, strict=True)))
    further: tuple[str, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """What must exist: the text, the service if a column names it, and whatever else was asked for by a name."""
        usual = Columns()
        named = {getattr(self, name) for name in _SINGLE if getattr(self, name) not in ("", getattr(usual, name))}
        attributes = set(self.attributes.values()) - set(usual.attributes)
        return tuple(sorted({self.text, *self.further} | named | attributes))


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What all rows of a file share.

    `service` is a slug, None where a column names it; `channel` is where no column names one. `batch` is who entered
    it, or the file. `zone` is of times without, unless `zones` has another for a service.
    """

    caller: str
    service: str | None = None
    channel: ChannelName = ChannelName.IMPORT
    file: str | None = None
    batch: str | None = None
    zone: dt.tzinfo = LONDON
    zones: Mapping[str, dt.tzinfo] = field(default_factory=dict)
    columns: Columns = field(default_factory=Columns)


@dataclass(slots=True)
class ColumnPlaces:
    """Where in a row each thing stands; a thing that the table does not hold is at no place.

    `zone` is that of the times where the table itself tells it, `month_first` how its dates are written, `scale` how it
    rates. `told` says it all in words.
    """

    text: list[int]
    single: dict[str, int]
    attributes: dict[str, int]
    zone: dt.tzinfo | None = None
    month_first: bool = False
    scale: RatingScale = RatingScale()
    told: dict[str, str] = field(default_factory=dict)


def places(table: Table, columns: Columns, sample: Sequence[TableRow]) -> ColumnPlaces:
    """Finds the columns; `sample` are the first rows. Raises `Malformed` where one is missing that is needed.

    What was not asked for by a name is found as the survey tool calls it that wrote the file, if it is a known one; and
    the rating by how a column asks and is answered.
    """
    header, tool = table.header, table.header.tool
    needed = set(columns.needed)
    text = [at for name in (columns.text, *columns.further) for at in header.places(name)]
    if not text and tool is not None and columns.text == Columns().text:
        text = words_of(table.header, tool, sample)
        needed.discard(columns.text)
    if table.how["format"] != JSON:
        table.require(sorted(needed))
    single = {name: at for name in _SINGLE if (at := _place(table, columns, name)) is not None}
    attributes = {kept: found[0] for kept, name in columns.attributes.items() if (found := header.places(name))}
    if columns.rating and "rating" not in single:
        rated = rating_of(header, {*text, *single.values(), *attributes.values()}, sample)
        single |= {} if rated is None else {"rating": rated}
    where = ColumnPlaces(text, single, attributes)
    _add_forms(where, table, sample)
    return where


def _place(table: Table, columns: Columns, name: str) -> int | None:
    asked: str | None = getattr(columns, name)
    found = table.header.places(asked) if asked else []
    tool = table.header.tool
    if not found and tool is not None and asked == getattr(Columns(), name):
        usual = getattr(tool, name, ())
        found = [at for one in usual for at in table.header.places(one)]
    return found[0] if found else None


def _add_forms(found: ColumnPlaces, table: Table, sample: Sequence[TableRow]) -> None:
    """How the table writes dates and ratings, and all that was found in words."""
    header, tool = table.header, table.header.tool
    date, rating = found.single.get("date"), found.single.get("rating")
    if date is not None:
        american = tool is not None and tool.month_first
        found.month_first = months_stand_first(seen(date, sample), usual=american)
        found.zone = dt.UTC if folded(header.names[date]).endswith(_UNIVERSAL) else header.zone
    if rating is not None:
        found.scale = RatingScale.of(header.names[rating], seen(rating, sample))
    found.told = {
        **({"export of": tool.name} if tool else {}),
        "text": " + ".join(header.names[at].strip() for at in found.text),
        **{name: header.names[at].strip() for name, at in (found.single | found.attributes).items()},
        **({"dates": "month first"} if found.month_first else {}),
        **({"ratings": f"of {found.scale.best}"} if rating is not None else {}),
    }
