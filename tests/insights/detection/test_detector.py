"""The detector on made-up services: what it raises, what it leaves alone, and what it says of its own caveats."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from insights.detection import detector
from insights.detection.detector import Observation, State
from nlp.group import knn
from tests.insights.detection.streams import DAY, NEW, START, Service, nameless, play, sent


def test_a_new_problem_is_one_signal_within_eight_reports(service: Service, usual: State) -> None:
    _, signals = play(service.days(28, 32) + service.of(NEW, 28, 32), usual)
    [signal] = sent(signals)
    assert (signal.kind, signal.observed <= 8, signal.since.date()) == ("new", True, (START + 28 * DAY).date())
    assert signal.expected < 0.5 and signal.chance <= 0.02
    assert signal.centroid is not None and signal.centroid @ service.centres[NEW] > 0.9


def test_a_known_problem_reported_more_often_is_a_surge_of_that_issue(service: Service, usual: State) -> None:
    _, signals = play(service.days(28, 32) + service.of(12, 28, 32, 10), usual)
    assert [(signal.kind, signal.issue) for signal in sent(signals)] == [("surge", "topic 12")]


def test_a_new_problem_within_a_wide_known_issue_is_an_issue_of_its_own(service: Service, usual: State) -> None:
    wide = [replace(report, issue="topic 12") for report in service.of(NEW, 28, 32)]
    _, signals = play(service.days(28, 32) + wide, usual)
    [signal] = sent(signals)
    assert signal.kind == "new" and signal.issue != "topic 12"


def test_what_strikes_in_an_old_issue_is_a_surge_of_it_where_it_is_alike_and_its_own_issue_where_it_is_not(
    service: Service, usual: State
) -> None:
    joined = [replace(report, issue="old") for report in service.of(NEW, 28, 30)]
    said = service.days(28, 30) + joined
    for middle, as_before in ((NEW, True), (3, False)):
        earlier = {"old": detector.EarlierIssue(service.centres[middle])}
        [signal] = sent(play(said, usual, recall=earlier.get)[1])
        assert ((signal.kind, signal.issue == "old") == ("surge", True)) is as_before
        assert (signal.kind == "new" and signal.issue != "old") is not as_before
    [signal] = sent(play(said, usual)[1])
    assert (signal.kind, signal.issue) == ("new", "old"), "an issue that a refit made of these very reports is new"


def test_two_problems_at_once_are_told_apart(service: Service, usual: State) -> None:
    new, known = service.of(NEW, 28, 31), service.of(12, 28, 31, 10)
    _, signals = play(service.days(28, 31) + new + known, usual)
    for kind, reports in (("new", new), ("surge", known)):
        mine = {report.feedback_id for report in reports}
        [signal] = [it for it in sent(signals) if 2 * len(mine & set(it.feedback_ids)) > len(it.feedback_ids)]
        assert signal.kind == kind


def test_what_is_reported_further_joins_the_issue_and_raises_nothing(service: Service, usual: State) -> None:
    state, signals = play(service.days(28, 31) + service.of(NEW, 28, 31), usual)
    [first] = sent(signals)
    state, again = play(service.days(31, 34) + (more := service.of(NEW, 31, 34)), state)
    assert not sent(again)
    mine = {report.key for report in state.observations if report.issue == first.issue}
    assert len({report.key for report in more} & mine) > 0.8 * len(more)


def test_an_issue_is_signalled_again_when_it_has_become_much_more(service: Service, usual: State) -> None:
    state, signals = play(service.days(28, 34) + service.of(NEW, 28, 34, 3), usual)
    [first] = sent(signals)
    state, same = play(service.days(34, 36) + service.of(NEW, 34, 36, 3), state)
    _, more = play(service.days(36, 39) + service.of(NEW, 36, 39, 14), state)
    assert not sent(same)
    assert [(again.kind, again.issue) for again in sent(more)] == [("surge", first.issue)]


def test_a_busy_day_in_the_usual_mix_raises_nothing(service: Service, usual: State) -> None:
    _, signals = play(service.days(28, 30, pieces=90), usual)
    assert not sent(signals)


def test_what_was_typed_in_on_one_day_is_watched_and_sent_on_the_next(service: Service, usual: State) -> None:
    state, signals = play(_typed(service.of(NEW, 28, 29, 6)), usual)
    assert [signal.tier for signal in signals] == ["watch"]
    assert "one day only" in signals[0].caveats
    _, later = play(_typed(service.of(NEW, 29, 30, 2)), state)
    assert [signal.issue for signal in sent(later)] == [signals[0].issue]


def test_an_outage_is_sent_with_the_fifth_report_that_people_sent_themselves(service: Service, usual: State) -> None:
    outage = service.at_once(NEW, 28, 12)
    _, signals = play(service.days(28, 29) + outage, usual)
    [signal] = sent(signals)
    assert (signal.observed, signal.window) == (5, 3)
    assert signal.caveats == ()


def test_what_people_add_to_an_outage_is_no_problem_of_its_own(service: Service, usual: State) -> None:
    outage, others = service.at_once(NEW, 28, 12), Service(service.seed + 1)
    others.keys = service.keys
    added = [
        replace(also, feedback_id=it.feedback_id) for it, also in zip(outage, others.at_once(NEW, 28, 12), strict=True)
    ]
    _, alone = play(service.days(28, 29) + nameless(added), usual)
    assert len(sent(alone)) == 1
    _, signals = play(service.again().days(28, 29) + outage + nameless(added), usual)
    assert len({signal.issue for signal in signals}) == 1


def test_an_outage_of_what_is_often_reported_anyway_is_sent_within_the_hour(service: Service, usual: State) -> None:
    _, signals = play(service.days(28, 29) + (outage := service.at_once(3, 28, 24, hours=3)), usual)
    told = [signal for signal in sent(signals) if signal.issue == "topic 3"]
    assert [signal.kind for signal in told] == ["surge"]
    assert sum(report.feedback_id in told[0].feedback_ids for report in outage) <= 8
    assert told[0].observed == len(told[0].feedback_ids), "what was usual in the days before is no evidence"


@pytest.mark.parametrize("a_day", [5, 8])
def test_an_outage_beside_what_began_the_days_before_is_told_as_a_problem_of_its_own(
    service: Service, usual: State, a_day: int
) -> None:
    akin, outage = service.beside(NEW, 0.5, 28, 31, a_day), service.at_once(NEW, 30, 12)
    _, signals = play(service.days(28, 31) + akin + outage, usual)
    struck = {report.feedback_id for report in outage}
    shares = [len(struck & set(signal.feedback_ids)) / len(signal.feedback_ids) for signal in sent(signals)]
    assert shares == [0, 1]


def test_the_same_words_again_and_again_on_one_day_are_no_outage(service: Service, usual: State) -> None:
    first, *others = service.at_once(NEW, 28, 12)
    _, signals = play([first, *(replace(it, vector=first.vector) for it in others)], usual)
    assert signals and not sent(signals)


def test_the_same_words_of_one_day_and_a_report_of_the_day_before_are_no_outage(service: Service, usual: State) -> None:
    first, *others = service.at_once(NEW, 29, 12)
    said = [*service.of(NEW, 28, 29, 1), first, *(replace(it, vector=first.vector) for it in others)]
    _, signals = play(said, usual)
    assert signals and not sent(signals)


def test_bursts_of_the_usual_mix_raise_nothing(service: Service, usual: State) -> None:
    burst = [replace(report, at=START + 28.5 * DAY) for report in service.day(28, 60)]
    _, signals = play(burst, usual)
    assert not sent(signals)


def test_a_watch_claims_no_statement_and_lets_none_join(service: Service, usual: State) -> None:
    state, [watch] = play(_typed(service.of(NEW, 28, 29, 6)), usual)
    assert watch.radius == 1.0
    assert watch.issue not in {report.issue for report in state.observations}


def test_paper_forms_typed_in_on_one_day_raise_nothing(service: Service, usual: State) -> None:
    forms = [replace(form, batch="counter 1", channel="import") for form in service.of(NEW, 28, 29, 12)]
    _, signals = play(service.days(28, 30) + forms, usual)
    assert not sent(signals)
    assert all("one batch only" in signal.caveats for signal in signals)


@pytest.mark.parametrize("kept_out", [{"evidence": False}, {"late": True}])
def test_praise_and_history_raise_nothing(service: Service, usual: State, kept_out: dict[str, Any]) -> None:
    _, signals = play([replace(it, **kept_out) for it in service.of(NEW, 28, 32)], usual)
    assert not signals


@pytest.mark.parametrize(("praised", "told"), [(8, 0), (1, 1)], ids=["mostly", "now and then"])
def test_what_most_of_those_who_speak_of_it_praise_raises_no_alarm(
    service: Service, usual: State, praised: int, told: int
) -> None:
    praise = [replace(it, evidence=False, praise=True) for it in service.of(NEW, 28, 32, praised)]
    _, signals = play(service.days(28, 32) + service.of(NEW, 28, 32) + praise, usual)
    assert len(sent(signals)) == told and bool(signals) == bool(told)


@pytest.mark.parametrize(("channel", "told"), [("import", 0), ("web", 1)])
def test_bare_mentions_that_nobody_sent_by_themselves_are_watched(
    service: Service, usual: State, channel: str, told: int
) -> None:
    bare = [replace(it, telling=False) for it in service.of(NEW, 28, 32, channel=channel)]
    _, signals = play(service.days(28, 32) + bare, usual)
    assert len(sent(signals)) == told and ("bare mentions" in signals[0].caveats) is not bool(told)
    half = [replace(it, telling=number % 4 > 0) for number, it in enumerate(bare)]
    assert len(sent(play(service.again().days(28, 32) + half, usual)[1])) == 1


def test_what_shares_a_subject_and_no_problem_is_watched(service: Service, usual: State) -> None:
    said = service.of(NEW, 28, 32, 6)
    assert sent(play(service.days(28, 32) + said, usual)[1])
    loose = [service.loosely(NEW, it) for it in said]
    _, signals = play(service.again().days(28, 32) + loose, usual)
    assert signals and not sent(signals)
    assert all("no one problem" in signal.caveats for signal in signals)


def test_an_issue_of_one_quiet_channel_is_found_and_said_to_be(service: Service, usual: State) -> None:
    _, signals = play(service.days(28, 34) + service.of(NEW, 28, 34, 2, channel="call"), usual)
    [signal] = sent(signals)
    assert set(signal.channels) == {"call"}
    assert set(signal.caveats) <= {"few reports"}, "by telephone only says who is affected, and is no doubt"


def test_a_state_built_anew_finds_the_same(service: Service, usual: State) -> None:
    state, _ = play(service.days(28, 29) + service.of(NEW, 28, 29), usual)
    rest = service.days(29, 31) + service.of(NEW, 29, 31)
    anew = State(state.observations, tuple(structs.replace(active, region=None) for active in state.active))
    ways = [sent(play(rest, start)[1]) for start in (state, anew)]
    assert [[signal.kind for signal in signals] for signals in ways] == [["new"], ["new"]]


def test_a_stricter_tolerance_takes_more_reports(service: Service, usual: State) -> None:
    said = service.days(28, 33) + service.of(NEW, 28, 33, 3)
    reports = [sent(play(said, usual, tolerance=tolerance)[1])[0].observed for tolerance in (1.0, 0.0001)]
    assert reports[0] < reports[1]


def test_below_thirty_statements_in_four_weeks_it_is_blind(service: Service) -> None:
    assert not play(service.of(NEW, 0, 7))[1]


def test_a_young_service_is_looked_at_with_more_caution_and_says_so(service: Service) -> None:
    _, signals = play(service.days(0, 16) + service.of(NEW, 12, 16, 6))
    [signal] = [signal for signal in sent(signals) if signal.since >= START + 12 * DAY]
    assert "young service" in signal.caveats


def test_nothing_is_sent_of_a_service_in_its_first_week(service: Service) -> None:
    _, signals = play(service.days(0, 6) + service.of(NEW, 3, 6, 8))
    assert not sent(signals)


def test_nothing_is_said_to_be_later_than_now(service: Service, usual: State) -> None:
    ahead = [replace(report, at=START + 60 * DAY) for report in service.of(NEW, 28, 29, 6)]
    state, _ = detector.step(usual, ahead, START + 29 * DAY)
    assert max(report.at for report in state.observations) <= START + 29 * DAY


def test_a_review_after_an_import_judges_what_was_said_lately(service: Service) -> None:
    said = service.days(0, 32) + service.of(NEW, 29, 32)
    state = State(tuple(sorted(said, key=lambda report: report.at)))
    now = START + 32 * DAY
    assert not detector.step(state, [], now)[1]
    assert [signal.kind for signal in sent(detector.step(state, [], now, review=True)[1])] == ["new"]


def test_statements_that_nobody_has_grouped_yet_do_as_well(service: Service, usual: State) -> None:
    plain = State(tuple(nameless(usual.observations)))
    _, signals = play(nameless(service.days(28, 32) + service.of(12, 28, 32, 10)), plain)
    assert [signal.kind for signal in sent(signals)] == ["surge"]


def test_much_the_same_words_speak_against_it(service: Service, usual: State) -> None:
    first, *others = service.of(NEW, 28, 31, 3)
    _, signals = play([first, *(replace(it, vector=first.vector) for it in others)], usual)
    assert all("much the same words" in signal.caveats for signal in signals) and signals


def test_a_report_without_a_vector_counts_in_the_volume_alone(service: Service, usual: State) -> None:
    state, signals = play([replace(it, vector=None) for it in service.of(NEW, 28, 30)], usual)
    assert not signals and len(state.observations) == len(usual.observations) + 8


def test_a_service_may_begin_with_statements_that_have_no_vector(service: Service) -> None:
    first, *rest = service.days(0, 2)
    state, _ = play([replace(first, vector=None), *rest])
    assert len(state.observations) == len(rest) + 1


def test_among_very_many_statements_the_same_is_found_as_where_each_is_compared_with_each(
    service: Service, usual: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = service.days(28, 31) + service.of(NEW, 28, 31, 6) + service.of(12, 28, 31, 10)
    started = replace(usual, index=None)
    _, found = detector.step(started, said, START + 31 * DAY)
    monkeypatch.setattr(knn, "EXACT_UP_TO", 100)
    monkeypatch.setattr(knn, "CELL_VECTORS", 40)
    _, again = detector.step(started, said, START + 31 * DAY)
    assert {one.kind for one in sent(found)} == {"new", "surge"}
    assert [(one.kind, one.tier, one.keys) for one in again] == [(one.kind, one.tier, one.keys) for one in found]


def test_hours_of_the_night_belong_to_the_day_before(service: Service, usual: State) -> None:
    night = [START + 28 * DAY + dt.timedelta(hours=hour) for hour in (22, 22.5, 23, 24.5, 25, 25.5)]
    _, signals = play(_typed([service.report(NEW, at) for at in night]), usual)
    assert not sent(signals) and signals


def _typed(reports: Sequence[Observation]) -> list[Observation]:
    """The same as entered by clerks, one each."""
    return [replace(report, channel="import") for report in reports]
