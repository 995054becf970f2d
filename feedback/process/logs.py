"""How lines of the log are written: for machines, or for a person at a terminal."""

import json
import logging
import sys

import structlog
from structlog.typing import EventDict


def log_to_stderr(level: int = logging.INFO, *, dev: bool = False) -> None:
    """Writes one JSON object a line, for machines; for a person at a terminal, the same in colours.

    With `dev` what failed is told with its traceback, which may quote citizens.
    """
    for_people = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = for_people if dev or sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *([_add_traceback] if dev else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    of_libraries = logging.StreamHandler(sys.stderr)
    of_libraries.setFormatter(LibraryLine() if not dev else None)
    logging.basicConfig(level=logging.WARNING, handlers=[of_libraries])


class LibraryLine(logging.Formatter):
    """One JSON object a record of a library, without its message and its traceback: they may quote citizens."""

    def format(self, record: logging.LogRecord) -> str:
        """Writes who says it, how grave it is, and which failure it is about."""
        line = {"level": record.levelname.lower(), "by": record.name}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line)


def _add_traceback(logger: object, method: str, event: EventDict) -> EventDict:
    """Adds the failure that is being handled where this is logged, if there is one."""
    if sys.exc_info()[0]:
        event["exc_info"] = True
    return event
