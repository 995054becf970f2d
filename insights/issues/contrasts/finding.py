"""What is new in the reports on a surge, held against the earlier ones on its issue: words, a channel, a place.

Contrast sets (Bay and Pazzani 2001): whatever three reports have is told where Fisher's exact test finds it in more of
the new ones, at a level that is shared among all that were tried (Holm 1979). What is tried is chosen by new and
earlier reports together, which tells nothing of how they differ: chosen by the new ones alone, chance told something of
one issue in twelve. Words are compared within one language, that of most new reports: else each word of another
language would be new.
"""

import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace
from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, func, literal_column, select, true, union
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Signal, Statement
from feedback.record.states import SignalKind
from insights.detection.statistics import shares
from insights.issues.quotes import newest
from insights.presentation.contrasts import WORD, Contrast

MOST_NEW, MOST_EARLIER = 100, 200
"""The latest statements since the signal began, and before it, that are looked at."""

MOST_WORDS, MOST_OTHERS = 3, 3
LEAST_REPORTS, LEAST_RATIO = 3, 2.0
"""How many new reports have it, and how many times the share of the earlier ones, for anything to be told."""

SAID = re.compile(r"\[[A-Z_]+\]|(\w\w+)")
"""The words of a redacted text; what stands for personal data is none."""

ENGLISH_STEM: ColumnElement[Any] = literal_column("'english_stem'")


class Trait(NamedTuple):
    """Something that a report may have: a word, or a value of its channel, its language or one of its attributes."""

    aspect: str
    is_attribute: bool
    value: str


class Vocabulary(NamedTuple):
    """The stem of each word that has one, and the stems in each text; a function word is a trait without a value."""

    stems: Mapping[str, str]
    traits: Mapping[str, set[Trait]]


FUNCTION_WORD = Trait(WORD, False, "")


class TraitCounts(NamedTuple):
    """How many reports have each trait, and how many tell each aspect of them at all."""

    having: Counter[Trait]
    telling: Counter[tuple[str, bool]]


def of_signals(session: Session, signals: Sequence[Signal]) -> dict[uuid.UUID, list[Contrast]]:
    """Finds what is new in the reports on each surge, by its id; nothing is new against no earlier report."""
    surges = {one.id: one for one in signals if one.kind != SignalKind.NEW}
    read: dict[uuid.UUID, list[Any]] = defaultdict(list)
    if not surges:
        return {}
    for row in _reports(session, list(surges)):
        read[row.signal].append(row)
    vocabulary = _vocabulary(session, {row.text for rows in read.values() for row in rows})
    return {one: _contrasts(surges[one], rows, vocabulary) for one, rows in read.items()}


def _reports(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Any]:
    said = select(Statement.id).where(Statement.issue_id == Signal.issue_id, Statement.evidence)
    parts = (
        newest(said.where(Statement.said_at >= Signal.since), MOST_NEW),
        newest(said.where(Statement.said_at < Signal.since), MOST_EARLIER),
    )
    each = (select(Signal.id, part.c.id.label("said")).join(part, true()).where(Signal.id.in_(ids)) for part in parts)
    told = union(*each).subquery()
    columns = (Feedback.channel, Feedback.language, Feedback.attributes)
    return session.execute(
        select(told.c.id.label("signal"), Statement.feedback_id, Statement.said_at, Statement.text, *columns)
        .add_columns(Statement.language.label("spoken"))
        .join_from(told, Statement, Statement.id == told.c.said)
        .join(Feedback, and_(Feedback.id == Statement.feedback_id, Feedback.weight > 0))
        .order_by(Statement.said_at.desc(), Statement.id.desc())
    ).all()


def _vocabulary(session: Session, texts: Iterable[str]) -> Vocabulary:
    words = {text: set(_words(text)) for text in texts}
    stems = _stems(session, set().union(*words.values()))
    known = {word: Trait(WORD, False, stem) for word, stem in stems.items()}
    return Vocabulary(stems, {text: {known.get(word, FUNCTION_WORD) for word in its} for text, its in words.items()})


def _stems(session: Session, words: set[str]) -> Mapping[str, str]:
    """The stem of each word by the English dictionary, which leaves words of other languages as they are.

    Function words have none.
    """
    word: Any = func.unnest(cast(sorted(words), ARRAY(Text))).column_valued("word")
    rows = session.execute(select(word, func.ts_lexize(ENGLISH_STEM, word).label("stems")))
    return {row.word: row.stems[0] for row in rows if row.stems}


def _words(text: str) -> list[str]:
    return " ".join(SAID.findall(text)).lower().split()


def _contrasts(signal: Signal, rows: Sequence[Any], vocabulary: Vocabulary) -> list[Contrast]:
    raised_on = set(signal.feedback_ids)
    new = [row for row in rows if row.said_at >= signal.since or row.feedback_id in raised_on]
    spoken = Counter(row.spoken for row in new).most_common(1)[0][0] if new else ""
    ids = {row.feedback_id for row in new}
    own = _counts(new, spoken, vocabulary)
    before = _counts([row for row in rows if row.feedback_id not in ids], spoken, vocabulary)
    both = own.having + before.having
    tried = [trait for trait, reports in both.items() if reports >= LEAST_REPORTS]
    found = [_contrast(trait, own, before) for trait in tried]
    beyond = shares.beyond_chance([one.odds for one in found])
    told = [one for one, sure in zip(found, beyond, strict=True) if sure and _matters(one)]
    return _chosen(sorted(told, key=lambda one: (one.odds, one.aspect, one.value)), new, vocabulary)


def _counts(rows: Sequence[Any], spoken: str, vocabulary: Vocabulary) -> TraitCounts:
    """Each piece counts once, whatever it says how often."""
    traits: dict[uuid.UUID, set[Trait]] = defaultdict(set)
    for row in rows:
        traits[row.feedback_id].update(_traits(row), vocabulary.traits[row.text] if row.spoken == spoken else ())
    having = Counter(trait for found in traits.values() for trait in found if trait.value)
    telling = Counter(at for found in traits.values() for at in {one[:2] for one in found})
    return TraitCounts(having, telling)


def _traits(row: Any) -> Iterator[Trait]:
    yield Trait("channel", False, row.channel)
    if row.language:
        yield Trait("language", False, row.language)
    yield from (Trait(name, True, value) for name, value in row.attributes.items())


def _contrast(trait: Trait, own: TraitCounts, before: TraitCounts) -> Contrast:
    told = (trait.aspect, trait.is_attribute)
    counts = (own.having[trait], own.telling[told], before.having[trait], before.telling[told])
    return Contrast(*trait, *counts, float(f"{shares.p_value(*counts):.3g}"))


def _matters(one: Contrast) -> bool:
    return one.reports >= LEAST_REPORTS and one.reports * one.earlier_known >= LEAST_RATIO * one.earlier * one.known


def _chosen(found: Sequence[Contrast], new: Sequence[Any], vocabulary: Vocabulary) -> list[Contrast]:
    """The surest of them, words as most people write them."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for word in (word for row in new for word in _words(row.text)):
        written[vocabulary.stems.get(word, "")][word] += 1
    words = [one for one in found if one.is_word][:MOST_WORDS]
    others = [one for one in found if not one.is_word][:MOST_OTHERS]
    spelt = (replace(one, value=written[one.value].most_common(1)[0][0]) for one in words)
    return [*spelt, *others]
