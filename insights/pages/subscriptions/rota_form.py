"""A rota as people type it: a line for each turn, as `Mon-Fri 09:00-17:00 ann@example.gov.uk`, or an address alone."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from feedback.i18n import catalogues, formats
from feedback.i18n.catalogues import ENGLISH
from feedback.record.errors import Malformed
from feedback.record.limits import convert
from insights.alerts.rota import DutyTurn, Rota

SHOWN_AS = "–"
"""Stands between the first and the last of days or hours."""


def read(lines: str, first_week: str) -> Rota | None:
    """Reads what was typed; nothing is no rota. Raises `Malformed` for a line that is no turn."""
    turns = [_turn(line.split()) for line in lines.splitlines() if line.strip()]
    return convert({"turns": turns, "first_week": first_week or None}, Rota) if turns else None


def write(turns: Sequence[DutyTurn]) -> str:
    """Writes turns as they are typed, in the language that is spoken."""
    return "\n".join(" ".join(filter(None, (_days(one.days), _hours(one), one.address))) for one in turns)


def _turn(words: Sequence[str]) -> dict[str, Any]:
    *when, address = words
    found: dict[str, Any] = {"address": address}
    for word in when:
        ends = word.replace(SHOWN_AS, "-").split("-")
        if ":" in word and len(ends) == 2:
            found |= {"start": ends[0], "end": ends[1]}
        else:
            found["days"] = [*found.get("days", []), *_read_days(word.replace(SHOWN_AS, "-"))]
    return found


def _read_days(word: str) -> list[int]:
    """Days with commas between, or from one to another, over the end of the week where need be."""
    days: list[int] = []
    for part in filter(None, word.split(",")):
        first, _, last = part.partition("-")
        begin, end = _day(first), _day(last or first)
        days += [(begin - 1 + n) % 7 + 1 for n in range((end - begin) % 7 + 1)]
    return days


def _day(word: str) -> int:
    """Knows a day by its name, or by how that is cut short, in each language of staff pages."""
    for code in (*catalogues.languages("staff"), ENGLISH):
        for number, names in enumerate(formats.weekday_names(code), start=1):
            if word.casefold().rstrip(".") in names:
                return number
    raise Malformed("this is no day of the week", field="turns")


def _days(days: Sequence[int]) -> str:
    short = [names[-1].capitalize() for names in formats.weekday_names()]
    runs = [[day for _, day in run] for _, run in groupby(enumerate(sorted(days)), lambda it: it[1] - it[0])]
    ends = [(SHOWN_AS if len(run) > 2 else ",", sorted({run[0], run[-1]})) for run in runs]
    return ",".join(between.join(short[day - 1] for day in run) for between, run in ends)


def _hours(turn: DutyTurn) -> str:
    return f"{turn.start}{SHOWN_AS}{turn.end}" if turn.start != turn.end else ""
