"""Spans as OpenTelemetry has them, on their way to a collector."""

import time
import uuid
from collections.abc import Mapping
from contextvars import ContextVar

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

SPAN_BITS = 2**64 - 1

_first_of: ContextVar[uuid.UUID | None] = ContextVar("first_of", default=None)


class IdsOfPieces(RandomIdGenerator):
    """Gives the first span of a piece the ids that every process can tell from the piece's own."""

    def generate_trace_id(self) -> int:
        """Returns all bits of the piece's id."""
        piece = _first_of.get()
        return piece.int if piece else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Returns the last bits of it."""
        piece = _first_of.get()
        return piece.int & SPAN_BITS if piece else super().generate_span_id()


class Teller:
    """Holds the way to a collector (OTLP over HTTP), which a thread of its own sends to.

    Where the collector does not answer, spans are lost and nothing waits. `process` says which of ours it is. Further
    settings are the variables of the standard (`OTEL_*`).
    """

    def __init__(self, endpoint: str, process: str) -> None:
        ours = Resource.create({"service.name": "citizen-feedback", "feedback.process": process})
        self._provider = TracerProvider(
            sampler=ALWAYS_ON, id_generator=IdsOfPieces(), resource=ours.merge(OTELResourceDetector().detect())
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
        self._tracer = self._provider.get_tracer("feedback")

    def close(self) -> None:
        """Sends what has not been sent."""
        self._provider.shutdown()

    def tell(
        self,
        name: str,
        piece: uuid.UUID | None,
        began: int,
        ended: int | None,
        *,
        is_first: bool,
        kind: str,
        failure: str | None,
        attributes: Mapping[str, str | int],
    ) -> None:
        """Puts a span on its way."""
        under = _under(piece) if piece and not is_first else Context()
        before = _first_of.set(piece if is_first else None)
        span = self._tracer.start_span(name, under, SpanKind[kind], start_time=began)
        _first_of.reset(before)
        span.set_attributes({key.replace("__", "."): value for key, value in attributes.items()})
        if piece:
            span.set_attribute("feedback.id", str(piece))
        if failure:
            span.set_attribute("error.type", failure)
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended or time.time_ns())


def _under(piece: uuid.UUID) -> Context:
    flags = TraceFlags(TraceFlags.SAMPLED)
    first = SpanContext(piece.int, piece.int & SPAN_BITS, is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(first), Context())
