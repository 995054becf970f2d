"""What went wrong outside of us, told in one line: whoever calls a command mends it, and reads no traceback for it."""

import errno

from feedback.record.errors import FeedbackError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def in_words(error: Exception) -> str | None:
    """Returns the line; none for a failure that is ours, which has to be told in full."""
    if isinstance(error, FeedbackError):
        return str(error)
    if isinstance(error, OSError):
        return _of_a_file(error)
    from sqlalchemy.exc import OperationalError

    if isinstance(error, OperationalError) and error.statement is None:  # it never came to a statement
        return "PostgreSQL does not answer: start it, or set DATABASE_URL"
    return None


def _of_a_file(error: OSError) -> str | None:
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return error.strerror if error.errno in NO_ROOM else None
