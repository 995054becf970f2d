"""Time passes without waiting: whatever the record says happened, happened longer ago.

PostgreSQL holds the truth, so that is all there is to it; what workers remember beside it they can do without.
"""

import datetime as dt
from pathlib import Path

from sqlalchemy import DateTime, text

from feedback.process import embedded
from feedback.record.db import engine_for
from feedback.record.models import Base


def let_pass(data: Path, time: dt.timedelta) -> None:
    """For the product that this folder is of, while it does not run."""
    tables = {
        table.name: [column.name for column in table.columns if isinstance(column.type, DateTime)]
        for table in Base.metadata.sorted_tables
    }
    with embedded.servers(data) as servers, engine_for(servers.database_url).begin() as connection:
        connection.execute(text("UPDATE service_work SET remembered = NULL"))
        for table, columns in tables.items():
            if columns:
                moved = ", ".join(f"{column} = {column} - :time" for column in columns)
                connection.execute(text(f"UPDATE {table} SET {moved}"), {"time": time})
