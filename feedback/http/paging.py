"""Pages of a long list: how many at once, and the cursor of where the last ended, packed so that nobody unpicks it."""

import base64
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.params import QueryParameter

from feedback.record.errors import Malformed
from feedback.record.limits import UNSTORABLE

Limit = Annotated[int, QueryParameter(ge=1, le=500)]
Cursor = Annotated[str | None, QueryParameter(max_length=300)]
Key = TypeVar("Key")
_LAST_ROW = 2**63 - 1  # the largest bigint


def pack(key: Any) -> str:
    """Packs the sort key of a page's last row into a cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def further(page: Sequence[Any], limit: int, key: Callable[[Any], Any] = attrgetter("id")) -> str | None:
    """Returns the cursor of the next page, or None where this page is not full: the list ends with it."""
    return pack(key(page[-1])) if len(page) == limit else None


def unpack(cursor: str | None, kind: type[Key]) -> Key | None:
    """Unpacks a cursor; None stands for the first page. Raises `Malformed` for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
        _require_places(found)
    except (ValueError, RecursionError, msgspec.DecodeError):
        raise Malformed("this cursor is none of ours") from None
    return found


def _require_places(key: Any) -> None:
    """Numbers in our cursors count rows; text in them comes from the database."""
    parts = key if isinstance(key, tuple) else (key,)
    numbers = [part for part in parts if isinstance(part, int)]
    texts = [part for part in parts if isinstance(part, str)]
    if not all(0 <= number <= _LAST_ROW for number in numbers) or UNSTORABLE.search("".join(texts)):
        raise ValueError("nothing is there")
