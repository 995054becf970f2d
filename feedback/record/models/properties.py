"""What may be set about a service, and within which ranges: one schema for all who set it, and for what is stored."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec
import structlog

from feedback.record.states import Nation

log = structlog.get_logger()

_LINE_END = r"(?!\n)$"  # a dollar sign alone lets a line break through

Line = Annotated[str, msgspec.Meta(max_length=200, pattern=rf"^[^\x00-\x1f\x7f]*{_LINE_END}")]
"""Text of one line; may be empty."""

ServiceName = Annotated[
    str, msgspec.Meta(max_length=200, pattern=rf"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*{_LINE_END}")
]

Language = Annotated[str, msgspec.Meta(pattern=rf"^[a-z]{{2,3}}{_LINE_END}")]
Number = Annotated[str, msgspec.Meta(pattern=rf"^\+?[0-9][0-9 ()-]{{2,24}}{_LINE_END}")]
Keyword = Annotated[str, msgspec.Meta(pattern=rf"^[^\s\x00-\x1f\x7f]{{1,50}}{_LINE_END}")]
MailAddress = Annotated[
    str, msgspec.Meta(max_length=254, pattern=rf"""^[^\s@<>",;:\\()\[\]\x00-\x1f]{{1,64}}@[A-Za-z0-9.-]+{_LINE_END}""")
]
Origin = Annotated[
    str,
    msgspec.Meta(max_length=300, pattern=rf"^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{{1,5}})?{_LINE_END}"),
]
"""As browsers send it: scheme, host and port, and no path."""

WebAddress = Annotated[str, msgspec.Meta(max_length=500, pattern=rf"^(https?://[^\s<>\"\x00-\x1f]+)?{_LINE_END}")]
"""The address of a page; may be empty."""

Languages = Annotated[tuple[Language, ...], msgspec.Meta(min_length=1, max_length=20)]
Colour = Annotated[str, msgspec.Meta(pattern=rf"^#[0-9a-fA-F]{{6}}{_LINE_END}")]

_AT_MOST = msgspec.Meta(max_length=100)


class Properties(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is worth changing per service; `docs/settings.md` says what each does."""

    names: Annotated[dict[Language, ServiceName], msgspec.Meta(max_length=20)] = {}
    department: Line = ""
    nation: Nation = Nation.ENGLAND
    time_zone: Annotated[str, msgspec.Meta(max_length=64)] = "Europe/London"
    languages: Languages = ("en", "cy")
    sms_numbers: Annotated[tuple[Number, ...], _AT_MOST] = ()
    sms_keywords: Annotated[tuple[Keyword, ...], _AT_MOST] = ()
    acknowledge: bool = False
    follow_up: bool = False
    mail_addresses: Annotated[tuple[MailAddress, ...], _AT_MOST] = ()
    origins: Annotated[tuple[Origin, ...], _AT_MOST] = ()
    tolerance: Annotated[float, msgspec.Meta(ge=0.0001, le=100)] = 0.02
    retention_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 730
    colour: Colour = "#0b5d7a"
    anyone_may_write: bool = True
    four_eyes: bool = False

    def __post_init__(self) -> None:
        if self.time_zone not in _time_zones():
            raise ValueError("this is no time zone, as Europe/London is one - at `$.time_zone`")
        if not math.isfinite(self.tolerance):
            raise ValueError("this is no number - at `$.tolerance`")

    @classmethod
    def stored(cls, values: object, service: str) -> "Properties":
        """Reads what is stored; a property that this version would not take is its default, and the log says so."""
        known = values if isinstance(values, Mapping) else {}
        try:
            return msgspec.convert(known, cls)
        except msgspec.ValidationError:
            good = {name: value for name, value in known.items() if _is_good({name: value})}
            _say(service, tuple(sorted(known.keys() - good.keys())))
            return msgspec.convert(good, cls)


def _is_good(one: Mapping[str, Any]) -> bool:
    try:
        msgspec.convert(one, Properties)
    except msgspec.ValidationError:
        return False
    return True


@lru_cache(maxsize=1_000)
def _say(service: str, names: tuple[str, ...]) -> None:
    """Once a process: properties are read with every request."""
    log.warning("properties that cannot be read have their defaults", service=service, properties=names)


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
