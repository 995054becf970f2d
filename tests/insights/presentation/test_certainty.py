"""How sure a finding is, as people read it: the verdict first, then why to be cautious and what to do about it."""

import datetime as dt
from collections.abc import Sequence

import pytest

from insights.presentation import certainty
from insights.presentation.labels import CAVEATS
from insights.presentation.schemas import SignalView

NOW = dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)


def signal(score: float, *against: str, tier: str = "signal") -> SignalView:
    return SignalView("new", tier, NOW, NOW, 9, 0.2, score, 48.0, {"web": 9}, [], {"against": list(against)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("score", "against", "tier", "said"),
    [
        (12.0, (), "signal", "Almost certainly a real rise: the odds of this by chance are below 1 in a billion."),
        (5.0, (), "signal", "Very likely a real rise: the odds of this by chance are about 1 in 100,000."),
        (3.0, (), "signal", "Likely a real rise: the odds of this by chance are about 1 in 1,000."),
        (12.0, ("one batch only",), "signal", "Very likely a real rise"),
        (3.0, ("few reports",), "signal", "Likely a real rise"),
        (12.0, (), "watch", "Possibly a real rise: the odds of this by chance are below 1 in a billion."),
    ],
)
def test_the_verdict_comes_first_and_is_lower_with_caveats_and_never_likely_of_what_is_only_watched(
    score: float, against: Sequence[str], tier: str, said: str
) -> None:
    assert certainty.verdict(signal(score, *against, tier=tier)).startswith(said)


def test_each_reason_for_caution_says_what_it_means_and_what_to_do() -> None:
    assert all(text.count(".") == 2 for text in CAVEATS.values())
    [said] = certainty.caveats(signal(9.0, "few reports", "one day only"))
    assert said.startswith("Reason for caution: there are few reports, so ")
    assert said.endswith("Also, all of them are from one day, so it may be over already. See whether more come.")
    assert certainty.caveats(signal(9.0)) == []
