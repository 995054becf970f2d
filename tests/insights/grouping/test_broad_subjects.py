"""After each refit the issues of a service are put into broad subjects."""

import uuid

import numpy as np

from feedback.record import access
from feedback.record.db import Record
from insights.grouping import broad_subjects
from nlp.embed.vectors import unit
from tests.insights import made_up


def test_issues_that_are_near_to_each_other_are_one_subject_named_by_its_largest_until_that_is_gone(
    record: Record, blue_badge: str
) -> None:
    rng = np.random.default_rng(0)
    middles = np.repeat(rng.normal(size=(3, 16)), 4, axis=0)
    about = unit((middles + 0.05 * rng.normal(size=(12, 16))).astype(np.float32))
    with record.transaction() as session:
        service_id = access.service(session, blue_badge).id
        made = [made_up.issue(session, blue_badge, f"Issue {n}", centroid=about[n].tolist()) for n in range(12)]
        praised = made_up.issue(session, blue_badge, "Kind", centroid=about[0].tolist(), tone="praise")
        empty = made_up.issue(session, blue_badge, "Nobody", centroid=about[0].tolist())
        for place, issue in enumerate([*made, praised]):
            for number in range(1 + place % 4):
                made_up.report(session, issue, f"{issue.title} {number}")

        def named_by() -> list[uuid.UUID | None]:
            broad_subjects.renew(session, service_id)
            session.expire_all()
            return [issue.broad_id for issue in made]

        largest = [made[place].id for place in (3, 7, 11)]
        assert named_by() == [it for it in largest for _ in range(4)]
        assert praised.broad_id is None and empty.broad_id is None
        for number in range(9):
            made_up.report(session, made[0], f"Much more {number}")
        assert named_by()[0] == made[3].id  # a name stays while its issue is there
        made[3].merged_into = made[0].id
        session.flush()
        assert named_by()[:4] == [*[made[0].id] * 3, None]
        for issue in made[2:]:
            issue.merged_into = made[0].id
        session.flush()
        assert named_by() == [None] * 12  # too few are no subjects
