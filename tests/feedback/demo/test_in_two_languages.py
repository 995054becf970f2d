"""What goes wrong in the town is told in English and in Welsh, and is one issue."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest
from sqlalchemy import select

from feedback.demo import PROBLEMS, Problem, history
from feedback.demo.history import reports_of
from feedback.demo.outage import OUTAGE
from feedback.demo.phrases import topics
from feedback.record import services
from feedback.record.models import Issue, Statement
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.walking import walk
from workers.runtime.actor import Worker

SPOKEN = [*PROBLEMS, OUTAGE]
ORDINARY = 300
DRAWN = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("problem", SPOKEN, ids=lambda it: it.topic)
def test_about_a_tenth_tell_of_each_problem_in_welsh(problem: Problem) -> None:
    assert 6 <= len(topics(problem.service)[f"problem:{problem.topic}"].lines["welsh"]) <= 8
    reports = reports_of(problem, "any")
    told = Counter(next(reports).language for _ in range(80))
    assert told == {None: 70, "cy": 10}


def moved(arrival: Arrival, by: dt.timedelta) -> Arrival:
    """The same words, whenever this runs."""
    assert arrival.submitted_at
    return replace(arrival, submitted_at=arrival.submitted_at + dt.timedelta(days=by.days))


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda it: it.topic)
def test_welsh_reports_join_the_issue_of_the_english_ones_which_is_named_in_both(
    worker: Worker, problem: Problem
) -> None:
    now = dt.datetime.now(dt.UTC)
    of_service = [moved(it, now - DRAWN) for it in history(DRAWN) if it.service == problem.service]
    reports = enumerate(islice(reports_of(problem, "any"), sum(problem.daily)))  # the history has but three in Welsh
    more = [replace(it, external_id=f"more-{number}") for number, it in reports]
    with worker.record.transaction() as session:
        services.ensure(session, {problem.service: "A service of the town"})
        accept(session, worker.record.keys, [*of_service[-ORDINARY - sum(problem.daily) :], *more], now)
    walk(worker)
    openings = {line[1:20] for line in topics(problem.service)[f"problem:{problem.topic}"].lines["welsh"]}
    with worker.record.transaction() as session:
        said = session.execute(select(Statement.text, Statement.issue_id).where(Statement.language == "cy")).all()
        mine = [issue for text, issue in said if any(words in text.lower() for words in openings)]
        [(issue, joined)] = Counter(mine).most_common(1)
        assert issue and joined > 3 and joined > len(mine) / 2, said
        found = session.get_one(Issue, issue)
        spoken = Counter(session.scalars(select(Statement.language).where(Statement.issue_id == issue)))
    assert spoken["en"] >= 2 * spoken["cy"] >= 3
    assert found.titles["cy"] != found.title
