"""What is new in the reports on a surge, as figures and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from feedback.i18n import _
from feedback.i18n.formats import upper_first
from insights.presentation import labels
from insights.presentation.formats import one_line

WORD = "word"
"""The aspect of a contrast that is a word."""


class Contrast(msgspec.Struct, frozen=True):
    """Something that the reports on a surge have, and the earlier reports on its issue had not, or far less often.

    `aspect` is `word`, `channel`, `language` or the name of an attribute. `reports` of the `known` reports that tell
    the aspect have the `value`; of the earlier ones, `earlier` of `earlier_known`. `odds`: the p-value, how
    often chance alone brings that.
    """

    aspect: str
    is_attribute: bool
    value: str
    reports: int
    known: int
    earlier: int
    earlier_known: int
    odds: float

    @property
    def is_word(self) -> bool:
        """Tells whether it is a word of what was said."""
        return self.aspect == WORD and not self.is_attribute


def in_words(found: Sequence[Contrast]) -> str:
    """Says what reports on a surge have more often than the earlier ones on its issue, with the figures of both."""
    return _("What is new in these reports: %(what)s.", what="; ".join(map(_one, found)))


def _one(one: Contrast) -> str:
    return _(
        "%(what)s (%(reports)s of %(known)s; before, %(earlier)s of %(earlier_known)s)",
        what=_name(one),
        reports=one.reports,
        known=one.known,
        earlier=one.earlier,
        earlier_known=one.earlier_known,
    )


def _name(one: Contrast) -> str:
    if one.is_word:
        return _("“%(word)s”", word=one_line(one.value))
    if one.is_attribute:
        name = upper_first(one_line(one.aspect.replace("_", " ")))
        return _("%(name)s “%(value)s”", name=name, value=one_line(one.value))
    if one.aspect == "language":
        return _("in %(language)s", language=labels.LANGUAGES.get(one.value, one.value))
    return str(labels.BY_CHANNEL.get(one.value, one.value))
