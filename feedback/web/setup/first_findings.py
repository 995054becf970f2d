"""What an owner sees first once a file is taken in: what stands out now, what did in its year, what comes up most."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feedback.record.models import Service, Upload
from feedback.record.states import SignalTier
from insights.alerts.rules import tolerance_trials
from insights.alerts.rules.tolerance_trials import JudgedTrial, TrialProgress
from insights.issues.listing.listed import listed
from insights.issues.listing.rows import views
from insights.issues.queries import issues
from insights.issues.tallies.over_time import daily
from insights.presentation.schemas import IssueView

FIRST_ISSUES = 5
STRETCHES, DAYS_A_STRETCH = 13, 28
"""A year as its charts have it: thirteen times four weeks."""


@dataclass(frozen=True, slots=True)
class PastFindings:
    """What stood out in the last year that a service heard of, by a backtest: as if it had come in day by day.

    `trial` is that at the service's tolerance; where that found nothing, at the next that found something; none as long
    as `progress` tells that it is being worked out, or where nothing was said.
    """

    trial: JudgedTrial | None
    progress: TrialProgress | None


@dataclass(frozen=True, slots=True)
class YearOfIssue:
    """An issue with its reports, stretch by stretch, over the year that ends on the last day its service heard of."""

    issue: IssueView
    reports: Sequence[int]


@dataclass(frozen=True, slots=True)
class FirstFindings:
    """What is known of a service once a file is taken in, read and looked at; its year is from `first` to `last`."""

    emerging: Sequence[IssueView]
    watched: Sequence[IssueView]
    past: PastFindings
    largest: Sequence[YearOfIssue]
    first: dt.date
    last: dt.date


def first_findings(session: Session, service: Service, upload: Upload) -> FirstFindings:
    """Gathers them; asks for the backtest of the year unless one was made since the file came."""
    last = tolerance_trials.last_said(session, service.id, dt.datetime.now(dt.UTC))
    last_day = last.astimezone(ZoneInfo(service.properties.time_zone)).date()
    days = [last_day - dt.timedelta(days=back) for back in range(STRETCHES * DAYS_A_STRETCH - 1, -1, -1)]
    return FirstFindings(
        issues.emerging(session, service),
        issues.emerging(session, service, SignalTier.WATCH),
        _past(session, service, upload),
        _largest(session, service, days),
        days[0],
        last_day,
    )


def _largest(session: Session, service: Service, days: Sequence[dt.date]) -> list[YearOfIssue]:
    found = views(session, service, listed(session, service)[:FIRST_ISSUES])
    by_day = daily(session, service, days, [one.id for one in found])
    starts = range(0, len(days), DAYS_A_STRETCH)
    return [YearOfIssue(one, [sum(by_day[one.id][at : at + DAYS_A_STRETCH]) for at in starts]) for one in found]


def came_at(upload: Upload) -> dt.datetime:
    """Returns when all of it had come; for a file of an older version, which does not say, when it was begun."""
    return upload.ended_at or upload.created_at


def _past(session: Session, service: Service, upload: Upload) -> PastFindings:
    own = service.properties.tolerance
    trials = [trial for trial in tolerance_trials.kept(session, service) if trial.tried_at > came_at(upload)]
    progress = tolerance_trials.progress(session, service)
    if progress is None and not any(trial.tolerance == own for trial in trials):
        tolerance_trials.begin(session, service)
        progress = tolerance_trials.progress(session, service)
    laxer = [trial for trial in trials if trial.tolerance >= own]
    shown = next((trial for trial in laxer if trial.found), laxer[0] if laxer else None)
    is_waited_for = progress is not None and not (shown and shown.found)
    judged = tolerance_trials.judged(session, [shown] if shown else [])
    return PastFindings(judged[0] if judged else None, progress if is_waited_for else None)
