"""Who is affected by an issue: its reports by channel, language and attribute, as figures and in sentences."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from feedback.i18n import N_, TranslatedLabels, _, ngettext
from feedback.i18n.formats import number, percent, upper_first
from insights.presentation import labels
from insights.presentation.formats import one_line

FRACTIONS = TranslatedLabels(
    {
        1 / 4: N_("A quarter"),
        1 / 3: N_("A third"),
        1 / 2: N_("Half"),
        2 / 3: N_("Two thirds"),
        3 / 4: N_("Three quarters"),
    }
)
MOST_NAMED = 5
"""Aspects that were compared which are named."""
NEAR = 0.02
"""How far a share may lie from a fraction that it is told as."""


class ValueShare(msgspec.Struct, frozen=True):
    """How many reports have a value: `share` of those that tell, `usual` of the other feedback that tells.

    `odds`: the p-value, how often chance alone brings so large a share. `stands_out`: it is beyond chance, and large
    enough to matter.
    """

    value: str
    reports: int
    share: float
    usual: float | None
    odds: float
    stands_out: bool


class Breakdown(msgspec.Struct, frozen=True):
    """The reports by one aspect: `name` is `channel`, `language` or an attribute's; `known` of the reports tell it.

    What stands out comes first, then the most common.
    """

    name: str
    is_attribute: bool
    known: int
    values: list[ValueShare]


class Affected(msgspec.Struct, frozen=True):
    """The `reports` that were looked at, said from `since` on, and how many `others` they were held against."""

    since: dt.datetime | None
    reports: int
    others: int
    breakdowns: list[Breakdown]


def name_of(breakdown: Breakdown) -> str:
    """Names what the reports are parted by, as the heading of a column."""
    if breakdown.is_attribute:
        return upper_first(breakdown.name.replace("_", " "))
    return _("Channel") if breakdown.name == "channel" else _("Language")


def value_of(breakdown: Breakdown, value: str) -> str:
    """Names a value: channels and languages in words, attributes as they were given."""
    if breakdown.is_attribute:
        return value
    known = labels.CHANNELS if breakdown.name == "channel" else labels.LANGUAGES
    return upper_first(known.get(value, value))


def in_words(found: Affected) -> list[str]:
    """Says who is affected that others are not, as in: All 15 came by phone; normally 21% of feedback does.

    One channel alone is always told. Then what is as usual, and what is not known.
    """
    if not found.breakdowns:
        return []
    telling = [(part, one) for part in found.breakdowns for one in part.values if one.stands_out or _alone(part, one)]
    told = {id(part) for part, _one in telling}
    alike = [part for part in found.breakdowns if id(part) not in told][:MOST_NAMED]
    return [*(_sentence(*one) for one in telling), *_as_usual(alike, found, others=bool(telling)), *_unknown(found)]


def _as_usual(alike: Sequence[Breakdown], found: Affected, *, others: bool) -> list[str]:
    """Says by what everybody is affected alike; `others`: somebody is affected more, by something else."""
    if not alike:
        return []
    *first, last = [_aspect(part) for part in alike]
    named = _("%(first)s and %(last)s", first=", ".join(first), last=last) if first else last
    if others:
        return [_("Otherwise everybody alike (by %(aspects)s).", aspects=named)]
    return [
        ngettext(
            "Everybody alike, as far as %(num)s report tells (by %(aspects)s).",
            "Everybody alike, as far as %(num)s reports tell (by %(aspects)s).",
            found.reports,
            aspects=named,
        )
    ]


def _unknown(found: Affected) -> list[str]:
    """Says what is not known of whoever reports it."""
    attributes = [part for part in found.breakdowns if part.is_attribute][:MOST_NAMED]
    if not attributes:
        return [_("Nothing more is known that several of them share, such as where they live.")]
    return [
        _(
            "%(name)s not known for %(unknown)s.",
            name=one_line(name_of(part)),
            unknown=number(found.reports - part.known),
        )
        for part in attributes
        if part.known < found.reports
    ]


def _aspect(part: Breakdown) -> str:
    """Names what was compared, within a sentence."""
    return one_line(part.name.replace("_", " ")) if part.is_attribute else name_of(part).lower()


def _alone(part: Breakdown, one: ValueShare) -> bool:
    """Whether all came by one channel, where not all feedback does."""
    is_channel = part.name == "channel" and not part.is_attribute
    return is_channel and one.reports == part.known and (one.usual or 0) < 1 - NEAR


def _sentence(part: Breakdown, one: ValueShare) -> str:
    facts = {"share": _share(part, one), "usual": percent(one.usual or 0)}
    if part.is_attribute:
        facts |= {"name": one_line(name_of(part)), "value": one_line(one.value)}
        return _("%(share)s have %(name)s “%(value)s”; normally %(usual)s of feedback does.", **facts)
    if part.name == "language":
        language = labels.LANGUAGES.get(one.value, one.value)
        return _("%(share)s are in %(language)s; normally %(usual)s of feedback is.", language=language, **facts)
    how = labels.BY_CHANNEL.get(one.value, one.value)
    if not one.stands_out:
        return ngettext(
            "The one report came %(how)s, which may be chance: normally %(usual)s of feedback does.",
            "All %(num)s came %(how)s, which may be chance: normally %(usual)s of feedback does.",
            one.reports,
            how=how,
            usual=facts["usual"],
        )
    return _("%(share)s came %(how)s; normally %(usual)s of feedback does.", how=how, **facts)


def _share(part: Breakdown, one: ValueShare) -> str:
    counts = {"reports": one.reports, "known": part.known}
    if one.reports == part.known:
        return _("All %(known)s", **counts)
    near = next((fraction for fraction in FRACTIONS if abs(fraction - one.share) <= NEAR), None)
    share = FRACTIONS[near] if near else percent(one.share)
    return _("%(share)s (%(reports)s of %(known)s)", share=share, **counts)
