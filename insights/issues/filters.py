"""Which feedback, and which issues, somebody wants to see: one schema for pages, the API, exports and saved views."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select

from feedback.record.limits import require_planned
from feedback.record.models import Feedback, Statement, UrgencyDismissal
from feedback.record.states import ChannelName, FeedbackStage, IssueStatus, Tone, Trend

DayCount = Annotated[int, msgspec.Meta(ge=1, le=3_653)]
Rating = Annotated[int, msgspec.Meta(ge=1, le=5)]
LanguageCode = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
Attribute = Annotated[str, msgspec.Meta(max_length=600, pattern="^[^:]+:")]
PageAddress = Annotated[str, msgspec.Meta(max_length=2_000)]
PersonName = Annotated[str, msgspec.Meta(max_length=200)]

ListBreadth = Literal["fine", "broad"]
"""How broad a list is read: issue by issue, or those of one broad subject as one."""

SortKey = Literal["title", "reports", "recent", "trend", "status", "channel", "first", "last", "assignee", "due"]
TEXT_KEYS = ("title", "status", "channel", "assignee", "due")
"""What is sorted upwards unless somebody says otherwise: names, and the nearest day. All else has the most first."""

IS_URGENT = and_(Feedback.urgent.is_not(None), Feedback.id.not_in(select(UrgencyDismissal.feedback_id)))

PARTS: Mapping[str, ColumnElement[bool]] = {
    "urgent": IS_URGENT,
    "uncounted": or_(Feedback.weight == 0, Feedback.stage == FeedbackStage.SET_ASIDE),
}
"""Parts of the feedback that staff look through."""

ALL_PERIODS = ("since", "until", "first_day", "last_day", "days")
"""The fields that say when something was said."""


class PieceFilters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What pieces of feedback are to be like. Of several values of one field any will do; of several fields all count.

    They were said from `since` on and before `until`; or from the first to the last day, both included, in the
    service's own days; or within so many `days` until today. `attribute` holds names with a value (`ward:North`, a
    colon in a name written %3A); `page_url` is what the address of the page begins with.
    """

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    days: DayCount | None = None
    channel: tuple[ChannelName, ...] = ()
    language: tuple[LanguageCode, ...] = ()
    rating: tuple[Rating, ...] = ()
    attribute: tuple[Attribute, ...] = ()
    page_url: PageAddress = ""
    urgent: bool = False

    def __post_init__(self) -> None:
        for name in ALL_PERIODS:
            require_planned(getattr(self, name), name)

    def span(self, zone: str) -> tuple[dt.datetime | None, dt.datetime | None]:
        """Returns from when on and before when a piece was said, as far as that is limited."""
        place = ZoneInfo(zone)
        first, last = self.first_day, self.last_day
        if self.days:
            first = max(filter(None, (first, dt.datetime.now(place).date() - dt.timedelta(days=self.days - 1))))
        begins = [_zoned(self.since)] if self.since else []
        ends = [_zoned(self.until)] if self.until else []
        begins += [dt.datetime.combine(first, dt.time(), place)] if first else []
        ends += [dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), place)] if last else []
        return max(begins, default=None), min(ends, default=None)

    def where(self, zone: str) -> list[ColumnElement[bool]]:
        """Returns the conditions for a query of pieces; days are those of a time zone."""
        begin, end = self.span(zone)
        found = [Feedback.said_at >= begin] if begin else []
        found += [Feedback.said_at < end] if end else []
        for column, values in ((Feedback.channel, self.channel), (Feedback.language, self.language)):
            found += [column.in_(values)] if values else []
        found += [Feedback.rating.in_(self.rating)] if self.rating else []
        found += [_attribute(name).in_(values) for name, values in self.attributes().items()]
        found += [Feedback.page_url.startswith(self.page_url, autoescape=True)] if self.page_url else []
        found += [IS_URGENT] if self.urgent else []
        return found

    def attributes(self) -> dict[str, list[str]]:
        """Returns the wanted values of each attribute."""
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.attribute:
            name, _, value = each.partition(":")
            found[unquote(name)].append(value)
        return found


class FeedbackFilters(PieceFilters, frozen=True, kw_only=True):
    """Which feedback is wanted: pieces of any of these issues, or of one of `PARTS` alone."""

    issue: tuple[uuid.UUID, ...] = ()
    only: Literal["urgent", "uncounted"] | None = None

    def where(self, zone: str) -> list[ColumnElement[bool]]:
        """Returns the conditions for a query of pieces."""
        found = PieceFilters.where(self, zone)
        if self.issue:
            found.append(Feedback.id.in_(select(Statement.feedback_id).where(Statement.issue_id.in_(self.issue))))
        return [*found, PARTS[self.only]] if self.only else found


class IssueFilters(PieceFilters, frozen=True, kw_only=True):
    """Which issues a list shows, and in which order: those with at least one piece as the filters want it.

    `assignee` is who sees to it, `unassigned` stands for nobody. `up` turns the order of `sort`, which is otherwise the
    one that fits it. Read `broad`, the issues of one broad subject that are shown are one row.
    """

    trend: tuple[Trend, ...] = ()
    status: tuple[IssueStatus, ...] = ()
    assignee: PersonName = ""
    unassigned: bool = False
    overdue: bool | None = None
    tone: Tone = Tone.ISSUE
    sort: SortKey = "reports"
    up: bool | None = None
    breadth: ListBreadth = "fine"

    @property
    def ascending(self) -> bool:
        """Tells whether the least, the first or the earliest comes first."""
        return self.sort in TEXT_KEYS if self.up is None else self.up

    def pieces(self) -> PieceFilters:
        """Returns what of them is about the pieces."""
        return PieceFilters(**{name: getattr(self, name) for name in PieceFilters.__struct_fields__})


def named(name: str, value: str) -> str:
    """Writes an attribute with its value as filters name it."""
    return f"{name.replace('%', '%25').replace(':', '%3A')}:{value}"


def to_pairs(filters: PieceFilters) -> list[tuple[str, str]]:
    """Writes filters as the pairs of an address, so that it can be shared."""
    pairs: list[tuple[str, str]] = []
    for name, value in msgspec.to_builtins(filters).items():
        values: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(each).lower() if isinstance(each, bool) else str(each)) for each in values]
    return pairs


def _attribute(name: str) -> ColumnElement[str]:
    return func.jsonb_extract_path_text(Feedback.attributes, name)


def _zoned(moment: dt.datetime) -> dt.datetime:
    """Without a zone it is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
