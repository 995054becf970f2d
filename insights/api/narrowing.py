"""The parameters by which lists, exports and comparisons are narrowed down: the same everywhere, and as the pages'."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

import msgspec
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from feedback.record.limits import convert
from feedback.record.states import ChannelName, IssueStatus, Tone, Trend
from insights.issues.filters import FeedbackFilters, IssueFilters, ListBreadth, PieceFilters, SortKey

Said = Annotated[
    list[str] | None, QueryParameter(description="A name and a value, as in ward:North; %3A for a colon in the name")
]
InDays = Annotated[int | None, QueryParameter(ge=1, le=3_653, description="The last so many days, today included")]
BeginsWith = Annotated[str, QueryParameter(max_length=2_000, description="What the address of the page begins with")]
Named = Annotated[str, QueryParameter(max_length=200)]


def given_pieces(
    since: FromQuery[dt.datetime | None] = None,
    until: FromQuery[dt.datetime | None] = None,
    first_day: FromQuery[dt.date | None] = None,
    last_day: FromQuery[dt.date | None] = None,
    days: InDays = None,
    channel: FromQuery[list[ChannelName] | None] = None,
    language: FromQuery[list[str] | None] = None,
    rating: FromQuery[list[int] | None] = None,
    attribute: Said = None,
    page_url: BeginsWith = "",
    urgent: FromQuery[bool] = False,
) -> PieceFilters:
    """Reads what pieces are to be like."""
    return convert(_set(locals()), PieceFilters)


def given_feedback(
    pieces: NamedDependency[PieceFilters],
    issue: FromQuery[list[uuid.UUID] | None] = None,
    only: FromQuery[Literal["urgent", "uncounted"] | None] = None,
) -> FeedbackFilters:
    """Reads what pieces are to be like, and of which issues."""
    return convert(_beside(pieces, {"issue": issue, "only": only}), FeedbackFilters)


def given_issues(
    pieces: NamedDependency[PieceFilters],
    trend: FromQuery[list[Trend] | None] = None,
    status: FromQuery[list[IssueStatus] | None] = None,
    assignee: Named = "",
    unassigned: FromQuery[bool] = False,
    overdue: FromQuery[bool | None] = None,
    tone: FromQuery[Tone] = Tone.ISSUE,
    sort: FromQuery[SortKey] = "reports",
    up: FromQuery[bool | None] = None,
    breadth: FromQuery[ListBreadth] = "fine",
) -> IssueFilters:
    """Reads what issues are to be like, in which order they are listed, and how broad."""
    wanted = {name: value for name, value in locals().items() if name != "pieces"}
    return convert(_beside(pieces, wanted), IssueFilters)


def _beside(pieces: PieceFilters, wanted: dict[str, Any]) -> dict[str, Any]:
    return msgspec.structs.asdict(pieces) | _set(wanted)


def _set(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


NARROWED_PIECES = {"pieces": Provide(given_pieces, sync_to_thread=False)}
NARROWED_FEEDBACK = NARROWED_PIECES | {"filters": Provide(given_feedback, sync_to_thread=False)}
NARROWED_ISSUES = NARROWED_PIECES | {"filters": Provide(given_issues, sync_to_thread=False)}
