"""Pages that load themselves again while something is at work, without JavaScript."""

from litestar import Response

from feedback.http.dependencies import AnyRequest

REFRESH_SECONDS = 3


def reload_unless_still(answer: Response[str], request: AnyRequest) -> None:
    """Has the page load itself again, unless the reader stopped that.

    The address is named: a browser that stands at a part of a page (`#saved`) only jumps there again.
    """
    if "still" not in request.query_params:
        answer.headers["Refresh"] = f"{REFRESH_SECONDS}; url={request.url.path}"
