"""Whether something is more common among some pieces than among the others, beyond chance.

The p-values are those of Fisher's exact test, one-sided: that so many of those drawn by chance would have it (Fisher
1922; as over-representation is tested in genomics: Rivals et al. 2007). Who tries many values finds one by chance: the
level is shared among them by Holm's step-down procedure (Holm 1979).
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

LEVEL = 0.05
"""How often one or more of all that is told of an issue is chance."""


def p_value(own: int, own_of: int, others: int, others_of: int) -> float:
    """Returns how often chance gives `own` or more of `own_of` pieces something that `others` of `others_of` have."""
    have, every = own + others, own_of + others_of
    drawn = np.arange(own, min(own_of, have) + 1)
    ways = _log_choose(have, drawn) + _log_choose(every - have, own_of - drawn) - _log_choose(every, own_of)
    return min(float(np.exp(ways).sum()), 1.0)


def _log_choose(of: float, some: object) -> np.ndarray:
    chosen = np.asarray(some, float)
    return np.asarray(gammaln(of + 1.0) - gammaln(chosen + 1) - gammaln(of - chosen + 1))


def beyond_chance(p_values: Sequence[float], level: float = LEVEL) -> list[bool]:
    """Tells which of these p-values are beyond chance, as many as were tried."""
    found = [False] * len(p_values)
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        if p_values[place] > level / (len(p_values) - rank):
            break
        found[place] = True
    return found
