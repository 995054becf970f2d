"""Lines of totals, which people leave below what they count: figures with a label, and nobody's words."""

import re
from collections.abc import Collection, Sequence
from typing import Final

_COUNTED: Final = r"(?:responses?|comments?|answers?|rows|records|entries|number|count|replies|ymatebion|sylwadau)"
_LABEL: Final = re.compile(
    rf"(?:(?:(?:grand|overall|sub)[ -]?)?(?:totals?|sum)(?: (?:number of )?{_COUNTED})?|average|mean|median|count"
    rf"|{_COUNTED} total|cyfanswm(?: {_COUNTED})?|cyfartaledd)\s?:?\s?[\d.,%]*",
    re.IGNORECASE,
)
_SURE_LABEL: Final = re.compile(
    rf"(?:(?:grand|sub)[ -]?totals?|(?:total|cyfanswm)(?: (?:number of )?{_COUNTED}| ?:))\s?:?\s?[\d.,%]*",
    re.IGNORECASE,
)
"""A label that no citizen writes; "Total" alone may be one's whole opinion, where it stands in the column of words."""
_FIGURE: Final = re.compile(r"[-+]?[£€$]?\s?[\d.,]+\s?%?")


def is_line_of_totals(cells: Sequence[str], text: Collection[int]) -> bool:
    """Tell whether a row is a label and figures alone; `text` are the columns in which citizens write."""
    filled = {at: cell.strip() for at, cell in enumerate(cells) if cell.strip()}
    labels = [at for at, cell in filled.items() if (_SURE_LABEL if at in text else _LABEL).fullmatch(cell)]
    figures = [at for at, cell in filled.items() if at not in labels and _FIGURE.fullmatch(cell)]
    has_figure = bool(figures) or any(filled[at][-1].isdecimal() for at in labels)
    return bool(labels) and has_figure and len(labels) + len(figures) == len(filled)
