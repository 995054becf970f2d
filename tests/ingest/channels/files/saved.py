"""Files made up for tests, and what is read of them."""

import io
from zoneinfo import ZoneInfo

from ingest.channels.files.table import Columns, FeedbackTable, ImportRow, ImportSource, RowError, feedback_table

LONDON = ZoneInfo("Europe/London")
GATE = "The gate is locked at nine, and the café is £5"


def opened(content: str | bytes, **columns: object) -> tuple[FeedbackTable, list[ImportRow | RowError]]:
    source = ImportSource(caller="me", service="tip", file="f", columns=Columns(**columns))  # type: ignore[arg-type]
    raw = content.encode() if isinstance(content, str) else content
    with feedback_table(io.BytesIO(raw), source) as found:
        return found, list(found.rows)


def taken(content: str | bytes, **columns: object) -> list[ImportRow]:
    return [row for row in opened(content, **columns)[1] if isinstance(row, ImportRow)]


def messages(content: str | bytes, **columns: object) -> list[str]:
    return [row.arrival.message for row in taken(content, **columns)]


def refused(content: str | bytes, **columns: object) -> dict[int, str]:
    return {row.line: row.reason for row in opened(content, **columns)[1] if isinstance(row, RowError)}
