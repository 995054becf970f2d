"""What PostgreSQL and UTF-8 have no place for is refused before any handler sees it: NUL, and halves of characters."""

import re
from urllib.parse import unquote, urlsplit

from feedback.http.dependencies import AnyRequest
from feedback.http.security_headers import header
from feedback.record.errors import Malformed, WrongMediaType
from feedback.record.limits import UNSTORABLE

_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""NUL as JSON writes it. Its parsers refuse a NUL that is not escaped, and halves of characters."""

_READ_ELSEWHERE = (b"multipart/", b"text/", b"message/")
"""Bodies whose reader sees to it: a backslash means itself in them, and a picture may hold any byte."""


async def refuse_unstorable(request: AnyRequest) -> None:
    """Raises `Malformed`, which names the part of the request, for text that nobody could store, and for no host.

    Raises `WrongMediaType` for a content coding (RFC 9110, section 8.4) other than `identity`: nobody unpacks such a
    body to look, and no small body becomes a large one.
    """
    if header(request.scope, b"content-encoding").strip().lower() not in (b"", b"identity"):
        raise WrongMediaType("send the body as it is: Content-Encoding is not taken here")
    if UNSTORABLE.search(request.scope["path"]):
        raise Malformed("there is a NUL in it", field="path")
    query = request.scope["query_string"]
    if query and UNSTORABLE.search(unquote(query.decode("latin-1"))):
        raise Malformed("there is a NUL in it", field="query")
    if b"\0" in b"".join([value for _, value in request.scope["headers"]]):
        raise Malformed("there is a NUL in it", field="headers")
    try:
        _ = urlsplit(f"//{header(request.scope, b'host').decode('latin-1')}").port
    except ValueError:
        # Whoever tells of it asks for the address, which is made of this header.
        request.scope["headers"] = [one for one in request.scope["headers"] if one[0] != b"host"]
        raise Malformed("this is no host", field="host") from None
    kind = header(request.scope, b"content-type").lower()
    if request.method in ("POST", "PUT", "PATCH") and not kind.startswith(_READ_ELSEWHERE):
        _require_storable(await request.body(), is_form=b"urlencoded" in kind)


def _require_storable(body: bytes, *, is_form: bool) -> None:
    if (b"%00" in body or b"\0" in body) if is_form else _ESCAPED.search(body):
        raise Malformed("there is a NUL in it", field="body")
