"""How sure a finding is, in words: a verdict, how unlikely chance is, and each caveat with what to do about it."""

from collections.abc import Mapping
from typing import Literal

from feedback.i18n import N_, _, gettext
from feedback.i18n.formats import number
from feedback.record.states import SignalTier
from insights.presentation import labels
from insights.presentation.schemas import SignalView

Certainty = Literal["very_sure", "sure", "fairly_sure"]

CERTAIN_SCORE = 6.0
"""-log10 of the p-value from which on more evidence makes nothing surer: once in a million times."""
SURE_SCORE = 4.0
LEAST_TOLD = 9.0
"""From this score on the p-value is only bounded: nobody reads a longer number."""

VERDICTS: Mapping[Certainty, str] = {
    "very_sure": N_("Almost certainly a real rise: the odds of this by chance are %(odds)s."),
    "sure": N_("Very likely a real rise: the odds of this by chance are %(odds)s."),
    "fairly_sure": N_("Likely a real rise: the odds of this by chance are %(odds)s."),
}


def certainty(score: float, caveats: int) -> Certainty:
    """Grades a finding by its p-value (`score` is -log10 of it), a step lower where there is a caveat.

    The p-value holds for reports that come by themselves; each caveat says why these may not.
    """
    grades: tuple[Certainty, ...] = ("fairly_sure", "sure", "very_sure")
    by_score = (score >= SURE_SCORE) + (score >= CERTAIN_SCORE)
    return grades[max(by_score - (caveats > 0), 0)]


def verdict(signal: SignalView) -> str:
    """Says how sure a signal is, as in: Likely a real rise: the odds of this by chance are about 1 in 4,000.

    What is only watched is never said to be likely.
    """
    if signal.tier == SignalTier.WATCH:
        return _("Possibly a real rise: the odds of this by chance are %(odds)s.", odds=odds(signal.score))
    return gettext(VERDICTS[certainty(signal.score, len(signal.caveats))], odds=odds(signal.score))


def odds(score: float) -> str:
    """Says how unlikely it is that chance alone brings so many, as in: about 1 in 400,000."""
    if score >= LEAST_TOLD:
        return _("below 1 in a billion")
    return _("about 1 in %(times)s", times=number(round(10**score, -max(int(score) - 1, 0))))


def watched(signal: SignalView) -> list[str]:
    """Says of what is only watched that no alert was sent, and why; nothing of any other."""
    if signal.tier != SignalTier.WATCH:
        return []
    return [_("We watch it and have sent no alert: so much is looked at that some of it looks like this by chance.")]


def caveats(signal: SignalView) -> list[str]:
    """Says why to be cautious about a signal, and what to do about that, in one text; nothing where nothing is."""
    found = [labels.CAVEATS.get(caveat, f"{caveat}.") for caveat in signal.caveats]
    if not found:
        return []
    also = [_("Also, %(caveat)s", caveat=caveat) for caveat in found[1:]]
    return [_("Reason for caution: %(caveats)s", caveats=" ".join([found[0], *also]))]
