"""Tables that become cards on a narrow screen: each cell knows the name of its column, which the style shows there."""

import re

from markupsafe import Markup

_NAME = re.compile(r"<th scope=\"col\"[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr>")
_CELL = re.compile(r"<td\b")


def labelled(rows: Markup) -> Markup:
    """Returns the head and body of a table of ours, each cell with its column's name as `data-label`.

    Each row begins with a cell that heads it, or with an ordinary one; what people wrote is escaped, and holds no tags.
    """
    head, end, body = str(rows).partition("</thead>")
    names = [Markup(name).striptags() for name in _NAME.findall(head)]  # noqa: S704 - ours
    first, *lines = _ROW.split(body)
    return Markup(head + end + first + "".join(f"<tr>{_labelled(line, names)}" for line in lines))  # noqa: S704 - ours


def _labelled(line: str, names: list[str]) -> str:
    """The last cells are those of the last columns, whatever the first is."""
    cells = len(_CELL.findall(line))
    of_cells = iter(names[len(names) - cells :])
    return _CELL.sub(lambda _: str(Markup('<td data-label="{}"').format(next(of_cells, ""))), line)
