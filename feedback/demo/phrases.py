"""The phrasings of the town: read from `phrases/*.txt`, whose first lines tell the format, and filled with values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Literal

Voice = Literal["web", "sms", "call", "welsh"]

_MARKS: dict[str, Voice] = {">": "sms", "~": "call", "@": "welsh"}
_SHORT = 110
_EITHER = re.compile(r"\[([^][]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")
_MONTHS_WELSH = ("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAYS_WELSH = ("Llun", "Mawrth", "Mercher", "Iau", "Gwener", "Sadwrn")
_STREETS = (
    *("Heol y Capel", "Station Road", "Orchard Close", "Bryn Terrace", "Mill Lane", "Queen Street", "Lon Helyg"),
    *("Harbour View", "Chapel Row", "Maes y Dderwen", "Castle Hill", "Quarry Road", "Ferry Lane", "The Crescent"),
)
_FIRST_NAMES = ("Margaret", "Gwyn", "Aisha", "Dilys", "Tomasz", "Priya", "Rhodri", "Sandra", "Kwame", "Eleri", "Joyce")
_LAST_NAMES = ("Pritchard", "Okafor", "Bevan", "Hughes", "Kowalska", "Begum", "Lloyd", "Atkinson", "Parry", "Whittle")
_WORDS = ("four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen")
_WORDS_WELSH = ("tair", "pedair", "pum", "chwe", "saith", "wyth", "naw", "deg", "un ar ddeg", "deuddeg", "sawl")


@dataclass(frozen=True, slots=True)
class PhraseTopic:
    """What people say of one thing, by voice; `share` is its part of a service's feedback, relative to the others."""

    name: str
    share: float
    lines: Mapping[Voice, tuple[str, ...]]


@cache
def topics(file: str) -> Mapping[str, PhraseTopic]:
    """Return the topics of `phrases/{file}.txt` by name. A short line of the web also serves as a text message."""
    shares: dict[str, float] = {}
    lines: dict[str, dict[Voice, list[str]]] = {}
    name = ""
    for line in files("feedback.demo").joinpath("phrases", f"{file}.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            name, _, share = line[3:].partition(" ")
            shares[name] = float(share or 0)
            lines[name] = {"web": [], "sms": [], "call": [], "welsh": []}
        elif line and not line.startswith("#"):
            voice = _MARKS.get(line[0])
            lines[name][voice or "web"].append(line[1:].strip() if voice else line)
            if voice is None and len(line) <= _SHORT:
                lines[name]["sms"].append(line)
    return {
        name: PhraseTopic(name, share, {voice: tuple(said) for voice, said in lines[name].items()})
        for name, share in shares.items()
    }


def filled(phrasing: str, rng: Random) -> str:
    """Return the phrasing with one of each `[either|or]` taken and each `{slot}` given a made-up value."""
    chosen = _EITHER.sub(lambda match: rng.choice(match[1].split("|")), phrasing)
    return _SLOT.sub(lambda match: _SLOTS[match[1]](rng), chosen)


def _postcode(rng: Random) -> str:
    return f"LD9 {rng.randint(1, 9)}{rng.choice('ABDEFGHJLN')}{rng.choice('PQRSTUWXYZ')}"  # an area without a 9


def _phone(rng: Random) -> str:
    """A number kept free for drama by the regulator."""
    return rng.choice(("07700 900{:03d}", "07700900{:03d}", "01632 960{:03d}")).format(rng.randint(0, 999))


def _name(rng: Random) -> str:
    return f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}"


def _email(rng: Random) -> str:
    return f"{rng.choice(_FIRST_NAMES)}.{rng.choice(_LAST_NAMES)}{rng.randint(1, 99)}@mail.example".lower()


def _one_of(*values: str) -> Callable[[Random], str]:
    return lambda rng: rng.choice(values)


def _between(low: int, high: int) -> Callable[[Random], str]:
    return lambda rng: str(rng.randint(low, high))


_SLOTS: dict[str, Callable[[Random], str]] = {
    "age": _between(71, 93),
    "amount": _between(40, 1900),
    "band": _one_of("D", "E", "F", "G"),
    "birth": lambda rng: f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{rng.randint(1934, 2001)}",
    "days": _between(3, 12),
    "email": _email,
    "fee": _between(18, 95),
    "first": _one_of(*_FIRST_NAMES),
    "miles": _between(11, 45),
    "minutes": _between(22, 75),
    "month": _one_of(*_MONTHS),
    "month_cy": _one_of(*_MONTHS_WELSH),
    "name": _name,
    "nino": lambda rng: f"QQ {rng.randint(10, 99)} {rng.randint(10, 99)} {rng.randint(10, 99)} {rng.choice('ABCD')}",
    "number": _between(2, 98),
    "ordinal": lambda rng: f"{rng.randint(4, 20)}th",
    "pages": _between(9, 28),
    "phone": _phone,
    "postcode": _postcode,
    "queue": _between(9, 31),
    "ref": lambda rng: f"AB-{rng.randint(10_000, 99_999)}",
    "street": _one_of(*_STREETS),
    "town": _one_of("Aberwen", "Pont Eirin", "Llandderw", "Cwm Helyg"),
    "tries": _one_of("three", "four", "five", "six", "a dozen"),
    "weekday": _one_of(*_DAYS),
    "weekday_cy": _one_of(*_DAYS_WELSH),
    "weeks": lambda rng: rng.choice((rng.choice(_WORDS), str(rng.randint(4, 17)))),
    "weeks_cy": lambda rng: rng.choice((rng.choice(_WORDS_WELSH), str(rng.randint(4, 17)))),
    "years": _one_of("five", "eight", "ten", "twelve", "fifteen", "twenty", "thirty"),
}
