"""How sure a finding is, in words: a verdict, how unlikely chance is, and each caveat with what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Literal

from feedback.i18n import N_, TranslatedLabels, _
from feedback.i18n.formats import number, upper_first
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
        "very_sure": N_("Almost certainly real, not chance"),
        "sure": N_("Very likely real, not chance"),
        "fairly_sure": N_("Likely real, not chance"),
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
    """Says how sure a signal is, as in: Likely real, not chance. By chance alone, … about once in 3 years."""
    return " ".join(filter(None, [f"{grade(signal)}.", by_chance(signal)]))


def grade(signal: SignalView) -> str:
    """Grades a signal in words. What is only watched is never said to be likely."""
    chance: float | None = signal.evidence.get("chance")
    if chance is None:
        return _("Real: somebody of your staff says so")
    if signal.tier == SignalTier.WATCH:
        return _("Not sure yet, it may be chance")
    return VERDICTS[certainty(chance, len(signal.caveats))]


def by_chance(signal: SignalView) -> str:
    """Says how often chance alone brings the like of a signal, of all that is looked at, as the p-value does not.

    Nobody knows it of what staff say was missed.
    """
    chance: float | None = signal.evidence.get("chance")
    if chance is None:
        return ""
    return _("By chance alone, so many would come together %(how_often)s.", how_often=how_often(chance))


def odds(score: float) -> str:
    """Says how unlikely it is that chance alone brings so many, as in: about 1 in 400,000."""
    if score >= LEAST_TOLD:
        return _("below 1 in a billion")
    return _("about 1 in %(times)s", times=number(round(10**score, -max(int(score) - 1, 0))))


def watched(signal: SignalView) -> list[str]:
    """Says of what is only watched that no alert was sent, and why; nothing of any other."""
    if signal.tier != SignalTier.WATCH:
        return []
    return [_("That is not sure enough for an alert: we go on watching it.")]


def caveats(signal: SignalView) -> list[str]:
    """Says why to be cautious about a signal, and what to do about that, in one text; nothing where nothing is."""
    return _less_sure([f"{_reason(name)} {labels.CHECKS.get(name, '')}".strip() for name in signal.caveats])


def why(signal: SignalView) -> str:
    """Says, in one text, how often chance brings so many, and each reason for caution, or that none was found."""
    chance: float | None = signal.evidence.get("chance")
    if chance is None:
        return ""
    looked = [_("None of them is a copy, and none was entered in bulk.")]
    less_sure = _less_sure([_reason(name) for name in signal.caveats])
    return " ".join([_of_the_first(signal, chance), *(less_sure or watched(signal) or looked)])


def _of_the_first(signal: SignalView, chance: float) -> str:
    """Says how often chance brings as many as there were when it was noticed, and how many there are by now."""
    if signal.now is None or signal.now.reports <= signal.observed:
        return by_chance(signal)
    return _(
        "By chance alone, its first %(count)s reports would come together %(how_often)s; by now there are %(now)s.",
        count=number(signal.observed),
        how_often=how_often(chance),
        now=number(signal.now.reports),
    )


def checks(signal: SignalView) -> list[str]:
    """Says what to look at before anything is done about a signal; nothing where it is sure."""
    found = [labels.CHECKS[name] for name in signal.caveats if name in labels.CHECKS]
    chance: float | None = signal.evidence.get("chance")
    sure = chance is None or certainty(chance, 0) != "fairly_sure"
    return found or ([] if sure else [_("See whether they come from several people, and are about one thing.")])


def _reason(caveat: str) -> str:
    return labels.CAVEATS.get(caveat, f"{caveat}.")


def _less_sure(found: Sequence[str]) -> list[str]:
    if not found:
        return []
    each = [f"({place}) {upper_first(caveat)}" for place, caveat in enumerate(found, 1)] if len(found) > 1 else found
    return [_("Be careful: %(caveats)s", caveats=" ".join(each))]
