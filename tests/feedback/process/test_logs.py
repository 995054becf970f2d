"""Logs tell no message of a failure, which may quote a citizen, except to who works on the code and asks for it."""

import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from feedback.process.logs import LibraryLine, log_to_stderr


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("dev", [False, True])
def test_a_traceback_is_logged_for_developers_alone(dev: bool, capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr(dev=dev)
    try:
        raise ValueError("what a citizen wrote")
    except ValueError:
        structlog.get_logger().warning("work failed")
    logged = capsys.readouterr().err
    assert "work failed" in logged
    assert ("what a citizen wrote" in logged) is dev


def test_what_a_library_logs_is_one_line_without_its_words() -> None:
    try:
        raise ValueError("what a citizen wrote")
    except ValueError:
        record = logging.LogRecord("dramatiq", logging.CRITICAL, "", 0, "of %s", ("a citizen",), sys.exc_info())
    assert LibraryLine().format(record) == '{"level": "critical", "by": "dramatiq", "error": "ValueError"}'
