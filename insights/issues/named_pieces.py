"""Pieces named by a list of ids, joined to what they say one by one.

Held against the whole list (`IN`, `= ANY`), PostgreSQL crosses it with an index of all that was ever said of an issue.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Uuid, cast, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import TableValuedAlias

PieceIds = Sequence[uuid.UUID] | InstrumentedAttribute[list[uuid.UUID]]


def named(ids: PieceIds) -> TableValuedAlias:
    """Returns the ids as rows of one column, `feedback_id`, to join from; a column's are those of each of its rows."""
    listed: ColumnElement[Sequence[uuid.UUID]] = cast(ids, ARRAY(Uuid))
    return func.unnest(listed).table_valued(column("feedback_id", Uuid)).render_derived(name="named")
