"""Traces by OpenTelemetry: off unless `start` has been told where they go, and then without a word of any citizen.

The trace of a piece of feedback bears the id of the piece, so that every process that works on it tells of the same
trace without handing anything on: it begins as the piece is stored, and leads to the alerts that tell of it. Spans are
told once they are over, from the times that were noted; what they say are names and numbers of ours.
"""

import uuid
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from feedback.tracing.otlp import Teller

Kind = Literal["SERVER", "CLIENT", "CONSUMER", "INTERNAL"]

is_on = False
"""Asked before anything else here, so that nothing is called, loaded or noted where traces are off."""

pieces_of_request: ContextVar[list[uuid.UUID] | None] = ContextVar("pieces_of_request", default=None)
"""The pieces that the request under way has brought so far."""

_teller: "Teller | None" = None


def start(teller: "Teller") -> None:
    """Tells it from now on what this process does."""
    global is_on, _teller  # one for a process, as it has one collector
    _teller, is_on = teller, True


def stop() -> None:
    """Sends what has not been sent, and tells no more."""
    global is_on, _teller
    if _teller:
        _teller.close()
    _teller, is_on = None, False


def tell(
    name: str,
    piece: uuid.UUID | None,
    began: int,
    ended: int | None = None,
    *,
    is_first: bool = False,
    kind: Kind = "INTERNAL",
    failure: str | None = None,
    **attributes: str | int,
) -> None:
    """Tells what was done about a piece, or about none, from `began` to `ended` (nanoseconds of the clock; now).

    All that is told of a piece hangs on what `is_first`. `failure` is the name of an error. A dot in the name of an
    attribute is written as two underscores.
    """
    if _teller:
        _teller.tell(name, piece, began, ended, is_first=is_first, kind=kind, failure=failure, attributes=attributes)
