"""What stands just before a place in a text. Looked for within reach alone: from the start of the text each time,
a long call would cost time with the square of its length."""

from __future__ import annotations

import re

REACH_CHARACTERS = 120
"""Characters; no phrase that is looked for, with the words it may have behind it, is as long."""


def just_before(pattern: re.Pattern[str], text: str, place: int, since: int = 0) -> bool:
    """Tell whether the pattern, which ends in `$`, is met right before the place, and not before `since`."""
    return pattern.search(text, max(since, place - REACH_CHARACTERS), place) is not None
