"""What of a statement the detector takes for more than a bare mention."""

import pytest

from insights.detection.observation import is_telling
from nlp.clean.severity import severity
from nlp.clean.statement_kinds import kind


@pytest.mark.parametrize(
    ("text", "language", "telling"),
    [
        ("The staff", "en", False),
        ("Speaking with the nurses", "en", False),
        ("Communication.", "en", False),
        ("The staff never called back", "en", True),
        ("More staff", "en", True),
        ("Where are the staff?", "en", True),
        ("Please open the café", "en", True),
        ("Y staff", "cy", True),
    ],
)
def test_a_bare_mention_says_neither_what_is_wrong_nor_what_is_wished_for(
    text: str, language: str, telling: bool
) -> None:
    assert is_telling(kind(text), severity(text), language) is telling
