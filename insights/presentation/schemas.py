"""What the insights API answers with."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar, cast

import msgspec

from feedback.record.states import (
    ChannelName,
    FeedbackStage,
    IssueStatus,
    OutcomeVerdict,
    SignalKind,
    SignalTier,
    StatementKind,
    Tone,
    Trend,
)
from insights.presentation.contrasts import Contrast

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page of a list; `next_cursor` leads to the next, and is null on the last."""

    items: Sequence[Item]
    next_cursor: str | None = None


class Quote(msgspec.Struct, frozen=True):
    """The redacted words of one citizen.

    `offset` counts seconds into the call, where it was one and the time is known.
    """

    feedback_id: uuid.UUID
    text: str
    channel: ChannelName
    said_at: dt.datetime
    offset: float | None = None
    language: str = "en"


class NearbyChange(msgspec.Struct, frozen=True):
    """A change of the service beside a signal, which began `hours` after it; 0 while it lasted."""

    kind: str
    what: str
    at: dt.datetime
    until: dt.datetime | None
    hours: float


class SignalSilence(msgspec.Struct, frozen=True):
    """For how many hours nobody has reported, and how many reports were usual in such a time while it lasted."""

    hours: float
    usual: float


class SignalNow(msgspec.Struct, frozen=True):
    """What is known now of a signal that stands: `reports` so far, since it began, and at what `pace` they come.

    `only_channel`: the one by which all of them came, which says who is affected. `quotes`: the most telling words,
    then the newest. `contrasts`: what these reports have that the earlier ones on the issue had not, where it surges.
    `silence`: set where it seems to be over, as nobody reports though many were usual.
    """

    reports: int
    since: dt.datetime
    last_report_at: dt.datetime
    pace: Literal["growing", "steady", "ebbing"]
    by_channel: dict[str, int]
    only_channel: str | None
    quotes: list[Quote]
    contrasts: list[Contrast] = []
    silence: SignalSilence | None = None


class SignalView(msgspec.Struct, frozen=True):
    """Why an issue seems to be emerging: `observed` reports where `expected` were; `score` is -log10 of the p-value.

    `only_channel`: the one by which all of them came. `evidence`: `against` (its caveats: what speaks against it),
    `model`, `way` (how it was found), `scale` (`sudden`, or `slow` for what grew over weeks), `chance` (how often a
    week chance alone brings the like), the `tolerance` that it is held against, `again_after` (when what struck
    again had ended), and `held_against` (from when to when a slow one is). `tier`: `signal`, or `watch` for what is
    shown and never sent. `now`: what is known by now. `explained_by`: the planned work for which it is not sent.
    """

    kind: SignalKind
    tier: SignalTier
    since: dt.datetime
    detected_at: dt.datetime
    observed: int
    expected: float
    score: float
    window_hours: float
    by_channel: dict[str, int]
    feedback_ids: list[uuid.UUID]
    evidence: dict[str, Any]
    id: uuid.UUID | None = None
    only_channel: str | None = None
    changes: list[NearbyChange] = []
    ended_at: dt.datetime | None = None
    false_at: dt.datetime | None = None
    false_by: str | None = None
    now: SignalNow | None = None
    explained_by: NearbyChange | None = None

    @property
    def caveats(self) -> Sequence[str]:
        """Returns what speaks against it, by names that `labels.CAVEATS` puts into words."""
        return cast("list[str]", self.evidence.get("against", []))


class MatchingView(msgspec.Struct, frozen=True):
    """What the pieces of an issue add up to that are as a filter wants them."""

    count: int
    by_channel: dict[str, int]
    first_seen: dt.datetime | None
    last_seen: dt.datetime | None


class IssueTitle(msgspec.Struct, frozen=True):
    """An issue as a list names it; `titles` are by language (en, cy), that which is the `title` among them.

    A language is there where members speak it, and none where a person gave the title.
    """

    id: uuid.UUID
    title: str
    titles: dict[str, str] = {}


class NamedIssue(IssueTitle, frozen=True, kw_only=True):
    """An issue with what stands under its title: what one member said (`example`, empty where that is gone).

    Where the title is not `title_sure`, few members say just that, and the example tells more.
    """

    example: str = ""
    example_language: str | None = None
    title_sure: bool = True


class BroadPart(NamedIssue, frozen=True, kw_only=True):
    """An issue of a broad subject, with those of its reports (`count`) that are as the filters want them."""

    count: int


