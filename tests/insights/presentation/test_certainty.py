"""How sure a finding is, as people read it: the verdict first, then why to be cautious and what to do about it."""

import datetime as dt
from collections.abc import Sequence

import msgspec
import pytest

from insights.presentation import certainty
from insights.presentation.labels import CAVEATS, CHECKS
from insights.presentation.schemas import SignalNow, SignalView

SO_MANY = "By chance alone, so many would come together"
NOW = dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)


def signal(score: float, *against: str, tier: str = "signal", chance: float | None = None) -> SignalView:
    evidence = {"against": list(against), **({} if chance is None else {"chance": chance})}
    return SignalView("new", tier, NOW, NOW, 9, 0.2, score, 48.0, {"web": 9}, [], evidence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("score", "chance", "against", "tier", "said"),
    [
        (
            12.0,
            0.0,
            (),
            "signal",
            f"Almost certainly real, not chance. {SO_MANY} less than once in 100 years.",
        ),
        (
            5.0,
            0.0019,
            (),
            "signal",
            "Very likely real, not chance. By chance alone, so many would come together about once in 10 years.",
        ),
        (
            3.0,
            0.02,
            (),
            "signal",
            "Likely real, not chance. By chance alone, so many would come together about once a year.",
        ),
        (12.0, 1e-6, ("one batch only",), "signal", "Very likely real, not chance"),
        (3.0, 0.02, ("few reports",), "signal", "Likely real, not chance"),
        (
            12.0,
            0.1,
            (),
            "watch",
            "Not sure yet, it may be chance. By chance alone, so many would come together about once in 2 months.",
        ),
        (12.0, None, (), "signal", "Real: somebody of your staff says so."),
    ],
)
def test_the_verdict_comes_first_and_is_lower_with_caveats_and_never_likely_of_what_is_only_watched(
    score: float, chance: float | None, against: Sequence[str], tier: str, said: str
) -> None:
    assert certainty.verdict(signal(score, *against, tier=tier, chance=chance)).startswith(said)


def test_each_reason_for_caution_says_what_it_means_and_what_to_do() -> None:
    assert CAVEATS.keys() == CHECKS.keys()
    [said] = certainty.caveats(signal(9.0, "few reports", "one day only"))
    assert said.startswith("Be careful: (1) There are few reports, so ")
    assert said.endswith("(2) All of them are from one day, so it may not last. See whether more come.")
    assert certainty.caveats(signal(9.0)) == []


def test_what_is_not_sure_has_something_to_look_at_first() -> None:
    assert certainty.checks(signal(9.0, "few reports", "one batch only", chance=1e-6)) == [
        "Read them all.",
        "Ask whoever entered them whether their dates are right.",
    ]
    assert certainty.checks(signal(9.0, chance=0.02)) == [
        "See whether they come from several people, and are about one thing."
    ]
    assert certainty.checks(signal(9.0, chance=1e-6)) == []


@pytest.mark.parametrize(
    ("chance", "against", "tier", "said"),
    [
        (
            1e-6,
            (),
            "signal",
            f"{SO_MANY} less than once in 100 years. None of them is a copy, and none",
        ),
        (0.02, (), "signal", f"{SO_MANY} about once a year. None of them is a copy"),
        (
            1e-6,
            ("one day only",),
            "signal",
            f"{SO_MANY} less than once in 100 years. Be careful: all of them",
        ),
        (
            0.02,
            ("one day only",),
            "watch",
            f"{SO_MANY} about once a year. Be careful: all",
        ),
        (1e-6, (), "watch", f"{SO_MANY} less than once in 100 years. That is not sure enough for an alert"),
        (None, (), "signal", ""),
    ],
)
def test_why_it_is_sure_and_why_to_be_careful_is_told_in_one_breath(
    chance: float | None, against: Sequence[str], tier: str, said: str
) -> None:
    told = certainty.why(signal(9.0, *against, tier=tier, chance=chance))
    assert told.startswith(said) and bool(told) == bool(said)


def test_how_often_chance_brings_it_is_of_the_first_reports_where_more_have_come() -> None:
    known = SignalNow(30, NOW, NOW, "steady", {"web": 30}, None, [])
    told = certainty.why(msgspec.structs.replace(signal(9.0, chance=1e-6), now=known))
    assert told.startswith("By chance alone, its first 9 reports would come together less than once in 100 years;")
    assert "by now there are 30." in told
