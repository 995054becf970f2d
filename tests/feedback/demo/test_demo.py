import datetime as dt
from collections import Counter
from itertools import islice, pairwise
from random import Random

import pytest

from feedback.demo import CALLER, PROBLEMS, SERVICES, Problem, history, release, trickle
from feedback.demo.phrases import filled, topics
from ingest.intake.arrival import MESSAGE_LIMIT, Arrival
from nlp.clean.urgency import urgency

WEDNESDAY_NOON = dt.datetime(2025, 9, 17, 12, 0, tzinfo=dt.UTC)
SUNDAY_NIGHT = dt.datetime(2025, 3, 30, 1, 30, tzinfo=dt.UTC)
FILES = [*(service.phrases for service in SERVICES), "anyone"]


@pytest.fixture(scope="module", params=[WEDNESDAY_NOON, SUNDAY_NIGHT], ids=["midweek", "clock change"])
def now(request: pytest.FixtureRequest) -> dt.datetime:
    assert isinstance(request.param, dt.datetime)
    return request.param


@pytest.fixture(scope="module")
def arrivals(now: dt.datetime) -> list[Arrival]:
    return list(history(now))


def said_at(arrival: Arrival) -> dt.datetime:
    assert isinstance(arrival.submitted_at, dt.datetime)
    return arrival.submitted_at


def reports(arrivals: list[Arrival], problem: Problem) -> list[Arrival]:
    """The pieces that could be told from the problem's phrasings alone: by its words, in its service."""
    with_their_words = {
        variant.split("{")[0].split("[")[0].strip(" .").casefold()
        for lines in topics(problem.service)[f"problem:{problem.topic}"].lines.values()
        for variant in lines
    }
    openings = {words[:24] for words in with_their_words if len(words) > 12}
    return [
        arrival
        for arrival in arrivals
        if arrival.service == problem.service and any(words in arrival.message.casefold() for words in openings)
    ]


def test_there_are_at_least_six_hundred_distinct_phrasings_and_a_dozen_topics_a_service() -> None:
    phrasings = {
        line for file in FILES for topic in topics(file).values() for said in topic.lines.values() for line in said
    }
    assert len(phrasings) >= 600
    assert all(sum(topic.share > 0 for topic in topics(service.phrases).values()) >= 12 for service in SERVICES)


def test_every_phrasing_can_be_filled_and_leaves_no_mark_of_its_making() -> None:
    for file in FILES:
        for topic in topics(file).values():
            for line in (line for said in topic.lines.values() for line in said):
                text = filled(line, Random(1))
                assert text and not set(text) & set("{}[]|~>"), line


def test_eight_weeks_bring_six_to_eight_thousand_pieces_hardly_two_alike(arrivals: list[Arrival]) -> None:
    assert 6_000 <= len(arrivals) <= 8_000
    assert len({arrival.message for arrival in arrivals}) > 0.95 * len(arrivals)


def test_it_is_told_in_the_order_of_time_and_ends_now(arrivals: list[Arrival], now: dt.datetime) -> None:
    moments = [said_at(arrival) for arrival in arrivals]
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert now - dt.timedelta(weeks=8) <= moments[0] < now - dt.timedelta(days=55)
    assert now - dt.timedelta(days=1) < moments[-1] < now


def test_no_service_has_more_than_forty_five_ordinary_pieces_a_day(arrivals: list[Arrival]) -> None:
    days = Counter((arrival.service, said_at(arrival).date()) for arrival in arrivals)
    assert {slug for slug, _ in days} == {service.slug for service in SERVICES}
    assert max(days.values()) <= 45 + max(PROBLEMS[0].daily)


def test_all_three_channels_are_used_by_every_service(arrivals: list[Arrival]) -> None:
    used = Counter((arrival.service, arrival.channel) for arrival in arrivals)
    assert len(used) == 3 * len(SERVICES)
    assert min(used.values()) > 200


def test_weekends_are_quiet_and_nobody_answers_the_phone_at_night(arrivals: list[Arrival]) -> None:
    by_weekday = Counter(said_at(arrival).weekday() for arrival in arrivals)
    assert by_weekday[0] > by_weekday[4] > 1.3 * max(by_weekday[5], by_weekday[6])
    hours = Counter(said_at(arrival).hour for arrival in arrivals if arrival.channel == "call")
    assert not set(hours) & {0, 1, 2, 3, 4, 5, 20, 21, 22, 23}


