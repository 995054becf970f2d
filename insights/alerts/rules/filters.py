"""Which alerts a subscription wants."""

from collections.abc import Iterable
from typing import Literal

import msgspec
import structlog

from feedback.record.errors import Malformed
from feedback.record.models import Subscription
from feedback.record.states import ChannelName, IssueStatus, Trend

AlertKind = Literal["new", "surge", "regression", "urgent", "update", "ended", "good_news", "silent"]
"""What an alert tells, as subscriptions name it."""

log = structlog.get_logger()

MOST_LEAST, MOST_CHOSEN = 1_000_000, 20


class AlertFilters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a subscription wants to be told. An empty field lets everything through.

    `kinds` may name what becomes of a signal, too: `update` (it has twice the reports) and `ended`; `good_news`:
    something is praised more; and `silent`: a channel that falls silent. These alone are told to nobody who does not
    name them. With `escalations_only` nothing is told but what another subscription escalates. `least` is the smallest
    number of reports of a signal that is worth an alert.
    """

    kinds: tuple[AlertKind, ...] = ()
    channels: tuple[ChannelName, ...] = ()
    trends: tuple[Trend, ...] = ()
    statuses: tuple[IssueStatus, ...] = ()
    least: int = 0
    urgent_only: bool = False
    escalations_only: bool = False

    def require_bounds(self) -> None:
        """Raises `Malformed` for what nobody means; what was stored before there were bounds can still be read."""
        if not 0 <= self.least <= MOST_LEAST:
            raise Malformed(f"from 0 to {MOST_LEAST:,}", field="least")
        if max(map(len, (self.kinds, self.channels, self.trends, self.statuses))) > MOST_CHOSEN:
            raise Malformed(f"at most {MOST_CHOSEN} of a kind", field="filters")


def filters_of(subscription: Subscription) -> AlertFilters:
    """Reads the filters that are stored with a subscription.

    What another version wrote and this one cannot read lets everything through: who is told too much can say so, and
    nobody else goes untold.
    """
    try:
        return msgspec.convert(subscription.filters, AlertFilters)
    except msgspec.ValidationError:
        log.warning("filters cannot be read", subscription=str(subscription.id))
        return AlertFilters()


def wants(subscription: Subscription, kind: Literal["update", "ended", "silent"]) -> bool:
    """Tells whether a subscription asks for what is told to nobody who does not ask."""
    return kind in filters_of(subscription).kinds


def hears(filters: AlertFilters, channels: Iterable[str]) -> bool:
    """Tells whether the filters let through what comes by these channels; one of them is enough."""
    return not filters.channels or not set(filters.channels).isdisjoint(channels)


def matches(filters: AlertFilters, kind: str, channels: Iterable[str], trend: str, status: str, reports: int) -> bool:
    """Tells whether the filters let an alert about a signal through; one of its channels is enough."""
    return (
        not (filters.urgent_only or filters.escalations_only)
        and (not filters.kinds or kind in filters.kinds)
        and hears(filters, channels)
        and (not filters.trends or trend in filters.trends)
        and (not filters.statuses or status in filters.statuses)
        and reports >= filters.least
    )


def matches_good_news(filters: AlertFilters, channels: Iterable[str]) -> bool:
    """Tells whether the filters let good news through, which is told to nobody who does not name it."""
    return "good_news" in filters.kinds and hears(filters, channels)


def matches_urgent(filters: AlertFilters, channel: str) -> bool:
    """Tells whether the filters let an alert about an urgent piece of feedback through."""
    wanted = not filters.escalations_only and (not filters.kinds or "urgent" in filters.kinds)
    return wanted and hears(filters, [channel])
