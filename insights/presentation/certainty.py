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

CERTAIN_CHANCE, SURE_CHANCE = 1 / (100 * 52), 1 / (10 * 52)
"""How often a week chance may bring the like of what is certain, and of what is very likely: a century, a decade."""
LEAST_TOLD = 9.0
"""From this score on the p-value is only bounded: nobody reads a longer number."""

VERDICTS: Mapping[Certainty, str] = TranslatedLabels(
    {
        "very_sure": N_("Almost certainly a real rise"),
        "sure": N_("Very likely a real rise"),
        "fairly_sure": N_("Likely a real rise"),
    }
)


def certainty(chance: float, caveats: int) -> Certainty:
    """Grades a finding by how often a week chance alone brings the like, a step lower where there is a caveat.

    That holds for reports that come by themselves; each caveat says why these may not.
    """
    grades: tuple[Certainty, ...] = ("fairly_sure", "sure", "very_sure")
    by_chance = (chance <= SURE_CHANCE) + (chance <= CERTAIN_CHANCE)
    return grades[max(by_chance - (caveats > 0), 0)]


def verdict(signal: SignalView) -> str:
    """Says how sure a signal is, as in: Likely a real rise: chance alone brings the like about once in 3 years.

    What is only watched is never said to be likely. How often chance brings it counts all that is looked at, as the
    p-value does not; nobody knows it of what staff say was missed.
    """
    chance: float | None = signal.evidence.get("chance")
    if chance is None:
        return _("Somebody of your staff says that it is real.")
    sure = VERDICTS[certainty(chance, len(signal.caveats))]
    if signal.tier == SignalTier.WATCH:
        sure = _("Possibly a real rise")
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
    return [_("That is not sure enough for an alert, so we watch it.")]


def caveats(signal: SignalView) -> list[str]:
    """Says why to be cautious about a signal, and what to do about that, in one text; nothing where nothing is."""
    found = [labels.CAVEATS.get(caveat, f"{caveat}.") for caveat in signal.caveats]
    if not found:
        return []
    also = [_("Also, %(caveat)s", caveat=caveat) for caveat in found[1:]]
    return [_("What makes it less sure: %(caveats)s", caveats=" ".join([found[0], *also]))]
