"""Bodies come as they are: what is packed is refused unread, so that no small body becomes a large one."""

from feedback.http.dependencies import AnyRequest
from feedback.record.errors import WrongMediaType


def refuse_packed(request: AnyRequest) -> None:
    """Raises `WrongMediaType` for a content coding (RFC 9110, section 8.4) other than `identity`."""
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise WrongMediaType("send the body as it is: Content-Encoding is not taken here")
