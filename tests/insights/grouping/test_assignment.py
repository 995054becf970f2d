"""Which issues a new statement may join."""

import datetime as dt
import uuid

import numpy as np

from insights.grouping.assignment import assigned
from insights.statement_arrays import IssueArrays, StoredStatements
from nlp.embed.strata import Stratum, stratum_of

ONE, OTHER = uuid.uuid4(), uuid.uuid4()
AXES = np.eye(3, dtype=np.float32)


def said(kind: str = "problem", language: str = "en") -> StoredStatements:
    now, numbers = [dt.datetime.now(dt.UTC)], np.array([7])
    strata = [stratum_of(language, kind)]
    return StoredStatements(
        numbers,
        AXES[:1],
        ["It never came"],
        [None],
        strata,
        [language],
        np.zeros(1, bool),
        numbers,
        [uuid.uuid4()],
        now,
    )


def issues(tone: str = "issue") -> IssueArrays:
    radii = np.array([0.6, 0.6], np.float32)
    strata = [Stratum("en", tone == "praise"), Stratum("en", praise=False)]
    return IssueArrays([ONE, OTHER], AXES[:2], radii, strata, ["m:1", "m:1"])


def test_a_statement_joins_the_issue_it_lies_within_and_how_sure_that_is_is_kept() -> None:
    [change] = assigned(said(), issues())
    assert (change["id"], change["issue_id"], change["assigned_by"]) == (7, ONE, "m:1")
    assert change["sureness"] > 0.9


def test_praise_joins_no_issue_and_a_problem_no_praise() -> None:
    assert assigned(said("praise"), issues()) == []
    assert assigned(said(), issues("praise")) == []
    assert [change["issue_id"] for change in assigned(said("praise"), issues("praise"))] == [ONE]


def test_another_language_joins_its_own_kind_alone() -> None:
    assert assigned(said(language="cy"), issues()) == []
    assert stratum_of("unknown", "problem") == stratum_of("en", "question") == Stratum("en", praise=False)
