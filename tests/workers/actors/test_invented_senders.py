"""Whoever makes up an outage over HTTP: addresses and browsers cost nothing, networks do."""

from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import func, select

from feedback.record.db import Record
from feedback.record.models import Feedback, Signal
from tests.conftest import RealServers
from tests.serving import served
from tests.workers.looks import look_at
from tests.workers.texts import BROKEN
from workers.runtime.actor import Worker

pytestmark = pytest.mark.usefixtures("history")

LIBRARY = "81.2.69.160"


def told(worker: Worker, servers: RealServers, networks: Sequence[str], *shared: str) -> list[tuple[str, list[str]]]:
    """What is found once each of these has sent a report, all with a mail address and a browser of their own."""
    settings = replace(worker.record.settings, shared_networks=shared)
    with served(Record(settings, worker.record.engine), servers) as url, httpx.Client(base_url=url) as client:
        for place, network in enumerate(networks):
            said = {"message": BROKEN[place], "contact": f"somebody{place}@example.org"}
            headers = {"X-Forwarded-For": network, "User-Agent": f"browser {place}"}
            assert client.post("/v1/services/blue-badge/feedback", json=said, headers=headers).status_code == 202
            look_at(worker)
    with worker.record.transaction() as session:
        found = session.execute(select(Signal.tier, Signal.evidence).order_by(Signal.id)).all()
        return [(row.tier, row.evidence["against"]) for row in found]


def test_eight_addresses_and_browsers_by_one_network_are_one_person_and_watched(
    worker: Worker, servers: RealServers
) -> None:
    [(tier, against)] = told(worker, servers, [LIBRARY] * 8)
    assert tier == "watch" and "few senders" in against


def test_what_a_library_reports_is_sent_once_four_networks_more_report_it(worker: Worker, servers: RealServers) -> None:
    assert "signal" in dict(told(worker, servers, [LIBRARY] * 4 + [f"81.2.70.{n}" for n in range(4)]))


def test_what_comes_by_a_network_that_is_known_to_be_shared_is_sent_with_its_fifth_sender(
    worker: Worker, servers: RealServers
) -> None:
    assert "signal" in dict(told(worker, servers, [LIBRARY] * 6, "81.2.69.0/24"))


def test_by_every_door_of_strangers_a_network_is_one_and_an_invented_address_somebody_else(
    worker: Worker, servers: RealServers
) -> None:
    told = select(func.count(Feedback.sender_digest.distinct()), func.count(Feedback.network_digest.distinct()))
    with (
        served(worker.record, servers) as url,
        httpx.Client(base_url=url, headers={"X-Forwarded-For": f"198.51.100.9, {LIBRARY}"}) as client,
    ):
        words, civic = "/services/blue-badge/feedback", {"service_code": "blue-badge", "lat": "51.5", "long": "-0.14"}
        client.post(f"/v1{words}", json={"message": BROKEN[0], "contact": "a@example.org"}).raise_for_status()
        client.post(words, data={"message": BROKEN[1], "contact": "b@example.org"}).raise_for_status()
        request = {**civic, "description": BROKEN[2], "email": "c@example.org"}
        client.post("/open311/v2/requests.json", data=request).raise_for_status()
    with worker.record.transaction() as session:
        assert tuple(session.execute(told).one()) == (3, 1)
