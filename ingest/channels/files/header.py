"""The header of a table: where it stands, how its columns are called, and what stands below it that nobody said."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from feedback.record.errors import Malformed
from ingest.channels.files.lines import MOST_COLUMNS
from ingest.channels.files.survey_tools import SurveyTool, folded, is_import_id, labels, tool_of, zone_told

_ANSWERS: Final = frozenset(("", "response", "open-ended response", "ymateb"))
"""What SurveyMonkey writes below a question that has no choices."""


@dataclass(slots=True)
class Header:
    """The columns of a table.

    `names` are unlike each other: the second `Comments` is `Comments 2`. `questions` are what survey tools write below
    a name, by column; a column may be asked for by either. `zone` is that of the times, where the file tells it.
    """

    names: list[str]
    written: list[str]
    questions: dict[str, int] = field(default_factory=dict)
    tool: SurveyTool | None = None
    zone: ZoneInfo | None = None

    def places(self, name: str) -> list[int]:
        """Tell where the columns of a name are: of several that are called the same, all; none where there is none."""
        wanted = folded(name)
        found = [at for at, one in enumerate(self.written) if folded(one) == wanted]
        found = found or [at for at, one in enumerate(self.names) if folded(one) == wanted]
        return found or ([self.questions[wanted]] if wanted in self.questions else [])


def is_header(cells: Sequence[str], wanted: Collection[str]) -> bool:
    """Tell whether a row is the header: it has the names that are asked for, or is that of a known tool."""
    names = {folded(cell) for cell in cells}
    return (bool(wanted) and {folded(name) for name in wanted} <= names) or tool_of(cells) is not None


def place_of_header(rows: Sequence[Sequence[str]], wanted: Collection[str]) -> int:
    """Return the number of the row that is the header; where none has what is asked for, the first that has most names.

    It is the first row where nothing is asked for.
    """
    known = next((at for at, row in enumerate(rows) if is_header(row, wanted)), None)
    if known is not None or not wanted:
        return known or 0
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    return filled.index(max(filled))


def header(cells: Sequence[str], below: Sequence[Sequence[str]]) -> tuple[Header, int]:
    """Makes the header of its row and the rows below, and tells how many of these belong to it.

    Raises `Malformed` for more columns than a table of feedback has.
    """
    if any(cells[MOST_COLUMNS:]):
        raise Malformed(f"The table has more than {MOST_COLUMNS:,} columns: leave out what is not needed.")
    tool = tool_of(cells)
    told = labels(tool, cells, below)
    asked = told[0] if told and not any(map(is_import_id, told[0])) else []
    written = _with_choices(cells, asked) if tool and tool.labelled and not all(cells) else list(cells)
    questions = {folded(text): at for at, text in reversed(list(enumerate(asked))) if text and at < len(cells)}
    zone = next(filter(None, map(zone_told, told)), None)
    return Header(_unlike(written), written, questions, tool, zone), len(told)


def _with_choices(cells: Sequence[str], choices: Sequence[str]) -> list[str]:
    """A question stands over the first of its columns alone, the choices below each."""
    names, question = [], ""
    for at, cell in enumerate(cells):
        question = cell or question
        choice = choices[at] if at < len(choices) else ""
        names.append(question if folded(choice) in _ANSWERS and cell else ": ".join(filter(None, (question, choice))))
    return names


def _unlike(names: Sequence[str]) -> list[str]:
    """The names, those that come again with their number behind."""
    taken = {folded(name) for name in names}
    times: dict[str, int] = defaultdict(int)
    return [_numbered(name, taken, times) for name in names]


def _numbered(name: str, taken: set[str], times: dict[str, int]) -> str:
    plain = folded(name)
    times[plain] += 1
    if not plain or times[plain] == 1:
        return name
    while (numbered := f"{name.strip()} {times[plain]}") and folded(numbered) in taken:
        times[plain] += 1
    taken.add(folded(numbered))
    return numbered
