"""Who is affected that others are not: shares of an issue against the service's own, beyond chance."""

from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from scipy.stats import fisher_exact

from feedback.record import services
from feedback.record.db import Record
from insights.detection.statistics import shares
from tests.insights import made_up
from tests.insights.api.test_api import key

Client = TestClient[Litestar]
Headers = dict[str, str]


@pytest.mark.parametrize("table", [(8, 10, 20, 100), (0, 5, 3, 9), (3, 3, 0, 0), (5, 30, 40, 200)])
def test_the_odds_are_those_of_fishers_exact_test(table: tuple[int, int, int, int]) -> None:
    own, own_of, others, others_of = table
    exact = fisher_exact(np.array([[own, own_of - own], [others, others_of - others]]), alternative="greater")
    assert shares.p_value(*table) == pytest.approx(exact.pvalue)


def test_who_tries_many_needs_more_to_be_beyond_chance() -> None:
    assert shares.beyond_chance([0.03]) == [True]
    assert shares.beyond_chance([0.03, 0.5]) == [False, False]
    assert shares.beyond_chance([0.5, 0.02, 0.001, 0.03]) == [False, False, True, False]


@pytest.fixture
def wards(record: Record, blue_badge: str) -> str:
    """An issue by phone, two thirds of it from the north, in a service that hears by web from everywhere."""
    with record.transaction() as session:
        others = made_up.issue(session, blue_badge, "All sorts")
        for number in range(60):
            ward = ("North", "South", "East", "West")[number % 4]
            made_up.report(session, others, f"Something {number}", attributes={"ward": ward}, language="en")
        found = made_up.issue(session, blue_badge)
        reports = []
        for number in range(12):
            ward = "North" if number < 8 else "South"
            said = f"The line is dead {number}"
            reports.append(made_up.report(session, found, said, "call", attributes={"ward": ward}, language="en"))
        made_up.signal(session, found, reports)
        return str(found.id)


def breakdowns(client: Client, headers: Headers, issue: str) -> dict[str, dict[str, Any]]:
    found = client.get(f"/v1/issues/{issue}/affected", headers=headers).json()
    return {one["name"]: {value["value"]: value for value in one["values"]} for one in found["breakdowns"]}


def test_a_channel_and_a_ward_beyond_chance_stand_out_and_a_language_of_all_does_not(
    client: Client, admin: Headers, wards: str
) -> None:
    found = breakdowns(client, admin, wards)
    phone, north = found["channel"]["call"], found["ward"]["North"]
    assert (phone["share"], phone["usual"], phone["stands_out"]) == (1.0, 0.0, True)
    assert (north["share"], north["usual"], north["stands_out"]) == (0.6667, 0.25, True)
    assert not found["ward"]["South"]["stands_out"] and not found["language"]["en"]["stands_out"]


def test_a_few_reports_single_nobody_out(client: Client, record: Record, admin: Headers, wards: str) -> None:
    with record.transaction() as session:
        few = made_up.issue(session, "blue-badge", "Few")
        for number in range(2):
            made_up.report(session, few, f"Odd {number}", "sms", attributes={"ward": "Far"}, language="cy")
    found = breakdowns(client, admin, str(few.id))
    assert not any(value["stands_out"] for values in found.values() for value in values.values())


def test_an_issue_of_which_nothing_is_kept_affects_nobody(
    client: Client, record: Record, admin: Headers, blue_badge: str
) -> None:
    with record.transaction() as session:
        empty = made_up.issue(session, blue_badge)
    assert client.get(f"/v1/issues/{empty.id}/affected", headers=admin).json()["breakdowns"] == []


def test_similar_issues_are_told_of_those_services_alone_that_the_asker_may_see(
    client: Client, record: Record, admin: Headers, blue_badge: str
) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        mine = made_up.issue(session, blue_badge, "Photo fails", centroid=[1.0, 0.0])
        made_up.issue(session, blue_badge, "Picture fails", centroid=[0.9, 0.1])
        made_up.issue(session, "bins", "Photo of bin fails", centroid=[0.8, 0.6])
        made_up.issue(session, "bins", "Too loud", centroid=[0.0, 1.0])
        made_up.issue(session, blue_badge, "Of another encoder", centroid=[1.0])

    def titles(headers: Headers) -> list[str]:
        found = client.get(f"/v1/issues/{mine.id}/similar", headers=headers).json()["items"]
        return [one["title"] for one in found if one["likeness"] >= 0.6]

    assert titles(admin) == ["Picture fails", "Photo of bin fails"]
    assert titles(key(record, "reader", blue_badge)) == ["Picture fails"]
