"""How well a candidate tells what its group says."""

import numpy as np

from nlp.embed.vectors import unit
from nlp.group.titles import scoring, usage
from nlp.group.titles.candidates import TitleCandidate


def test_in_a_group_of_unlike_members_what_is_near_to_many_goes_before_what_one_alone_said() -> None:
    members, middle = np.eye(8, 12, dtype=np.float32), np.ones((1, 12), np.float32)
    toothpaste, shared, *others = np.zeros((6, 12), np.float32)
    toothpaste[[0, 8]] = 0.7, 0.7
    shared[:8], shared[9] = 0.3, 0.5
    for place, other in enumerate(others):
        other[[place, 10]] = 0.2, 1
    meant = dict(zip(("toothpaste", "shared", "c", "d", "e", "f"), (toothpaste, shared, *others), strict=True))
    found = [TitleCandidate(text, set(), frozenset(), 0.0, True, False, False, False) for text in meant]
    used = usage.of_groups([["said"] * 8])
    [scored] = scoring.score(
        [found], used, [members], middle, [0], lambda it: unit(np.array([meant[one] for one in it])), [True], ["en"]
    )
    assert scored.candidates[0].text == "shared"
