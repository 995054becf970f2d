"""What is known of an issue from before all that the detector remembers."""

import datetime as dt

import numpy as np

from feedback.record.db import Record
from insights.detection.detector import HISTORY
from insights.issues import findings
from tests.insights import made_up


def test_an_issue_that_was_reported_long_ago_is_recalled_by_its_middle_and_a_recent_one_is_not(
    record: Record, blue_badge: str
) -> None:
    before = made_up.NOW - HISTORY
    with record.transaction() as session:
        old, recent = (made_up.issue(session, blue_badge, title) for title in ("Lift stuck", "Lift is loud"))
        made_up.report(session, old, "The lift is stuck", said_at=before - dt.timedelta(days=1))
        made_up.report(session, recent, "The lift is loud")
        found = [findings.earlier_issue(session, str(issue.id), before) for issue in (old, recent)]
    assert found[0] is not None and np.array_equal(found[0].centroid, [1.0]) and found[1] is None
