"""What the insights API answers with about a service as a whole."""

import datetime as dt
from typing import Any

import msgspec


class ServiceView(msgspec.Struct, frozen=True):
    """A service and what is set about it."""

    slug: str
    name: str
    properties: dict[str, Any]


class DetectionHealth(msgspec.Struct, frozen=True):
    """How a service is watched, and how often that was wrong, over the last `weeks` (at most 26).

    `sight`: `blind` (nothing can be told), `learning` (it is looked at with caution) or `sure`; `says`: why.
    `tolerance`: the false alarms a week that it tolerates; `marked_false`: how many of those `sent` staff called that.
    `caution`: how many times as unlikely as is common a finding has to be here, by the service's own past; 1 or more.
    """

    sight: str
    says: str
    tolerance: float
    caution: float
    weeks: float
    sent: int
    marked_false: int
    sent_per_week: float
    false_per_week: float


class Figures(msgspec.Struct, frozen=True):
    """A service at a glance; `waiting` pieces have not reached an end state."""

    service: str
    feedback: int
    waiting: int
    set_aside: int
    last_7_days: int
    issues: int
    emerging: int
    watched: int
    good_news: int
    open_issues: int
    noticing: DetectionHealth


class Summary(Figures, frozen=True):
    """The same, with all its pieces by channel."""

    by_channel: dict[str, int]


class AuditView(msgspec.Struct, frozen=True):
    """One act: `by` is a key (`key:7`), a member of staff (`person:3`), `citizen` or the machine; `name` is theirs."""

    id: int
    at: dt.datetime
    service: str | None
    by: str
    name: str | None
    act: str
    subject: str
    details: dict[str, Any]
