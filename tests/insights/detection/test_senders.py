"""Whether several people say so, or one again and again."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from feedback.record.states import SignalTier
from insights.detection.detector import Observation, State
from insights.detection.state import deserialize, serialize
from tests.insights.detection.streams import NEW, Service, play, sent


def by(senders: Iterable[str], reports: Iterable[Observation], *channels: str) -> list[Observation]:
    """The same reports, by these senders and channels in turn."""
    said = list(zip(reports, senders, strict=False))
    return [
        replace(report, sender=sender, channel=channels[place % len(channels)] if channels else report.channel)
        for place, (report, sender) in enumerate(said)
    ]


def test_one_sender_in_twelve_wordings_is_watched_and_five_senders_are_sent(service: Service, usual: State) -> None:
    outage = service.at_once(NEW, 28, 12)
    _, alone = play(by(["Ann"] * 12, outage), usual)
    _, five = play(by("ABCDE", outage), usual)
    assert {found.tier for found in alone} == {SignalTier.WATCH} and "few senders" in alone[-1].caveats
    [told] = sent(five)
    assert told.observed == 5 and "few senders" not in told.caveats


def test_what_is_watched_names_the_reports_that_it_was_found_in_since(service: Service, usual: State) -> None:
    outage = service.at_once(NEW, 28, 12)
    state, [first, *_] = play(by(["Ann"] * 12, outage), usual)
    [watched] = deserialize(serialize(state)).active
    told = {*first.feedback_ids, *watched.pieces}
    assert len(first.feedback_ids) < 12 and told == {report.feedback_id for report in outage}


@pytest.mark.parametrize(("senders", "told"), [("AAAABCD", 0), ("AAAABCDE", 1)])
def test_who_says_it_again_counts_once_among_the_others(
    service: Service, usual: State, senders: str, told: int
) -> None:
    _, signals = play(by(senders, service.at_once(NEW, 28, 12)), usual)
    assert len(sent(signals)) == told


@pytest.mark.parametrize(("senders", "channels", "told"), [("ABCD", ("web",), 0), ("ABCD", ("web", "sms"), 1)])
def test_four_senders_are_enough_where_they_come_by_several_channels(
    service: Service, usual: State, senders: str, channels: tuple[str, ...], told: int
) -> None:
    _, signals = play(by(senders, service.at_once(NEW, 28, 12), *channels), usual)
    assert len(sent(signals)) == told


def test_channels_of_senders_who_are_not_known_apart_are_no_evidence(service: Service, usual: State) -> None:
    outage = service.at_once(NEW, 28, 4)
    mixed = [replace(report, channel=channel) for report, channel in zip(outage, ("web", "sms") * 2, strict=True)]
    _, signals = play(mixed, usual)
    assert not sent(signals)


def test_one_sender_on_two_days_is_watched_though_the_first_day_is_forgotten(service: Service, usual: State) -> None:
    first, second = service.at_once(NEW, 28, 12), service.at_once(NEW, 29, 3)
    forgotten = [replace(report, sent_again=place > 0) for place, report in enumerate(first)]
    state = replace(usual, observations=(*usual.observations, *forgotten), index=None)
    _, signals = play(by(["Ann"] * 3, second), state)
    assert signals and not sent(signals)
    _, others = play(by("ABC", second), state)
    assert sent(others)


def test_whoever_came_by_one_network_on_one_day_is_one_person_by_five_networks_five(
    service: Service, usual: State
) -> None:
    outage = by("ABCDEFGHIJKL", service.at_once(NEW, 28, 12))
    _, invented = play([replace(report, network="home") for report in outage], usual)
    _, apart = play([replace(report, network=report.sender) for report in outage], usual)
    assert not sent(invented) and "few senders" in invented[-1].caveats
    [told] = sent(apart)
    assert told.observed == 5


def test_one_sender_by_many_networks_is_one_person(service: Service, usual: State) -> None:
    outage = by(["Ann"] * 12, service.at_once(NEW, 28, 12))
    _, signals = play([replace(report, network=report.feedback_id) for report in outage], usual)
    assert signals and not sent(signals)
