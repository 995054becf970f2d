"""A period of a service beside another: what each issue was reported in both."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.errors import Malformed
from feedback.record.models import Feedback, Service, Statement
from feedback.record.states import FeedbackStage
from insights.issues.counts_over_time import daily_reports
from insights.issues.filters import IssueFilters, PieceFilters
from insights.issues.listing.listed import let_through
from insights.issues.listing.matching import matching
from insights.issues.queries import issues
from insights.presentation.schemas import NamedIssue

USUAL_DAYS, MOST_DAYS, MOST_ISSUES = 28, 731, 100
WEEKS_OF_A_YEAR = dt.timedelta(weeks=52)
"""Not a year, so that each day is held against the same day of the week."""

Against = Literal["before", "year"]


class DayRange(NamedTuple):
    """The days of a period, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1


class ComparedIssue(NamedIssue, frozen=True, kw_only=True):
    """One issue in both periods: its reports, the same for each 1,000 pieces of the service, and day by day."""

    count: int
    before: int
    rate: float | None
    rate_before: float | None
    daily: list[int]
    daily_before: list[int]


class Comparison(msgspec.Struct, frozen=True):
    """Two periods of a service: how many pieces each has, and the issues that differ most between them.

    `items` are at most 100, those whose reports differ most first.
    """

    first_day: dt.date
    last_day: dt.date
    before_first_day: dt.date
    before_last_day: dt.date
    pieces: int
    pieces_before: int
    items: Annotated[list[ComparedIssue], msgspec.Meta(max_length=MOST_ISSUES)]


def ranges(
    filters: PieceFilters,
    zone: str,
    against: Against = "before",
    before_first_day: dt.date | None = None,
    before_last_day: dt.date | None = None,
) -> tuple[DayRange, DayRange]:
    """Returns the period that the filters name, four weeks up to today if none, and the one that it is held against.

    That is the one named by its days; else as many days right before it, or 52 weeks earlier. Raises `Malformed` for a
    period that ends before it begins, or is longer than two years.
    """
    last = filters.last_day or dt.datetime.now(ZoneInfo(zone)).date()
    first = filters.first_day or last - dt.timedelta(days=(filters.days or USUAL_DAYS) - 1)
    now = _range(first, last, "last_day")
    if before_first_day and before_last_day:
        return now, _range(before_first_day, before_last_day, "before_last_day")
    back = WEEKS_OF_A_YEAR if against == "year" else dt.timedelta(days=now.days)
    return now, DayRange(first - back, last - back)


def _range(first: dt.date, last: dt.date, field: str) -> DayRange:
    found = DayRange(first, last)
    if not 0 < found.days <= MOST_DAYS:
        raise Malformed(f"a period has from 1 to {MOST_DAYS} days", field=field)
    return found


def compare(session: Session, service: Service, filters: IssueFilters, now: DayRange, before: DayRange) -> Comparison:
    """Sets the issues that the filters let through in one period beside those in another."""
    sides = [_within(filters, period) for period in (now, before)]
    known = let_through(session, service, filters)
    told = [matching(session, service, side, known) for side in sides]
    counts = [Counter({it: tally.count for it, tally in side.items()}) for side in told]
    by_difference = sorted(
        told[0] | told[1], key=lambda it: (-abs(counts[0][it] - counts[1][it]), -counts[0][it], str(it))
    )
    shown = by_difference[:MOST_ISSUES]
    pieces = [_pieces(session, service, side) for side in sides]
    daily = [_daily(session, service, side, period, shown) for side, period in zip(sides, (now, before), strict=True)]
    said = issues.quotes(session, [known[it] for it in shown], 1)
    items = [
        ComparedIssue(
            **issues.named(known[it], said),
            count=counts[0][it],
            before=counts[1][it],
            rate=_rate(counts[0][it], pieces[0]),
            rate_before=_rate(counts[1][it], pieces[1]),
            daily=daily[0][it],
            daily_before=daily[1][it],
        )
        for it in shown
    ]
    return Comparison(*now, *before, pieces[0], pieces[1], items)


def _within(filters: IssueFilters, period: DayRange) -> PieceFilters:
    plain = {"since": None, "until": None, "days": None}
    return msgspec.structs.replace(filters.pieces(), first_day=period.first, last_day=period.last, **plain)


def _pieces(session: Session, service: Service, filters: PieceFilters) -> int:
    """All that counts in the period and is as the filters want it, in whatever issue or in none."""
    counts = (Feedback.service_id == service.id, Feedback.stage == FeedbackStage.DONE, Feedback.weight > 0)
    query = select(func.count()).select_from(Feedback).where(*counts)
    return session.scalar(query.where(*filters.where(service.properties.time_zone))) or 0


def _rate(count: int, pieces: int) -> float | None:
    return round(1_000 * count / pieces, 1) if pieces else None


def _daily(
    session: Session, service: Service, filters: PieceFilters, period: DayRange, ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, list[int]]:
    days = [period.first + dt.timedelta(days=after) for after in range(period.days)]
    wanted = select(Feedback.id).where(Feedback.service_id == service.id, *filters.where(service.properties.time_zone))
    return daily_reports(session, service, days, ids, Statement.feedback_id.in_(wanted))
