"""What several services hear at once is beyond chance, though it is in none of them."""

import numpy as np
import pytest

from insights.detection.cross_service import ServiceObservation, shared_problems

SERVICES, TOPICS, DIMENSIONS = 6, 8, 48
RNG = np.random.default_rng


def usual(seed: int, per_day: float = 6.0, days: int = 35) -> list[ServiceObservation]:
    """Six services, each with eight things of its own that people say, day by day."""
    rng = RNG(seed)
    themes = rng.normal(size=(SERVICES, TOPICS, DIMENSIONS))
    found = []
    for service in range(SERVICES):
        for number in range(rng.poisson(per_day * days)):
            vector = themes[service, rng.integers(TOPICS)] + 0.7 * rng.normal(size=DIMENSIONS)
            found.append(said(service, f"{service}-{number}", vector, float(rng.uniform(0, days * 24))))
    return found


def said(service: int, name: str, vector: np.ndarray, age: float) -> ServiceObservation:
    return ServiceObservation(service, name, np.asarray(vector / np.linalg.norm(vector), np.float32), age)


def of_one_thing(each: int, services: int = SERVICES, seed: int = 9) -> list[ServiceObservation]:
    rng = RNG(seed)
    thing = rng.normal(size=DIMENSIONS)
    return [
        said(service, f"new-{service}-{n}", thing + 0.7 * rng.normal(size=DIMENSIONS), float(rng.uniform(0, 20)))
        for service in range(services)
        for n in range(each)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_six_services_with_two_reports_each_are_one_signal(seed: int) -> None:
    [found] = shared_problems([*usual(seed), *of_one_thing(2)])
    assert set(found.reports) == set(range(SERVICES))
    new = [identity for ids in found.reports.values() for identity in ids if identity.startswith("new")]
    assert len(new) >= 10
    assert found.observed - len(new) <= 2
    assert found.expected < 1


def test_one_service_alone_is_its_own_matter() -> None:
    assert shared_problems([*usual(1), *of_one_thing(12, services=1)]) == []
    assert shared_problems([*usual(1), *of_one_thing(6, services=2)]) == []


@pytest.mark.parametrize("seed", range(10))
def test_usual_days_raise_nothing(seed: int) -> None:
    assert shared_problems(usual(seed)) == []


@pytest.mark.parametrize("seed", range(5))
def test_a_busy_day_of_everything_raises_nothing(seed: int) -> None:
    calm = usual(seed)
    themes = [it for it in calm if 24 * 3 < it.age < 24 * 15]
    rush = [ServiceObservation(it.service, f"rush-{n}", it.vector, n % 24) for n, it in enumerate(themes)]
    assert len(rush) > 5 * SERVICES * 6
    assert shared_problems([*calm, *rush]) == []


def test_what_several_services_always_hear_raises_nothing() -> None:
    rng = RNG(4)
    always = of_one_thing(35)
    spread = [
        ServiceObservation(it.service, it.feedback_id, it.vector, float(rng.uniform(0, 35 * 24))) for it in always
    ]
    assert shared_problems([*usual(4), *spread]) == []


def test_what_was_signalled_already_is_no_evidence() -> None:
    told = [ServiceObservation(it.service, it.feedback_id, it.vector, it.age, fresh=False) for it in of_one_thing(2)]
    assert shared_problems([*usual(1), *told]) == []


def test_a_week_tells_nothing_yet() -> None:
    young = [it for it in usual(1) if it.age < 7 * 24]
    assert shared_problems([*young, *of_one_thing(2)]) == []
