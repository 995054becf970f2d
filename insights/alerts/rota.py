"""Who is on duty, a week each or at set days and hours: mail goes to them; webhooks and chat say who it is."""

import datetime as dt
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from feedback.record.models.properties import MailAddress

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day, as in 22:00."""

Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
"""A day of the week as ISO 8601 counts them: Monday is 1."""


class DutyTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When somebody is on duty: on these days (none: on all), from `start` until `end` (the same: all day).

    A turn that ends earlier than it starts goes on into the next day.
    """

    address: MailAddress
    days: Annotated[tuple[Weekday, ...], msgspec.Meta(max_length=7)] = ()
    start: Clock = "00:00"
    end: Clock = "00:00"

    def covers(self, at: dt.datetime) -> bool:
        """Tells whether a local time lies within it."""
        now, today = f"{at:%H:%M}", self._is_on(at)
        if self.start == self.end:
            return today
        if self.start < self.end:
            return today and self.start <= now < self.end
        return (today and now >= self.start) or (now < self.end and self._is_on(at - dt.timedelta(days=1)))

    def _is_on(self, at: dt.datetime) -> bool:
        return not self.days or at.isoweekday() in self.days


class Rota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Turns of people: of those at set days and hours the first that covers a time counts.

    With `first_week` they take a week each, from Monday to Sunday, the first of them the week that this day lies in.
    Raises `ValueError` where such turns have days or hours, too.
    """

    turns: Annotated[tuple[DutyTurn, ...], msgspec.Meta(min_length=1, max_length=50)]
    first_week: dt.date | None = None

    def __post_init__(self) -> None:
        if self.first_week and any(turn.days or turn.start != turn.end for turn in self.turns):
            raise ValueError("whoever takes a week has no days or hours - at `$.rota`")

    def on_duty(self, at: dt.datetime) -> str | None:
        """Returns the address of whoever is on duty at a local time; none where nobody is."""
        if self.first_week:
            weeks = (_monday(at.date()) - _monday(self.first_week)).days // 7
            return self.turns[weeks % len(self.turns)].address
        return next((turn.address for turn in self.turns if turn.covers(at)), None)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def on_duty(stored: dict[str, Any] | None, now: dt.datetime, zone: str) -> str | None:
    """Returns who is on duty by the rota that is stored with a subscription; none where nobody is, or without one."""
    if stored is None:
        return None
    return msgspec.convert(stored, Rota).on_duty(now.astimezone(ZoneInfo(zone)))
