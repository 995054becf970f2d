"""How sure a finding is, in words: a verdict, how unlikely chance is, and each caveat with what to do about it."""

from collections.abc import Mapping
from typing import Literal

from feedback.i18n import N_, TranslatedLabels, _
from feedback.i18n.formats import number
from feedback.record.states import SignalTier
from insights.presentation import labels
from insights.presentation.formats import how_often
from insights.presentation.schemas import SignalView

Certainty = Literal["very_sure", "sure", "fairly_sure"]

CERTAIN_SCORE = 6.0
"""-log10 of the p-value from which on more evidence makes nothing surer: once in a million times."""
SURE_SCORE = 4.0
LEAST_TOLD = 9.0
"""From this score on the p-value is only bounded: nobody reads a longer number."""

VERDICTS: Mapping[Certainty, str] = TranslatedLabels(
    {
        "very_sure": N_("Almost certainly a real rise"),
        "sure": N_("Very likely a real rise"),
        "fairly_sure": N_("Likely a real rise"),
    }
)


def certainty(score: float, caveats: int) -> Certainty:
    """Grades a finding by its p-value (`score` is -log10 of it), a step lower where there is a caveat.

    The p-value holds for reports that come by themselves; each caveat says why these may not.
    """
    grades: tuple[Certainty, ...] = ("fairly_sure", "sure", "very_sure")
    by_score = (score >= SURE_SCORE) + (score >= CERTAIN_SCORE)
    return grades[max(by_score - (caveats > 0), 0)]


def verdict(signal: SignalView) -> str:
    """Says how sure a signal is, as in: Likely a real rise: chance alone brings the like about once in 3 years.

    What is only watched is never said to be likely. How often chance brings it counts all that is looked at, as the
    p-value does not; nobody knows it of what staff say was missed.
    """
    sure = VERDICTS[certainty(signal.score, len(signal.caveats))]
    if signal.tier == SignalTier.WATCH:
        sure = _("Possibly a real rise")
    chance: float | None = signal.evidence.get("chance")
    if chance is None:
        return _("%(sure)s.", sure=sure)
    return _("%(sure)s: chance alone brings the like %(how_often)s.", sure=sure, how_often=how_often(chance))


def odds(score: float) -> str:
    """Says how unlikely it is that chance alone brings so many, as in: about 1 in 400,000."""
    if score >= LEAST_TOLD:
        return _("below 1 in a billion")
    return _("about 1 in %(times)s", times=number(round(10**score, -max(int(score) - 1, 0))))


def watched(signal: SignalView) -> list[str]:
    """Says of what is only watched that no alert was sent, and why; nothing of any other."""
    if signal.tier != SignalTier.WATCH:
        return []
    return [_("We watch it and have sent no alert: for one it would have to be rarer, or reported by more people.")]


def caveats(signal: SignalView) -> list[str]:
    """Says why to be cautious about a signal, and what to do about that, in one text; nothing where nothing is."""
    found = [labels.CAVEATS.get(caveat, f"{caveat}.") for caveat in signal.caveats]
    if not found:
        return []
    also = [_("Also, %(caveat)s", caveat=caveat) for caveat in found[1:]]
    return [_("What makes it less sure: %(caveats)s", caveats=" ".join([found[0], *also]))]
