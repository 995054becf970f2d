"""Which column holds the words, and which a rating, where nobody has said: told by its header and by what is in it."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from feedback.record.errors import Malformed
from ingest.channels.files.header import Header
from ingest.channels.files.lines import TableRow
from ingest.channels.files.ratings import RatingScale, says_how_good
from ingest.channels.files.survey_tools import SurveyTool, folded

_WORDS_OF_A_TEXT: Final = 4
"""Words that a column's longer cells have where citizens write in it."""
_WORDS_OF_AN_ANSWER: Final = 2
"""The same of short answers, which count where no column has longer ones."""
_WHO: Final = re.compile(
    r"\b(?:names?|e-?mail|phone|telephone|mobile|address|post ?code|date of birth|age|enw|e-?bost|ff[oô]n|rhif"
    r"|cyfeiriad|cod post|oed|oedran)\b"
)
"""Questions that ask who somebody is; the answers are no feedback."""
_ASKS_TO_RATE: Final = re.compile(
    r"\b(?:rat(?:e (?:us|your|the|our|it|this|that|how|each|overall)|ings?|ed)|stars?|satisf\w+|nps|csat|net promoter"
    r"|how (?:likely|happy|easy|good|helpful|friendly|clean|useful)|would you recommend|score (?:us|the|your|our)"
    r"|(?:overall|your) (?:experience|impression|score)|how (?:was|were|is|are|did|do|does) \w+"
    r"|how (?:do|did) you (?:feel|find)|out of (?:5|10|five|ten)|graddi\w*|sgori\w*|sgôr|sêr|[bf]odlon\w*"
    r"|pa mor (?:dd?a|debygol|hawdd|hapus|lân)|sut (?:oedd|mae|ydych))\b"
)
_IS_SCORE: Final = re.compile(r"(?:score|sgôr)(?: ?\([^)]{0,40}\))?")
"""How a column is called that says no more than this; a score of something else says so."""
_OVERALL: Final = re.compile(r"\b(?:overall|in general|as a whole|ar y cyfan|yn gyffredinol)\b")
_MOST: Final = 0.75
"""The share of a column's answers that are read as ratings where it is one: a few say that they do not know."""


def words_of(header: Header, tool: SurveyTool, sample: Sequence[TableRow]) -> list[int]:
    """Return the one column of a tool's export in which citizens write, as a list.

    Where none holds whole sentences, short answers count. Raises `Malformed` where there are several columns, or none.
    """
    apart = tool.about | {*tool.date, *tool.id, *tool.language}
    asked = [at for at, name in enumerate(header.names) if folded(name) not in apart and not _rates(header, at, sample)]
    found = [at for at in asked if holds_words(at, sample)]
    found = found or [at for at in asked if _is_answered_shortly(header, at, sample)]
    if len(found) == 1:
        return found
    proposed = " ".join(f"--text-column {header.names[at].strip()[:80]!r}" for at in found)
    raise Malformed(
        f"This is an export of {tool.name}. Say which column holds the words"
        + (f", or which several: {proposed}" if proposed else "; none seems to hold any.")
    )


def rating_of(header: Header, taken: Collection[int], sample: Sequence[TableRow]) -> int | None:
    """Return the column that rates, of those that are not `taken`: it asks so, or its answers say so themselves.

    Of several it is the one that asks about all of it, else the first.
    """
    about = header.tool.about if header.tool else frozenset()
    found = [
        at
        for at, name in enumerate(map(folded, header.names))
        if at not in taken and name not in about and _rates(header, at, sample)
    ]
    overall = (at for at in found if _OVERALL.search(_question(header, at)))
    return next(overall, found[0] if found else None)


def holds_words(at: int, sample: Sequence[TableRow]) -> bool:
    """Tell whether citizens seem to write whole sentences in this column."""
    return _words(at, sample) >= _WORDS_OF_A_TEXT


def seen(at: int, sample: Sequence[TableRow]) -> list[str]:
    """Return the cells of a column."""
    return [row.cells[at] for row in sample if at < len(row.cells)]


def filled(at: int, sample: Sequence[TableRow]) -> list[str]:
    """Return those cells of a column that are not blank."""
    return [cell for cell in seen(at, sample) if cell.strip()]


def _question(header: Header, at: int) -> str:
    """How a column is called, with the question below its name where a tool wrote one."""
    below = (text for text, place in header.questions.items() if place == at)
    return " ".join((folded(header.names[at]), *below))


def _rates(header: Header, at: int, sample: Sequence[TableRow]) -> bool:
    question, cells = _question(header, at), filled(at, sample)
    asks = bool(_ASKS_TO_RATE.search(question) or _IS_SCORE.fullmatch(question))
    scale = RatingScale.of(question, cells)
    read = sum(scale.read(cell) is not None and (asks or says_how_good(cell)) for cell in cells)
    return bool(cells) and read >= _MOST * len(cells)


def _is_answered_shortly(header: Header, at: int, sample: Sequence[TableRow]) -> bool:
    return _words(at, sample) >= _WORDS_OF_AN_ANSWER and _WHO.search(_question(header, at)) is None


def _words(at: int, sample: Sequence[TableRow]) -> int:
    """How many words the longer cells of a column have; none where most cells are alike, as choices are."""
    cells = filled(at, sample)
    lengths = sorted(len(cell.split()) for cell in cells)
    return lengths[len(lengths) * 3 // 4] if len(set(cells)) * 2 > len(cells) else 0
