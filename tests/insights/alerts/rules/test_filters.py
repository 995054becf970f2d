"""What a subscription does not want to hear of."""

from typing import Any

import pytest
from sqlalchemy import update

from feedback.record.models import Subscription
from insights.alerts.rules.filters import AlertFilters, matches
from tests.insights.alerts.people import urgent_piece
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker


@pytest.mark.parametrize(
    ("filters", "heard"),
    [
        ({}, True),
        ({"kinds": ("new",)}, True),
        ({"kinds": ("surge", "urgent")}, False),
        ({"channels": ("call", "sms")}, True),
        ({"channels": ("sms",)}, False),
        ({"trends": ("emerging",)}, False),
        ({"statuses": ("open",)}, True),
        ({"least": 12}, True),
        ({"least": 13}, False),
        ({"urgent_only": True}, False),
    ],
)
def test_filters_leave_out_what_they_say(filters: dict[str, Any], heard: bool) -> None:
    assert matches(AlertFilters(**filters), "new", {"web": 10, "call": 2}, "new", "open", 12) is heard


def test_filters_that_this_version_cannot_read_keep_nothing_from_anybody(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    with local.record.transaction() as session:
        session.execute(update(Subscription).values(filters={"of": "a later version"}))
    urgent_piece(local)
    deliver(local)
    assert [got.content["type"] for got in hook.got] == ["feedback.urgent"]