def test_some_of_it_is_welsh_and_some_holds_personal_data(arrivals: list[Arrival]) -> None:
    assert 0.02 < sum(arrival.language == "cy" for arrival in arrivals) / len(arrivals) < 0.08
    assert sum("07700" in arrival.message for arrival in arrivals) > 30
    assert sum("LD9" in arrival.message for arrival in arrivals) > 30


def test_the_pages_are_those_of_the_web_alone(arrivals: list[Arrival]) -> None:
    assert all((arrival.page_url is None) == (arrival.channel != "web") for arrival in arrivals)


def test_every_arrival_could_be_taken_by_intake(arrivals: list[Arrival]) -> None:
    assert all(arrival.message.strip() and len(arrival.message) <= MESSAGE_LIMIT for arrival in arrivals)
    assert {arrival.caller for arrival in arrivals} == {CALLER}
    assert all(arrival.rating in (None, 1, 2, 3, 4, 5) for arrival in arrivals)


def test_a_second_start_repeats_every_id_and_word(arrivals: list[Arrival], now: dt.datetime) -> None:
    assert list(history(now)) == arrivals
    assert len({arrival.external_id for arrival in arrivals}) == len(arrivals)


def test_another_seed_tells_another_story(arrivals: list[Arrival], now: dt.datetime) -> None:
    others = list(history(now, seed=8))
    assert not {arrival.external_id for arrival in arrivals} & {arrival.external_id for arrival in others}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.topic)
def test_a_problem_starts_in_the_last_days_and_has_enough_reports_in_the_last_two(
    arrivals: list[Arrival], now: dt.datetime, problem: Problem
) -> None:
    found = reports(arrivals, problem)
    recent = [said_at(arrival) for arrival in found if said_at(arrival) >= now - dt.timedelta(hours=48)]
    assert min(map(said_at, found)) >= now - dt.timedelta(days=4)
    assert len(recent) >= 8
    assert len({moment.date() for moment in recent}) >= 2


def test_one_problem_is_reported_on_the_web_and_by_text_the_other_by_phone_alone(arrivals: list[Arrival]) -> None:
    online, by_phone = ({arrival.channel for arrival in reports(arrivals, problem)} for problem in PROBLEMS)
    assert online == {"web", "sms"}
    assert by_phone == {"call"}


def test_nobody_spoke_of_the_barcode_or_the_upload_before(arrivals: list[Arrival], now: dt.datetime) -> None:
    before = [arrival.message for arrival in arrivals if said_at(arrival) < now - dt.timedelta(days=4)]
    assert not [message for message in before if "barcode" in message or "upload my photo" in message]


def test_a_few_things_of_the_last_day_cannot_wait_one_of_them_said_in_welsh(
    arrivals: list[Arrival], now: dt.datetime
) -> None:
    lately = [it for it in arrivals if said_at(it) > now - dt.timedelta(days=1)]
    cannot_wait = [it for it in lately if urgency(it.message)]
    assert {(it.service, it.language) for it in cannot_wait} == {
        ("blue-badge", None),
        ("council-tax", None),
        ("bins-and-recycling", "cy"),
    }
    assert sum(urgency(it.message) is not None for it in arrivals) <= 0.001 * len(arrivals)


def test_the_release_precedes_the_problem_it_made(arrivals: list[Arrival], now: dt.datetime) -> None:
    assert release(now) < min(map(said_at, reports(arrivals, PROBLEMS[0])))


def test_the_trickle_goes_on_is_dated_by_its_sending_and_reports_the_problems_on(now: dt.datetime) -> None:
    told = list(islice(trickle(now), 400))
    assert told == list(islice(trickle(now), 400))
    assert all(arrival.submitted_at is None for arrival in told)
    assert len({arrival.external_id for arrival in told}) == 400
    assert {arrival.service for arrival in told} == {service.slug for service in SERVICES}
    assert all(len(reports(told, problem)) >= 5 for problem in PROBLEMS)


def test_the_trickle_shares_no_id_with_the_history(arrivals: list[Arrival], now: dt.datetime) -> None:
    told = {arrival.external_id for arrival in islice(trickle(now), 100)}
    assert not told & {arrival.external_id for arrival in arrivals}
