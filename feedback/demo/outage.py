"""What goes wrong while somebody watches the demo: a page breaks, and within minutes many say so."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from feedback.demo.history import reports_of
from feedback.demo.town import Problem
from ingest.intake.arrival import Arrival

OUTAGE = Problem("council-tax", "payment-page", {"web": 0.7, "sms": 0.3}, ())

BEGINS_AFTER_SECONDS, LASTS_REPORTS = 180, 40
"""Seconds after the start at which it begins, and the reports until it is mended."""


def outage(now: dt.datetime, seed: int = 7) -> Iterator[Arrival]:
    """Return its reports, without a date: each is said when it is sent."""
    said = islice(reports_of(OUTAGE, f"{seed} outage {now.isoformat()}"), LASTS_REPORTS)
    for number, arrival in enumerate(said):
        yield replace(arrival, external_id=f"outage-{seed}-{now:%Y%m%dT%H%M%S}-{number}")
