"""The bank holidays of the four nations, as the `holidays` package reckons them; it needs no network."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from zoneinfo import ZoneInfo

from feedback.record.states import Nation

SUBDIVISIONS = {Nation.ENGLAND: "ENG", Nation.WALES: "WLS", Nation.SCOTLAND: "SCT", Nation.NORTHERN_IRELAND: "NIR"}
"""The last part of each nation's code in ISO 3166-2:GB, by which `holidays` knows it."""


def bank_holidays(nation: Nation, years: Iterable[int]) -> frozenset[dt.date]:
    """Returns the bank holidays of a nation in these years, those moved to a weekday included."""
    return frozenset(day for year in years for day in _of_year(nation, year))


def bank_holidays_began(nation: Nation, time_zone: str, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Returns the midnights, in a time zone, at which a nation's bank holidays began between two moments, in order."""
    days = bank_holidays(nation, range(since.year, until.year + 1))
    began = (dt.datetime.combine(day, dt.time(), ZoneInfo(time_zone)) for day in days)
    return sorted(moment for moment in began if since <= moment <= until)


@cache
def _of_year(nation: Nation, year: int) -> frozenset[dt.date]:
    import holidays  # noqa: PLC0415 - it has all countries in one piece, for who looks at a year

    return frozenset(holidays.country_holidays("GB", subdiv=SUBDIVISIONS[nation], years=year))
