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
from nlp.group.titles.words import figures_in_words, pattern, stems


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
    figures: list[set[str]] = field(default_factory=list)
    nameless: bool = False
    """It has no noun that says what it is about."""

    between: str = " to "
    """What stands between the ends of a range: a dash where it is not English."""

    @property
    def worth(self) -> float:
        """What speaks for it whatever its group says."""
        problem = 0.25 if self.strong else 0.15 if self.wish else 0.0
        return problem + 0.10 * self.finite + 0.16 * self.request - self.against

    def shown(self) -> str:
        """Return the text, the one figure that differs as the range of those that were said: "32 to 41 miles away".

        Of two sums that both differ nothing is told: "took £X instead of £Y".
        """
        differ = [place for place, said in enumerate(self.figures) if len({value(it) for it in said}) > 1]
        figures = list(NUMBER.finditer(self.text))
        if len(differ) == 2 and all(figures[place][1].strip() for place in differ):
            unknown = (f"{found[1]}{letter}" for found, letter in zip(figures, "XY", strict=True))
            return NUMBER.sub(lambda it: next(unknown), self.text) if len(figures) == 2 else self.text
        if len(differ) != 1:
            return self.text
        found = figures[differ[0]]
        least, most = (extreme(sorted(self.figures[differ[0]]), key=value).lower() for extreme in (min, max))
        if (least in figures_in_words()) is not (most in figures_in_words()):
            least, most = f"{value(least):g}", f"{value(most):g}"
        return f"{self.text[: found.start()]}{found[1]}{least}{self.between}{found[1]}{most}{self.text[found.end() :]}"


def of_part(part: Part, doc: Any, usage: Usage) -> Iterator[TitleCandidate]:
    """Yield the candidates of one part, `doc` being its parse."""

    def is_local(name: str) -> bool:
        return usage.share.get(next(iter(stems(name)), ""), 0.0) < 0.25

    alarmed = bool(pattern("strong").search(part.text.lower()))
    shortest = len(part.text.split())
    seen: set[str] = set()
    for clause in dict.fromkeys(clauses(doc, is_local)):  # cut further, many stay
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
        for figures, also in zip(known.figures, one.figures, strict=False):
            figures.update(also)
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
        against += 0.2
    return TitleCandidate(
        text,
        set(part.sources),
        told,
        against,
        verbal,
        clause.request,
        strong,
        wish,
        figures_of(text, part),
        weaknesses.nameless(clause),
    )


def figures_of(text: str, part: Part) -> list[set[str]]:
    """Return what members said where the title has each of its figures."""
    whole = [it[2] for it in NUMBER.finditer(part.text)]
    shown = [it[2] for it in NUMBER.finditer(text)]
    return [set(part.figures[whole.index(it)]) if it in whole else {it} for it in shown]


def value(figure: str) -> float:
    """Return the number that a figure or a word stands for."""
    return float(figures_in_words().get(figure.lower()) or figure.replace(",", ""))
