"""Whom to tell of a hole in this installation, where those who look for holes look first (RFC 9116)."""

import datetime as dt

from litestar import MediaType, Router, get

from feedback.http.dependencies import GivenRecord
from feedback.record.errors import NotFound

PATH = "/.well-known/security.txt"
GOOD_FOR = dt.timedelta(days=30)
"""After that the file is not to be believed: somebody else may run this address by then."""


@get(PATH, media_type=MediaType.TEXT, include_in_schema=False, sync_to_thread=False)
def security_txt(record: GivenRecord) -> str:
    """Return the fields that RFC 9116 asks for. Raises `NotFound` where the operator has named nobody."""
    settings = record.settings
    if not settings.security_contact:
        raise NotFound("nobody is named here")
    expires = dt.datetime.now(dt.UTC) + GOOD_FOR
    fields = {
        "Contact": settings.security_contact,
        "Expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "en",
        "Canonical": f"{settings.url}{PATH}",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


router = Router("/", route_handlers=[security_txt])
