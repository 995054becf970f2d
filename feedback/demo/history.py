"""When it is said: eight weeks with their weekdays and hours, and what goes on coming."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, count, product
from operator import attrgetter
from random import Random
from zoneinfo import ZoneInfo

from feedback.demo.phrases import topics
from feedback.demo.town import CALLER, PROBLEMS, SERVICES, URGENT, DemoService, Problem
from feedback.demo.voices import DemoChannel, DemoUtterance, Reports, anything
from feedback.record.states import ChannelName
from ingest.intake.arrival import Arrival

WEEKS = 8

_ZONE = ZoneInfo("Europe/London")
_DAY = dt.timedelta(days=1)
_MOST_A_DAY = 45
_WEEKDAYS = (1.2, 1.1, 1.0, 0.98, 0.9, 0.5, 0.42)
_CHANNELS: Mapping[DemoChannel, float] = {"web": 0.5, "sms": 0.2, "call": 0.3}
_CHANNELS_AT_WEEKENDS: Mapping[DemoChannel, float] = {"web": 0.68, "sms": 0.27, "call": 0.05}
_EVENING_TOO = (1, 0, 0, 0, 0, 1, 2, 5, 8, 11, 12, 11, 9, 9, 9, 8, 8, 8, 8, 10, 11, 9, 5, 2)
_OFFICE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 6, 13, 14, 12, 8, 9, 11, 10, 7, 1, 0, 0, 0, 0, 0, 0)
_HOURS: Mapping[DemoChannel, tuple[int, ...]] = {"web": _EVENING_TOO, "sms": _EVENING_TOO, "call": _OFFICE_HOURS}
_RATINGS: Mapping[str, tuple[int, ...]] = {"problem": (1, 1, 1, 2, 2, 3), "praise": (4, 5, 5), "filler": (3, 4, 5)}
_RATED, _PLACED = 0.5, 0.7
_TRICKLE_OF_PROBLEMS = 0.12
_TRIES = 8
_said_at = attrgetter("submitted_at")


def history(now: dt.datetime, seed: int = 7) -> Iterator[Arrival]:
    """Return the eight weeks before `now` (aware) in the order of time; the two problems end at `now`.

    The same `now` and `seed` give the same arrivals, external ids included: keep the `now` of the first start and hand
    it in again, and nothing repeats.
    """
    rng = Random(f"{seed} {now.isoformat()}")
    news = (_emergence(problem, now, rng) for problem in (*PROBLEMS, *URGENT))
    dated = sorted(chain(_ordinary(now, rng), *news), key=_said_at)
    for number, arrival in enumerate(dated):
        yield replace(arrival, external_id=f"{seed}-{now:%Y%m%dT%H%M%S}-{number}")


def release(now: dt.datetime) -> dt.datetime:
    """Tell when the first problem's service had the release that broke it: an hour before its first day of reports."""
    return now - len(PROBLEMS[0].daily) * _DAY - dt.timedelta(hours=1)


def trickle(now: dt.datetime, seed: int = 7) -> Iterator[Arrival]:
    """Tell what is said from `now` on, without end and without a date: each is said when it is sent."""
    rng = Random(f"{seed} trickle {now.isoformat()}")
    supplies = [(_service(problem), _reports(problem, rng)) for problem in PROBLEMS]
    for number in count():
        if rng.random() < _TRICKLE_OF_PROBLEMS:
            service, supply = rng.choice(supplies)
            channel, said = supply.next()
        else:
            service = rng.choice(SERVICES)
            channel = _one(_CHANNELS, rng)
            said = anything(service.phrases, channel, rng)
        arrival = _arrival(service, channel, said, rng)
        yield replace(arrival, external_id=f"trickle-{seed}-{now:%Y%m%dT%H%M%S}-{number}")


def reports_of(problem: Problem, seed: str) -> Iterator[Arrival]:
    """Tell of one problem without end, in ever other words and without a date."""
    rng = Random(seed)
    supply = _reports(problem, rng)
    while True:
        channel, said = supply.next()
        yield _arrival(_service(problem), channel, said, rng)


def _ordinary(now: dt.datetime, rng: Random) -> Iterator[Arrival]:
    since = now - WEEKS * 7 * _DAY
    heard: set[str] = set()
    for number, service in product(range(WEEKS * 7 + 1), SERVICES):
        day = since.astimezone(_ZONE).date() + number * _DAY
        expected = service.pieces * _WEEKDAYS[day.weekday()]
        for _ in range(min(_MOST_A_DAY, round(rng.gauss(expected, expected**0.5 / 2)))):
            channel = _one(_CHANNELS if day.weekday() < 5 else _CHANNELS_AT_WEEKENDS, rng)
            said = _fresh(service, channel, heard, rng)
            if since <= (at := _moment(day, channel, rng)) < now:
                yield _arrival(service, channel, said, rng, at)


def _fresh(service: DemoService, channel: DemoChannel, heard: set[str], rng: Random) -> DemoUtterance:
    """Something that nobody has said word for word; two citizens seldom do, unless they have nothing to say."""
    for _ in range(_TRIES):
        said = anything(service.phrases, channel, rng)
        if said.tone == "filler" or said.text not in heard:
            break
    heard.add(said.text)
    return said


def _emergence(problem: Problem, now: dt.datetime, rng: Random) -> Iterator[Arrival]:
    """Reports of the last days, counted back from `now` so that it never cuts the newest ones off."""
    supply = _reports(problem, rng)
    for days_ago, reports in zip(range(len(problem.daily), 0, -1), problem.daily, strict=True):
        for _ in range(reports):
            channel, said = supply.next()
            at = _moment_within_a_day_from(now - days_ago * _DAY, channel, rng)
            yield _arrival(_service(problem), channel, said, rng, at)


def _service(problem: Problem) -> DemoService:
    return next(service for service in SERVICES if service.slug == problem.service)


def _reports(problem: Problem, rng: Random) -> Reports:
    return Reports(topics(_service(problem).phrases)[f"problem:{problem.topic}"], problem.channels, rng)


def _arrival(
    service: DemoService, channel: DemoChannel, said: DemoUtterance, rng: Random, at: dt.datetime | None = None
) -> Arrival:
    return Arrival(
        service=service.slug,
        message=said.text,
        channel=ChannelName(channel),
        caller=CALLER,
        submitted_at=at,
        rating=rng.choice(_RATINGS[said.tone]) if channel == "web" and rng.random() < _RATED else None,
        page_url=rng.choice(service.pages) if channel == "web" else None,
        language=said.language,
        attributes={service.attribute: rng.choice(service.places)} if rng.random() < _PLACED else {},
    )


def _moment(day: dt.date, channel: DemoChannel, rng: Random) -> dt.datetime:
    hour = rng.choices(range(24), _HOURS[channel])[0]
    time = dt.time(hour, rng.randrange(60), rng.randrange(60), tzinfo=_ZONE)
    return dt.datetime.combine(day, time).astimezone(dt.UTC)


def _moment_within_a_day_from(start: dt.datetime, channel: DemoChannel, rng: Random) -> dt.datetime:
    moment = _moment(start.astimezone(_ZONE).date(), channel, rng)
    return moment if moment >= start else moment + _DAY


def _one(channels: Mapping[DemoChannel, float], rng: Random) -> DemoChannel:
    return rng.choices(list(channels), list(channels.values()))[0]
