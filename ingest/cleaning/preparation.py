"""From what came in to what is kept: cleaned, told apart, embedded."""

import uuid
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from feedback.record.models import EVIDENCE
from ingest.cleaning.raising_urgent import FindsMeaning, Looked, raised
from nlp.clean.cleaner import Cleaned, CleanStatement, Urgency
from nlp.clean.redaction import before_redaction
from nlp.embed.vectors import Floats

SET_APART = {"spam"}
"""Verdicts after which a piece is kept and shown, and counts for nothing."""


class Models(FindsMeaning, Protocol):
    """The models that cleaning takes; whoever loads them sees to it that one thread uses them at a time."""

    def embedded_by(self, language: str) -> str: ...

    def clean(self, texts: Sequence[str]) -> list[Cleaned]: ...

    def redact(self, texts: Sequence[str]) -> list[str]: ...

    def encode(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is stored of one piece; `said` are the rows of its statements. All of it redacted.

    `set_apart`: it is kept and shown, and counts for nothing.
    """

    text: str
    language: str
    page_url: str | None
    attributes: dict[str, str]
    hidden: dict[str, int]
    verdicts: list[dict[str, Any]]
    urgent: dict[str, Any] | None
    confidence: float | None
    said: list[dict[str, Any]]
    set_apart: bool


def prepare(
    models: Models,
    contents: Mapping[uuid.UUID, Mapping[str, Any]],
    calm: Mapping[uuid.UUID, Floats] = MappingProxyType({}),
) -> dict[uuid.UUID, Prepared]:
    """Cleans and embeds many at once. Raises what the redactor raises: what could not be redacted is not kept.

    `calm` holds for each piece what its service found not to be urgent, as unit vectors (n, d), where it found any.
    """
    cleaned = models.clean([content["message"] for content in contents.values()])
    asides = _redacted(models, [text for content in contents.values() for text in _asides(content)])
    told = [said for one in cleaned for said in one.statements if not said.filler]
    vectors = iter(models.encode([said.text for said in told], [said.language for said in told]))
    looked = [
        Looked(one.urgent, _said(models, content, one, vectors), calm.get(identity))
        for (identity, content), one in zip(contents.items(), cleaned, strict=True)
    ]
    urgent = raised(models, looked)
    return {
        identity: _prepared(content, one, [next(asides) for _ in _asides(content)], piece.said, why)
        for (identity, content), one, piece, why in zip(contents.items(), cleaned, looked, urgent, strict=True)
    }


def _said(models: Models, content: Mapping[str, Any], one: Cleaned, vectors: Iterator[Any]) -> list[Mapping[str, Any]]:
    """The rows of the statements of a piece."""
    rows = [_row(place, said, vectors, models.embedded_by(said.language)) for place, said in enumerate(one.statements)]
    return [{**row, "offset": offset} for row, offset in zip(rows, _offsets(content, one), strict=True)]


def _redacted(models: Models, texts: Sequence[str]) -> Iterator[str]:
    """Most are empty or come often, as the names of attributes do: each is read once."""
    different = [text for text in dict.fromkeys(texts) if text]
    found = dict(zip(different, models.redact(different), strict=True))
    return (found.get(text, text) for text in texts)


def _asides(content: Mapping[str, Any]) -> list[str]:
    """What came beside the message and may hold personal data too: the page's address, the attributes."""
    page = (content["page_url"] or "").split("?")[0].split("#")[0]
    return [page, *content["attributes"], *content["attributes"].values()]


def _prepared(
    content: Mapping[str, Any],
    one: Cleaned,
    redacted: Sequence[str],
    said: Sequence[Mapping[str, Any]],
    urgent: Urgency | None,
) -> Prepared:
    suspected = [{"name": "spam", "reason": reason}] if (reason := content.get("suspicion")) else []
    verdicts = [*suspected, *(msgspec.to_builtins(verdict) for verdict in one.verdicts)]
    confidences = [turn["confidence"] for turn in content["turns"] if turn["confidence"] is not None]
    apart = any(verdict["name"] in SET_APART for verdict in verdicts)
    return Prepared(
        text=one.text,
        language=one.language,
        page_url=redacted[0] or None,
        attributes=_attributes(redacted[1:]),
        hidden=dict(Counter(span.entity for span in one.spans)),
        verdicts=verdicts,
        urgent=msgspec.to_builtins(urgent) if urgent else None,
        confidence=sum(confidences) / len(confidences) if confidences else None,
        said=[{**row, "evidence": row["evidence"] and not apart} for row in said],
        set_apart=apart,
    )


def _attributes(redacted: Sequence[str]) -> dict[str, str]:
    """Names first, then values. Of several whose names are the same without personal data, the values are joined."""
    count = len(redacted) // 2
    found: dict[str, str] = {}
    for name, value in zip(redacted[:count], redacted[count:], strict=True):
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _offsets(content: Mapping[str, Any], one: Cleaned) -> Iterator[float | None]:
    """Seconds into the call of each statement: those of the turn in which its first character was said."""
    turns = [turn for turn in content["turns"] if turn.get("begin") is not None]
    begins = [turn["begin"] for turn in turns]
    for position in before_redaction((said.start for said in one.statements), one.spans):
        place = bisect_right(begins, position)
        yield turns[place - 1]["offset"] if place else None


def _row(place: int, said: CleanStatement, vectors: "Any", model: str) -> dict[str, Any]:
    vector: Floats | None = None if said.filler else next(vectors)
    return {
        "position": place,
        "text": said.text,
        "begin": said.start,
        "end": said.end,
        "language": said.language,
        "kind": said.kind,
        "filler": said.filler,
        "evidence": said.kind in EVIDENCE and not said.filler,
        "severity": said.severity,
        "vector": vector,
        "embedded_by": None if said.filler else model,
    }
