"""What people merged and placed stays so when the topics are trained again."""

import uuid
from typing import Any

import numpy as np
from sqlalchemy import select

from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Issue, Regrouping, Statement
from insights.grouping import decisions
from insights.grouping.constraints import StratumTopics, keep_placed, keep_together
from insights.statement_arrays import StatementArrays, read_issues
from nlp.embed.strata import Stratum
from nlp.group.topics import Topic
from tests.insights import made_up


def topic(members: list[int], place: int) -> Topic:
    return Topic(np.array(members), np.eye(3, dtype=np.float32)[place], 0.8, f"Topic {place}", ("word",), (members[0],))


def said(issues: list[uuid.UUID | None]) -> StatementArrays:
    size = len(issues)
    vectors = np.eye(3, dtype=np.float32)[[row // 2 % 3 for row in range(size)]]
    strata = [Stratum("en", praise=False)] * size
    return StatementArrays(
        np.arange(size), vectors, [""] * size, issues, strata, ["en"] * size, np.zeros(size, bool), np.arange(size)
    )


def fitted(*topics: Topic) -> StratumTopics:
    return StratumTopics(Stratum("en", False), np.arange(sum(len(t.members) for t in topics)), topics)


def two(record: Record, slug: str, **more: Any) -> tuple[int, uuid.UUID, uuid.UUID]:
    with record.transaction() as session:
        one = made_up.issue(session, slug, "One")
        other = made_up.issue(session, slug, "Other")
        if more.get("merged"):
            other.merged_into = one.id
            session.add(
                Regrouping(service_id=one.service_id, by="me", kind="merge", issue_id=other.id, other_id=one.id)
            )
        return one.service_id, one.id, other.id


def test_topics_of_a_merged_issue_become_one(record: Record, blue_badge: str) -> None:
    service, one, _ = two(record, blue_badge, merged=True)
    part = fitted(topic([0, 1], 0), topic([2, 3], 1))
    with record.transaction() as session:
        merged = decisions.constraints(session, service).merged
    kept = keep_together(said([one, one, one, None]), part, merged)
    [whole] = kept.topics
    assert sorted(whole.members) == [0, 1, 2, 3]
    assert np.isclose(np.linalg.norm(whole.centroid), 1)


def test_topics_that_nobody_merged_stay_apart(record: Record, blue_badge: str) -> None:
    service, one, _ = two(record, blue_badge)
    part = fitted(topic([0, 1], 0), topic([2, 3], 1))
    with record.transaction() as session:
        merged = decisions.constraints(session, service).merged
    assert keep_together(said([one] * 4), part, merged).topics == part.topics


def test_what_a_person_placed_stays_in_its_place(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        service = access.service(session, blue_badge).id
        issue = made_up.issue(session, blue_badge)
        made_up.report(session, issue, "Glare on the photo")
        made_up.report(session, issue, "No upload")
        placed, other = session.scalars(select(Statement).order_by(Statement.id))
        placed.assigned_by = "person"
        session.flush()
        constraints = decisions.constraints(session, service)
        assert keep_placed(np.array([placed.id, other.id]), [None, None], constraints) == [issue.id, None]


def test_the_place_of_a_merged_issue_leads_to_the_other(record: Record, blue_badge: str) -> None:
    service, one, _ = two(record, blue_badge, merged=True)
    with record.transaction() as session:
        assert read_issues(session, service).ids == [one, one]
        assert session.get_one(Issue, one).merged_into is None
