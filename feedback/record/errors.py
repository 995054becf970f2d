"""Named failures. None knows HTTP: `feedback.web.errors` holds the one table from these to statuses."""


class FeedbackError(Exception):
    """A failure that has a name and may be shown to whoever caused it; its text never quotes a citizen.

    `field` names the part of the request that is at fault, where it is one; the text then begins with it.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field


class Malformed(FeedbackError):
    """What came cannot be read as what it claims to be."""


class NotAuthentic(FeedbackError):
    """Nobody we know vouches for it."""


class Forbidden(FeedbackError):
    """Known, but without the role that this takes."""


class NotFound(FeedbackError):
    """There is no such thing, or none that the asker may know of."""


class Conflict(FeedbackError):
    """It contradicts what is stored."""


class KeyReused(Conflict):
    """The same idempotency key or external id came with another body."""


class NotSupported(FeedbackError):
    """Well-formed, but of a kind that we do not take; the text says which we do."""


class WrongMediaType(NotSupported):
    """The content type is none that this endpoint reads."""


class TooLarge(FeedbackError):
    """More than we take at once."""


class TooMany(FeedbackError):
    """More is asked for than somebody's share.

    `retry_after`: seconds until the next is welcome.
    """

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(FeedbackError):
    """A part that we rest on is away; the same request may go through later."""


def where(error: BaseException) -> str:
    """File and line of the innermost frame, for logs: a traceback's message could quote a citizen."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "unknown"
