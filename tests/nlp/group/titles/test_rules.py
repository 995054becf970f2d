"""What a title may be that somebody proposes."""

import pytest

from nlp.group.titles import rules


@pytest.mark.parametrize(
    ("title", "good"),
    [
        ("Photo upload fails", True),
        (" ".join(["word"] * 15), True),
        (" ".join(["word"] * 16), False),
        ("x" * 50 + " " + "y" * 40, False),
        ("Parking", False),
        ("Name is [NAME]", False),
        ("The photo uploads fail", False),
    ],
)
def test_a_proposed_title_keeps_the_rules_of_ours(title: str, good: bool) -> None:
    assert rules.stands(title, ["Photo upload fail"] if title != "Photo upload fails" else []) is good
