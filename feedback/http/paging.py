"""Pages of a long list: how many at once, and the cursor of where the last ended, packed so that nobody unpicks it."""

import base64
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.params import QueryParameter

from feedback.record.errors import Malformed

Limit = Annotated[int, QueryParameter(ge=1, le=500)]
Cursor = Annotated[str | None, QueryParameter(max_length=300)]
Key = TypeVar("Key")


def pack(key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def further(page: Sequence[Any], limit: int, key: Callable[[Any], Any] = attrgetter("id")) -> str | None:
    """The cursor of the page's last; None where the page is not full, so that the list ends with it."""
    return pack(key(page[-1])) if len(page) == limit else None


def unpack(cursor: str | None, kind: type[Key]) -> Key | None:
    """None for the first page. Raises `Malformed` for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError):
        raise Malformed("this cursor is none of ours") from None
