"""What groups speak of."""

import pytest

from nlp.group.titles import parts, subjects, usage
from nlp.group.titles.clauses import parser

PLACES = ("library", "pool", "park", "tip", "office", "school", "clinic", "museum", "station")


@pytest.mark.parametrize("abbreviated", ["X", "10th"])
def test_what_was_abbreviated_or_dated_is_no_part_of_a_subject(abbreviated: str) -> None:
    said = [f"The {abbreviated} carer {did}" for did in ("came late", "was off sick", "left early", "never came")]
    words, *_ = usage.of_groups([said, *([f"The {place} was shut"] * 3 for place in PLACES)])
    spoken = [(parts.Part(text, [place]), parser()(text)) for place, text in enumerate(said)]
    assert subjects.told_of(spoken, words) == ["carer"]
