"""In which order findings need somebody, and why: outages that are alive first, then certainty x severity x reach.

All pure: facts in, a priority out. A service owner is shown the reasons beside each finding.
"""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from insights.detection.statistics.pace import Pace

Reason = Literal["outage", "very_sure", "sure", "fairly_sure", "doubt", "severe", "many"]
"""Why a finding stands where it does, in words in `words.PRIORITY_REASONS`."""

CERTAIN_SCORE = 6.0
"""-log10 of the odds from which on more evidence makes nothing surer: once in a million times."""
SURE_SCORE = 4.0
DOUBT = 0.8
"""By which each thing that speaks against a finding lowers its certainty."""
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
    """What is known of a finding: `score` is -log10 of its odds, `severity` from 0 to 1, `doubts` what is against it.

    `reports` are those so far where `usual` were to be expected; it was found in a window of `window_hours`.
    """

    score: float
    doubts: int
    severity: float
    reports: int
    usual: float
    pace: Pace
    window_hours: float
    last_report_at: dt.datetime


class Priority(NamedTuple):
    """Where a finding stands among others, the larger the sooner; and the reasons, by their names."""

    is_outage: bool
    weight: float
    reasons: tuple[Reason, ...]


def priority(facts: NeedFacts, now: dt.datetime) -> Priority:
    """Returns how soon a finding needs somebody."""
    certainty = min(facts.score, CERTAIN_SCORE) / CERTAIN_SCORE * DOUBT**facts.doubts
    severity = max(facts.severity, LEAST_SEVERITY)
    reach = math.log2(1 + max(facts.reports - facts.usual, 0)) * PACES[facts.pace]
    return Priority(is_outage(facts, now), certainty * severity * reach, _reasons(facts, now))


def is_outage(facts: NeedFacts, now: dt.datetime) -> bool:
    """Tells whether something broke down within hours and is still reported."""
    lately = max(dt.timedelta(hours=facts.window_hours), LEAST_ALIVE)
    broke_down = facts.window_hours <= OUTAGE_HOURS
    return broke_down and facts.pace != "ebbing" and now - facts.last_report_at <= lately


def _reasons(facts: NeedFacts, now: dt.datetime) -> tuple[Reason, ...]:
    told: dict[Reason, bool] = {
        "outage": is_outage(facts, now),
        "very_sure": facts.score >= CERTAIN_SCORE,
        "sure": SURE_SCORE <= facts.score < CERTAIN_SCORE,
        "fairly_sure": facts.score < SURE_SCORE,
        "doubt": facts.doubts > 0,
        "severe": facts.severity >= SEVERE,
        "many": facts.reports - facts.usual >= MANY,
    }
    return tuple(reason for reason, holds in told.items() if holds)
