"""In which order findings need somebody, and why: outages that are alive first, then certainty x severity x reach.

All pure: facts in, a priority out. A service owner is shown the reasons beside each finding.
"""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from insights.detection.statistics.pace import Pace
from insights.presentation.certainty import certainty

Reason = Literal["outage", "very_sure", "sure", "fairly_sure", "caveat", "severe", "many"]
"""Why a finding stands where it does, in words in `words.PRIORITY_REASONS`."""

CERTAIN_SCORE = 6.0
"""-log10 of the p-value from which on more evidence makes nothing surer: once in a million times."""
CAVEAT_FACTOR = 0.8
"""By which each caveat lowers the certainty of a finding."""
LEAST_SEVERITY = 0.3
"""Of what sounds harmless: many who are mildly annoyed still come before few."""
SEVERE = 0.6
OUTAGE_HOURS = 3.0
"""What was found within so few hours broke down, and did not grow."""
LEAST_ALIVE = dt.timedelta(hours=1)
PACES = {"growing": 1.5, "steady": 1.0, "ebbing": 0.5}
"""By which the reach of what grows is raised, and that of what ebbs is lowered: it is soon larger, or over."""
MANY = 20
"""Reports beyond what is usual that are said to be many."""


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """What is known of a finding: `score` is -log10 of its p-value, `chance` how often a week chance alone brings the
    like, `severity` from 0 to 1, `caveats` how many speak against it.

    `reports` are those so far where `usual` were to be expected; it was found in a window of `window_hours`, and seems
    to be over where `is_over`.
    """

    score: float
    chance: float
    caveats: int
    severity: float
    reports: int
    usual: float
    pace: Pace
    window_hours: float
    last_report_at: dt.datetime
    is_over: bool = False


class Priority(NamedTuple):
    """Where a finding stands among others, the larger the sooner; and the reasons, by their names."""

    is_outage: bool
    weight: float
    reasons: tuple[Reason, ...]


def priority(facts: NeedFacts, now: dt.datetime) -> Priority:
    """Returns how soon a finding needs somebody."""
    sureness = min(facts.score, CERTAIN_SCORE) / CERTAIN_SCORE * CAVEAT_FACTOR**facts.caveats
    severity = max(facts.severity, LEAST_SEVERITY)
    reach = math.log2(1 + max(facts.reports - facts.usual, 0)) * PACES[facts.pace]
    outage = not facts.is_over and is_outage(facts.window_hours, facts.last_report_at, now)
    return Priority(outage, sureness * severity * reach, _reasons(facts, outage))


def is_outage(window_hours: float, last_report_at: dt.datetime, now: dt.datetime) -> bool:
    """Tells whether something broke down within hours and is still reported."""
    lately = max(dt.timedelta(hours=window_hours), LEAST_ALIVE)
    return window_hours <= OUTAGE_HOURS and now - last_report_at <= lately


def _reasons(facts: NeedFacts, outage: bool) -> tuple[Reason, ...]:
    sure = certainty(facts.chance, facts.caveats)
    told: dict[Reason, bool] = {
        "outage": outage,
        "very_sure": sure == "very_sure",
        "sure": sure == "sure",
        "fairly_sure": sure == "fairly_sure",
        "caveat": facts.caveats > 0,
        "severe": facts.severity >= SEVERE,
        "many": facts.reports - facts.usual >= MANY,
    }
    return tuple(reason for reason, holds in told.items() if holds)
