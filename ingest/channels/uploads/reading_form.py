"""How a file is to be read, as somebody confirms it: which columns hold what; and what its first rows become then."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO
from zoneinfo import ZoneInfo

import msgspec

from feedback.record.models import Service, Upload
from feedback.record.services import slug_of
from feedback.record.states import ChannelName
from ingest.channels.files.columns import Columns, ImportSource
from ingest.channels.files.table import FeedbackTable, ImportRow, RowError, feedback_table

LOOKED_AT = 1_000
"""Rows at the beginning that a look reads."""
SHOWN = 5


class ReadingForm(msgspec.Struct, frozen=True):
    """Which columns hold what, by their names; "" for none. `text`: several are put together.

    `keep`: columns that are kept to filter and detect by. `channel`: how all of it came, where no column names that.
    """

    text: tuple[str, ...] = ()
    date: str = ""
    id: str = ""
    rating: str = ""
    language: str = ""
    channel_column: str = ""
    keep: tuple[str, ...] = ()
    channel: ChannelName = ChannelName.IMPORT

    def source(self, service: Service, file: str) -> ImportSource:
        """Returns what an import of the file into a service is told."""
        first, *further = self.text or ("",)
        columns = Columns(
            text=first,
            further=tuple(further),
            date=self.date,
            id=self.id,
            rating=self.rating,
            language=self.language,
            channel=self.channel_column or None,
            source="",
            page_url="",
            attributes={name_of_kept(name): name for name in self.keep},
        )
        zones = {service.slug: ZoneInfo(service.properties.time_zone)}
        return ImportSource(f"import:{service.slug}", service.slug, self.channel, file, zones=zones, columns=columns)


class FileColumns(msgspec.Struct, frozen=True):
    """The columns of a file by their names, and how it is to be read: as proposed, then as somebody confirmed it."""

    names: tuple[str, ...]
    form: ReadingForm


def columns_of(upload: Upload) -> FileColumns:
    """Reads the columns of a file, and how it is to be read."""
    return msgspec.convert(upload.columns, FileColumns)


def name_of_kept(column: str) -> str:
    """Returns the name under which a column is kept: that of the column in small letters, as `opening_hours`."""
    plain = slug_of(column).replace("-", "_")[:50]
    return plain if plain.isidentifier() else f"column_{plain}"[:50]


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the first rows of a file become: `taken` and `refused` are examples of those `looked_at`.

    `all_of_it`: whether there are no more. `would_take`, `would_refuse`: how many.
    """

    read: FeedbackTable
    taken: Sequence[ImportRow]
    refused: Sequence[RowError]
    would_take: int
    would_refuse: int
    all_of_it: bool

    @property
    def looked_at(self) -> int:
        return self.would_take + self.would_refuse


def first_look(stream: IO[bytes], source: ImportSource) -> FirstLook:
    """Reads the first rows as they will be read. Raises `Malformed` where the file cannot be read so."""
    with feedback_table(stream, source) as found:
        rows = list(islice(found.rows, LOOKED_AT))
        further = next(iter(found.rows), None)
        taken = [row for row in rows if isinstance(row, ImportRow)]
        refused = [row for row in rows if isinstance(row, RowError)]
        return FirstLook(found, taken[:SHOWN], refused[:SHOWN], len(taken), len(refused), further is None)
