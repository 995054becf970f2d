"""A made-up service, as it is before a test tells what happens in it."""

import pytest

from insights.detection.detector import State
from tests.insights.detection.streams import Service, play, sent

Past = tuple[Service, State]


@pytest.fixture(scope="module")
def past() -> Past:
    """A service with four weeks behind it in which nothing happened."""
    service = Service()
    state, signals = play(service.days(0, 28))
    assert not sent(signals)
    return service, state


@pytest.fixture
def service(past: Past) -> Service:
    return past[0].again()


@pytest.fixture
def usual(past: Past) -> State:
    return past[1]
