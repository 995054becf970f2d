"""Clauses as candidates for a title, with what speaks for and against each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlp.group.titles import weaknesses
from nlp.group.titles.clauses import Clause, clauses, finite
from nlp.group.titles.parts import NUMBER, Part, template
from nlp.group.titles.rendering import rendered
from nlp.group.titles.usage import Usage
from nlp.group.titles.words import pattern, stems


@dataclass(slots=True)
class TitleCandidate:
    """A title that a group might bear. `sources`: places in the sample of those who said it so, figures aside."""

    text: str
    sources: set[int]
    stems: frozenset[str]
    against: float
    finite: bool
    request: bool
    strong: bool
    wish: bool
    figures: set[str] = field(default_factory=set)

    @property
    def worth(self) -> float:
        """What speaks for it whatever its group says."""
        problem = 0.25 if self.strong else 0.15 if self.wish else 0.0
        return problem + 0.10 * self.finite + 0.16 * self.request - self.against

    def shown(self) -> str:
        """Return the text, its one figure as the range of those that were said: "32 to 41 miles away"."""
        if len(self.figures) < 2 or len(NUMBER.findall(self.text)) != 1:
            return self.text
        least, most = (sorted(self.figures, key=_value)[at] for at in (0, -1))
        return NUMBER.sub(lambda it: f"{it[1]}{least} to {it[1]}{most}", self.text)


def of_part(part: Part, doc: Any, usage: Usage) -> Iterator[TitleCandidate]:
    """Yield the candidates of one part, `doc` being its parse."""

    def is_local(name: str) -> bool:
        return usage.share.get(next(iter(stems(name)), ""), 0.0) < 0.25

    alarmed = bool(pattern("strong").search(part.text.lower()))
    shortest = len(part.text.split())
    seen: set[str] = set()
    for clause in clauses(doc, is_local):
        text = rendered(clause)
        if text is None or text.lower() in seen:
            continue
        seen.add(text.lower())
        yield _weighed(text, clause, part, usage, alarmed, shortest)


def merged(found: Sequence[TitleCandidate]) -> list[TitleCandidate]:
    """Join candidates that differ in figures, case or marks alone."""
    kept: dict[str, TitleCandidate] = {}
    for one in found:
        known = kept.setdefault(template(one.text), one)
        known.sources |= one.sources
        known.figures |= one.figures
        if one.against < known.against - 1e-9:
            known.text, known.against = one.text, one.against
    return list(kept.values())


def _weighed(text: str, clause: Clause, part: Part, usage: Usage, alarmed: bool, length: int) -> TitleCandidate:
    low = text.lower()
    strong = bool(pattern("strong").search(low))
    wish = bool(pattern("wish").search(low))
    told = stems(text)
    against = (
        weaknesses.particular(text, clause, usage)
        + weaknesses.leaning(clause, told)
        + weaknesses.misshapen(text, clause)
        + (0.35 if alarmed and not strong else 0.0)
        + (0.3 if pattern("praise").search(low) and alarmed and not strong else 0.0)
        + 0.004 * max(0, min(length, 25) - 14)
    )
    verbal = finite(clause.head)
    if not verbal and clause.head.tag_[:2] not in {"VB"} and not strong and not wish:
        against += 0.06
    return TitleCandidate(
        text, set(part.sources), told, against, verbal, clause.request, strong, wish, _figures(text, part)
    )


def _figures(text: str, part: Part) -> set[str]:
    """What members said where the title has its figure."""
    whole = [it[2] for it in NUMBER.finditer(part.text)]
    return {said for it in NUMBER.finditer(text) if it[2] in whole for said in part.figures[whole.index(it[2])]}


def _value(figure: str) -> float:
    return float(figure.replace(",", ""))
