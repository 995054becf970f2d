"""Tables that become cards on a narrow screen: each cell knows the name of its column, which the style shows there."""

import re
from itertools import chain

from markupsafe import Markup, escape

_SIGN = re.compile(r"<span aria-hidden=\"true\">[^<]*</span>")
_NAME = re.compile(r"<th scope=\"col\"[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr>")
_CELL = re.compile(r"<td\b")
_UNLABELLED = '<td data-label=""'
_EMPTY = re.compile(r"(?<=>)\s+(?=</td>)")


def labelled(rows: Markup) -> Markup:
    """Returns the head and body of a table of ours, each cell with its column's name as `data-label`.

    Each row begins with a cell that heads it, or with an ordinary one; what people wrote is escaped, and holds no tags.
    """
    head, end, body = str(rows).partition("</thead>")
    names = [Markup(name).striptags() for name in _NAME.findall(_SIGN.sub("", head))]  # noqa: S704 - ours
    labels = [f'<td data-label="{escape(name)}"' for name in names]
    first, *lines = _ROW.split(_EMPTY.sub("", body))
    return Markup(head + end + first + "".join(f"<tr>{_labelled(line, labels)}" for line in lines))  # noqa: S704 - ours


def _labelled(line: str, labels: list[str]) -> str:
    """The last cells are those of the last columns, whatever the first is."""
    before, *cells = _CELL.split(line)
    of_cells = labels[max(len(labels) - len(cells), 0) :] + [_UNLABELLED] * (len(cells) - len(labels))
    return before + "".join(chain.from_iterable(zip(of_cells, cells, strict=True)))
