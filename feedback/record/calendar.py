"""The bank holidays of the four nations, as the `holidays` package reckons them; it needs no network."""

import datetime as dt
from collections.abc import Iterable
from functools import cache

import holidays

from feedback.record.states import Nation

SUBDIVISIONS = {Nation.ENGLAND: "ENG", Nation.WALES: "WLS", Nation.SCOTLAND: "SCT", Nation.NORTHERN_IRELAND: "NIR"}
"""The last part of each nation's code in ISO 3166-2:GB, by which `holidays` knows it."""


def bank_holidays(nation: Nation, years: Iterable[int]) -> frozenset[dt.date]:
    """Returns the bank holidays of a nation in these years, those moved to a weekday included."""
    return frozenset(day for year in years for day in _of_year(nation, year))


@cache
def _of_year(nation: Nation, year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("GB", subdiv=SUBDIVISIONS[nation], years=year))
