"""Cursors: where a page ended, packed so that nobody takes them apart."""

import base64
from typing import Any, TypeVar

import msgspec

from feedback.record.errors import Malformed

Key = TypeVar("Key")


def pack(key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def unpack(cursor: str, kind: type[Key]) -> Key:
    """Raises `Malformed` for what is no cursor of ours."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError):
        raise Malformed("this cursor is none of ours") from None
