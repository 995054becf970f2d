"""Words that are looked for in texts: by the stems of English, as the indexes of the texts are made."""

import re
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.dialects.postgresql import REGCONFIG

ENGLISH: ColumnElement[Any] = literal_column("'english'", REGCONFIG)
"""How words are brought to their stems."""

LONE_MINUS = re.compile(r"-(?![\w\"])")
"""Before no word it leaves nothing out; a row of them is more than PostgreSQL can read ("tsquery stack too small")."""


def sought(query: str) -> ColumnElement[Any]:
    """Returns what matches texts with the words of a query: of "quoted words" all together, and a minus leaves out."""
    return func.websearch_to_tsquery(ENGLISH, LONE_MINUS.sub("", query))
