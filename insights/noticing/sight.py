"""How much can be told of a service at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from insights.noticing.doubts import YOUNG

FEWEST = 30
"""Statements in four weeks, below which nothing can be told."""

Sight = Literal["blind", "learning", "sure"]


def sight(said_at: Sequence[dt.datetime], now: dt.datetime) -> Sight:
    """How much can be told of a service whose statements were said then.

    Below 30 in four weeks it is blind; before its history is four weeks old it is learning, and cautious.
    """
    ages = [(now - at).total_seconds() / 86400 for at in said_at]
    if sum(age <= YOUNG for age in ages) < FEWEST:
        return "blind"
    return "sure" if max(ages) >= YOUNG else "learning"