class BroadSubject(msgspec.Struct, frozen=True):
    """The issues that a row of a list read broad holds, that which names it first.

    `trends`: how many of them go where; `signals`: how many are emerging.
    """

    issues: list[BroadPart]
    trends: dict[Trend, int]
    signals: int


class IssueView(NamedIssue, frozen=True, kw_only=True):
    """An issue; `count` is the number of distinct pieces of feedback, `raw` counts copies too.

    `matching` is set in lists that are narrowed down by what the pieces are like, and counts those alone; `recent`, in
    lists, is the number of reports within the last seven days. `broad` is set in lists that are read broad, on a row of
    several issues: counts are the sums of theirs (a piece that speaks of two counts in both), the signals their
    strongest, `trend` what comes first among new, emerging, steady and fading; all else is of the issue that names it.

    `by_language` is told of one issue alone, not in lists. Until `snoozed_until` it is not among the emerging, and
    nobody is told of it.
    `signal` is what stands of it, `watch` what is shown of it and never sent, `good_news` that it is praised more than
    it was.
    """

    service: str
    keywords: list[str]
    trend: Trend
    status: IssueStatus
    first_seen: dt.datetime | None
    last_seen: dt.datetime | None
    count: int
    raw: int
    by_channel: dict[str, int]
    quotes: list[Quote]
    severity: float = 0.0
    assignee: str | None = None
    due: dt.date | None = None
    snoozed_until: dt.date | None = None
    tone: Tone = Tone.ISSUE
    parent: uuid.UUID | None = None
    merged_into: uuid.UUID | None = None
    signal: SignalView | None = None
    watch: SignalView | None = None
    good_news: SignalView | None = None
    by_language: dict[str, int] = {}
    matching: MatchingView | None = None
    recent: int | None = None
    broad: BroadSubject | None = None


class Dismissal(msgspec.Struct, frozen=True):
    """Who said when that an urgent piece is not urgent, and when what is held of it is destroyed."""

    at: dt.datetime
    by: str
    destroyed_at: dt.datetime


class FeedbackView(msgspec.Struct, frozen=True):
    """One piece of feedback as staff see it: redacted, with what was made of it.

    `counts` says whether it counts in issues and trends, `held` whether its raw text is held, since it is urgent.
    `read_as` tells how it was read: its format, its encoding, what was left out and why. `came_from` tells of a piece
    that another service handed over which that was (`service`, `name`), when and why (`at`, `reason`).
    """

    id: uuid.UUID
    service: str
    channel: ChannelName
    stage: FeedbackStage
    reason: str | None
    text: str | None
    language: str | None
    said_at: dt.datetime
    received_at: dt.datetime
    history: bool
    assisted: bool
    rating: int | None
    page_url: str | None
    attributes: dict[str, str]
    read_as: dict[str, str]
    hidden: dict[str, int]
    verdicts: list[dict[str, Any]]
    copy_of: uuid.UUID | None
    counts: bool
    held: bool
    urgent: dict[str, Any] | None
    issues: list[uuid.UUID]
    external_id: str | None = None
    not_urgent: Dismissal | None = None
    came_from: dict[str, Any] | None = None


class StatementView(msgspec.Struct, frozen=True):
    """One statement of an issue.

    `offset` counts seconds into the call, where it was one and the time is known.
    """

    id: int
    feedback_id: uuid.UUID
    text: str
    kind: StatementKind
    language: str
    severity: float
    channel: ChannelName
    said_at: dt.datetime
    sureness: float | None
    assigned_by: str | None
    offset: float | None


class TrendPoint(msgspec.Struct, frozen=True):
    """One day of an issue, in the service's own days; `expected_low` to `expected_high` is the band of the usual."""

    day: dt.date
    count: int
    service_total: int
    expected: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None


class IssueEventView(msgspec.Struct, frozen=True):
    """Something that happened to an issue."""

    id: int
    at: dt.datetime
    by: str
    what: str
    reason: str | None
    details: dict[str, Any]


class MeasuredChange(msgspec.Struct, frozen=True):
    """Rates per 1,000 pieces of the service; `change` as a share (-0.6 for -60%) with its 90% `interval`."""

    before: float | None
    after: float | None
    change: float | None
    interval: tuple[float, float] | None
    probability: float | None
    verdict: OutcomeVerdict
