"""The words of a query, marked where they stand in what was found, in any of their forms."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, cast, func, select
from sqlalchemy.orm import Session

from insights.word_search import ENGLISH

Marks = list[tuple[int, int]]
"""The first and the last position (exclusive) of each word in a text that was sought."""

WORD = re.compile(r"\w+")
LEFT_OUT = re.compile(r"(?:^|\s)-\S+")
"""What a query asks to leave out is not looked for."""


def marks(session: Session, query: str, texts: Sequence[str]) -> list[Marks]:
    """Finds the words of a query in each of the texts."""
    sought = _alike(session, query, {word.lower() for text in texts for word in WORD.findall(text)})
    return [[match.span() for match in WORD.finditer(text) if match.group().lower() in sought] for text in texts]


def parts(text: str, spans: Marks) -> Iterator[tuple[str, bool]]:
    """Yields a text part by part, each with whether it is a word that was sought."""
    done = 0
    for begin, end in spans:
        yield text[done:begin], False
        yield text[begin:end], True
        done = end
    yield text[done:], False


def _alike(session: Session, query: str, words: Iterable[str]) -> set[str]:
    """Those of the words that have a stem with the query in common."""
    word: Any = func.unnest(cast(sorted(words), ARRAY(Text))).column_valued("word")
    wanted = _stems(LEFT_OUT.sub(" ", query))
    return set(session.scalars(select(word).where(_stems(word).bool_op("&&")(wanted))))


def _stems(text: Any) -> Any:
    return func.tsvector_to_array(func.to_tsvector(ENGLISH, text))
