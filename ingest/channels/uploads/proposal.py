"""Which column of a file holds what, proposed by the names and the contents of its columns."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, islice
from typing import IO, Final

from feedback.record.errors import Malformed
from feedback.record.limits import convert
from ingest.channels.channel_words import channel_of
from ingest.channels.dates import moment
from ingest.channels.files.column_inference import filled, holds_words, rating_of
from ingest.channels.files.columns import Columns, places
from ingest.channels.files.header import Header
from ingest.channels.files.lines import TableRow
from ingest.channels.files.reading import Table, table
from ingest.channels.files.survey_tools import folded
from ingest.channels.files.table import SAMPLE
from ingest.channels.uploads.reading_form import FileColumns, ReadingForm

_FITTING: Final = 0.8
"""The share of a column's cells that must be of a kind for the column to hold it."""
_WORDS_OF_A_SENTENCE: Final = 4
_KEPT_WORDS: Final = ("office", "ward", "team", "form", "branch", "depot", "district", "swyddfa")


def propose(stream: IO[bytes]) -> FileColumns:
    """Looks at the head of a file. Raises `Malformed` where it is no table that can be read at all, or is empty."""
    with table(stream, (Columns().text,)) as found:
        if found is None:
            raise Malformed("The file is empty.")
        sample = list(islice(found.rows, SAMPLE))
        names = tuple(name.strip() for name in found.header.names)
        form = _by_looks(found.header, sample, _as_imported(found, sample))
        return FileColumns(tuple(filter(None, names)), form)


def _as_imported(found: Table, sample: Sequence[TableRow]) -> dict[str, list[str]]:
    """What an import finds that is told nothing: by the usual names, or in the export of a survey tool."""
    try:
        where = places(found, Columns(), sample)
    except Malformed:
        return {}
    names = [name.strip() for name in found.header.names]
    single = {name: [names[at]] for name, at in where.single.items()}
    return {"text": [names[at] for at in where.text], "keep": [names[at] for at in where.attributes.values()], **single}


def _by_looks(header: Header, sample: Sequence[TableRow], known: Mapping[str, list[str]]) -> ReadingForm:
    """What is known stays; of the other columns each holds what its name and its cells say."""
    names = [name.strip() for name in header.names]
    cells = {name: [cell.strip() for cell in filled(at, sample)] for at, name in enumerate(names) if name}
    free = [name for at, name in enumerate(names) if name and holds_words(at, sample)]
    free = free or [name for name in cells if _are_sentences(cells[name])]
    text = known.get("text") or sorted(free, key=lambda name: -sum(map(len, cells[name])))[:1]
    taken = {*text, *chain.from_iterable(known.values())}
    single: dict[str, str] = {}
    for what, words, fits in _KINDS:
        found = [name for name in cells if name not in taken and _named(name, words) and fits(cells[name])]
        single[what] = next(iter([*known.get(what, []), *found]), "")
        taken.add(single[what])
    rated = rating_of(header, {at for at, name in enumerate(names) if name in taken}, sample)
    single["rating"] = next(iter(known.get("rating", [])), names[rated] if rated is not None else "")
    dated = [name for name in cells if name not in taken | {single["rating"]} and _are_dates(cells[name])]
    single["date"] = single["date"] or next(iter(dated), "")
    keep = [name for name in cells if name not in taken and _named(name, _KEPT_WORDS)]
    return convert({**single, "text": text, "keep": [*known.get("keep", []), *keep]}, ReadingForm)


def _named(name: str, words: Sequence[str]) -> bool:
    parts = folded(name).replace("_", " ").replace("-", " ").split()
    return any(word in parts for word in words)


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> bool:
    return bool(cells) and sum(map(fits, cells)) >= _FITTING * len(cells)


def _are_dates(cells: Sequence[str]) -> bool:
    """Bare figures are dates only where the name says so."""
    return _share(cells, lambda cell: not cell.isdecimal() and _is_date(cell))


def _are_sentences(cells: Sequence[str]) -> bool:
    """Where no column tells so many things, one in which a few are said over and over will do."""
    return _share(cells, lambda cell: len(cell.split()) >= _WORDS_OF_A_SENTENCE)


def _is_date(cell: str) -> bool:
    try:
        moment(cell)
    except Malformed:
        return False
    return True


def _are_named_dates(cells: Sequence[str]) -> bool:
    return _share(cells, _is_date)


def _are_ids(cells: Sequence[str]) -> bool:
    return bool(cells) and len(set(cells)) == len(cells) and _share(cells, lambda cell: len(cell.split()) == 1)


def _are_channels(cells: Sequence[str]) -> bool:
    return _share(cells, lambda cell: channel_of(cell) is not None)


def _are_codes(cells: Sequence[str]) -> bool:
    return _share(cells, lambda cell: cell.isalpha() and len(cell) in (2, 3))


_KINDS: Final = (
    (
        "date",
        ("date", "day", "time", "timestamp", "submitted", "received", "created", "when", "dyddiad"),
        _are_named_dates,
    ),
    ("id", ("id", "ref", "reference", "case", "number", "no", "cyfeirnod"), _are_ids),
    ("channel_column", ("channel", "method", "via", "how", "source", "origin", "sianel"), _are_channels),
    ("language", ("language", "lang", "iaith"), _are_codes),
)
"""What a column may hold besides the words: the words of its name, and what its cells must be."""
