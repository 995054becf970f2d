"""What the first page shows, and `GET /v1/today` answers with."""

import datetime as dt
import uuid
from typing import Literal

import msgspec

from feedback.record.states import IssueStatus, SignalKind
from insights.outcomes.ledger import OutcomeView
from insights.presentation.schemas import Quote
from insights.today.priority import Reason

NextStep = Literal["acknowledge", "assign", "look"]
What = Literal["watched", "rose", "over", "found"]


class TodayIssue(msgspec.Struct, frozen=True):
    """One issue as somebody who has a minute is told of it.

    `titles` are by language; `says`: what is known, in a sentence; `why`: why it stands where it does; `quote`: the
    most telling words.
    `reports` came so far, since it began, where `usual` were to be expected. `daily`: the reports of the last 56 times
    24 hours, the latest last. `next_step`: what is to be done next, by who asks; `is_new`: since they last looked.
    """

    id: uuid.UUID
    service: str
    service_name: str
    title: str
    titles: dict[str, str]
    says: str
    why: list[Reason]
    quote: Quote | None
    reports: int
    usual: float | None
    by_channel: dict[str, int]
    daily: list[int]
    last_7_days: int
    week_before: int
    status: IssueStatus
    assignee: str | None
    due: dt.date | None
    is_overdue: bool
    is_outage: bool
    is_new: bool
    signal: SignalKind | None
    next_step: NextStep


class TodayFix(msgspec.Struct, frozen=True):
    """What an action did to its issue, once that can be told."""

    issue: uuid.UUID
    title: str
    service: str
    service_name: str
    outcome: OutcomeView
    titles: dict[str, str] = {}


class TodayNews(msgspec.Struct, frozen=True):
    """What is new and needs nobody: `what` is `watched` or `rose` (over weeks; both may be
    chance), `over` (no longer reported) or `found`.
    """

    issue: uuid.UUID
    title: str
    service: str
    service_name: str
    what: What
    at: dt.datetime
    reports: int
    titles: dict[str, str] = {}


class TodayUrgent(msgspec.Struct, frozen=True):
    """How many urgent pieces of a service wait for somebody to see to them; the first was said at `since`."""

    service: str
    service_name: str
    count: int
    since: dt.datetime


class TodayView(msgspec.Struct, frozen=True):
    """What there is to do, over all services that who asks may see; the most pressing first in each list.

    `urgent`: single pieces that cannot wait. `needs`: findings that nobody sees to, `more` of which are left out here.
    `came_back`: what had been resolved. `yours`: what is assigned to who asks, and what is overdue, whosever it is.
    `fixes`: what actions did. `news`: what is new since `since`, when they last looked. `quiet`: findings that need
    nothing: somebody sees to them, or planned work explains them; `watched` more are shown by their services.
    """

    since: dt.datetime
    urgent: list[TodayUrgent]
    needs: list[TodayIssue]
    more: int
    came_back: list[TodayIssue]
    yours: list[TodayIssue]
    fixes: list[TodayFix]
    news: list[TodayNews]
    quiet: list[TodayIssue]
    watched: int
