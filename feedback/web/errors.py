"""Which failure is answered with which status, and in which form."""

import traceback
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from sqlalchemy.exc import DataError, DBAPIError, NoResultFound, TimeoutError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from feedback.http import staff
from feedback.http.dependencies import AnyRequest
from feedback.http.language import speak
from feedback.record import errors
from feedback.record.errors import FeedbackError
from feedback.web.openapi import PROBLEM
from ingest.pages import layout as citizen_layout
from insights.pages import layout as staff_layout

log = structlog.get_logger()

NOT_VALID = "this is not what the operation takes; errors names the fields"
"""Litestar quotes the address, in which a search holds somebody's words."""

COME_AGAIN = {"Retry-After": "5"}
"""A header; in seconds."""

_TOO_LARGE = "54"
"""The class of SQLSTATE for what exceeds a limit of the store, as a text that is too long for an index."""

_CROSSED = ("23503", "23505", "23P01")
"""SQLSTATE where a row that this one points at has gone, or another has taken its place."""

FailureResponse = Callable[[AnyRequest, int, str, dict[str, str]], Response[Any]]

STATUS: dict[type[FeedbackError], HTTPStatus] = {
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.NotAuthentic: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.NotSupported: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The first that a failure is an instance of, so the more particular come first."""


def problem_details(status: int, detail: str, headers: dict[str, str] | None = None, **more: object) -> Response[Any]:
    """Makes problem details for HTTP APIs (RFC 9457)."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(content, status_code=status, media_type=PROBLEM, headers=headers)


def failure_response(
    request: AnyRequest, status: int, detail: str, headers: dict[str, str] | None = None, **more: object
) -> Response[Any]:
    """Answers in the handler's own form or as a page (its `opt` says how); elsewhere with problem details."""
    speak(request)
    handler = request.scope.get("route_handler")
    own: FailureResponse | None = handler.opt.get("failure") if handler else None
    if own:
        return own(request, status, detail, headers or {})
    page = handler.opt.get("failure_page") if handler else _page_for_browsers(request)
    return page(request, status, headers or {}) if page else problem_details(status, detail, headers, **more)


def _page_for_browsers(request: AnyRequest) -> Callable[..., Response[Any]] | None:
    """For an address that nothing is at: a browser that follows a link gets a page, of staff where it has a session."""
    browses = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
    page = staff_layout.failure_page if staff.COOKIE in request.cookies else citizen_layout.failure_page
    return page if browses else None


def named_failure(request: AnyRequest, error: FeedbackError) -> Response[Any]:
    """Answers a failure of ours with the status that the table gives it."""
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers: dict[str, str] = {}
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(int(error.retry_after) + 1)
    if isinstance(error, errors.Unavailable):
        headers |= COME_AGAIN
    if isinstance(error, errors.NotAuthentic):
        headers["WWW-Authenticate"] = "Bearer"
    more = {"errors": [{"key": error.field, "message": str(error)}]} if error.field else {}
    return failure_response(request, status, str(error), headers, **more)


def _plainly(message: object) -> str:
    """What must not be blank is told to a parser by a pattern, and to people in words."""
    return str(message).replace(r"matching regex '\\S'", "that says something")


def framework_failure(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Answers what Litestar refuses: paths, methods, bodies. Its `extra` names fields, not their values."""
    extra = error.extra if isinstance(error.extra, list) else []
    fields = [
        {key: _plainly(item.get(key, "")) for key in ("key", "message")} for item in extra if isinstance(item, dict)
    ]
    more = {"errors": fields} if fields else {}
    detail = NOT_VALID if isinstance(error, ValidationException) else error.detail
    return failure_response(request, error.status_code, detail, dict(error.headers or {}), **more)


def store_failure(request: AnyRequest, error: DBAPIError) -> Response[Any]:
    """Answers when the database is away or refuses a value; its message stays unsaid, since it may quote a citizen."""
    state = str(getattr(error.orig, "sqlstate", ""))
    if isinstance(error, DataError) or state.startswith(_TOO_LARGE):
        return unstorable(request, error)
    if state in _CROSSED:
        return crossed(request, error)
    log.error("store failed", error=type(error.orig).__name__, path=request.scope["path_template"])
    if error.connection_invalidated or type(error).__name__ == "OperationalError":
        return failure_response(request, 503, "the store does not answer; please try again in a moment", COME_AGAIN)
    return failure_response(request, 500, "this went wrong on our side")


def too_busy(request: AnyRequest, error: TimeoutError) -> Response[Any]:
    """Answers where every connection to the store was in use for as long as one may wait."""
    log.error("no connection to the store is free", path=request.scope["path_template"])
    return failure_response(request, 503, "too much goes on; please try again in a moment", COME_AGAIN)


def crossed(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answers what somebody else deleted or changed while it was acted on."""
    log.warning("crossed", error=type(error).__name__, path=request.scope["path_template"], where=errors.where(error))
    return failure_response(request, 409, "somebody has changed or deleted it in the meantime")


def vanished(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answers what somebody else deleted while it was read."""
    log.warning("vanished", error=type(error).__name__, path=request.scope["path_template"], where=errors.where(error))
    return failure_response(request, 404, "this is no longer there")


def unstorable(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answers what is well-formed but no value that the store knows (SQLSTATE classes 22 and 54)."""
    return failure_response(request, 400, "a value is out of range, or holds what cannot be stored")


def too_deep(request: AnyRequest, error: RecursionError) -> Response[Any]:
    """Answers a body that is nested deeper than anybody means it."""
    return failure_response(request, 400, "the body is nested too deeply")


def unforeseen(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answers what nobody foresaw, and logs its type and place: its message may quote a citizen."""
    log.error(
        "unforeseen", error=type(error).__name__, path=request.scope.get("path_template"), where=errors.where(error)
    )
    return failure_response(request, 500, "this went wrong on our side")


def unreadable(request: AnyRequest, error: ValueError) -> Response[Any]:
    """Answers a value that raised while the request was read, as a year of five digits does; all else is our fault."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    while_reading = str(frame.f_globals.get("__name__")).startswith("litestar._signature")
    return unstorable(request, error) if while_reading else unforeseen(request, error)


def broken_encoding(request: AnyRequest, error: UnicodeDecodeError) -> Response[Any]:
    """Answers a body that is not UTF-8."""
    return failure_response(request, 400, "the body is not UTF-8")


EXCEPTION_HANDLERS: dict[Any, Callable[..., Any]] = {
    FeedbackError: named_failure,
    HTTPException: framework_failure,
    ValueError: unreadable,
    UnicodeDecodeError: broken_encoding,
    UnicodeEncodeError: unstorable,
    RecursionError: too_deep,
    DBAPIError: store_failure,
    TimeoutError: too_busy,
    StaleDataError: crossed,
    NoResultFound: vanished,
    ObjectDeletedError: vanished,
    Exception: unforeseen,
}
