"""Who is affected by an issue: its reports by channel, language and attribute, as figures and in sentences."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from feedback.i18n import _, ngettext
from feedback.i18n.formats import percent, upper_first
from feedback.record.states import ChannelName
from insights.presentation import labels
from insights.presentation.formats import one_line

MOST_NAMED = 5
"""Aspects that were compared which are named."""
NEARLY_ALL = 0.98
"""The share of a channel from which on no other is in use."""


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
    """Says who is affected that others are not, as in: People who tell us by phone: all 15 reports, but …

    One channel alone is always told. Then what is as usual, and what is not known.
    """
    if not found.breakdowns:
        return []
    telling = [(part, one) for part in found.breakdowns for one in part.values if one.stands_out or _alone(part, one)]
    told = {id(part) for part, _one in telling}
    alike = [part for part in found.breakdowns if id(part) not in told and not _is_all_imported(part)][:MOST_NAMED]
    said = [_sentence(*one, found.reports) for one in telling]
    return [*said, *_as_usual(alike, found.reports, others=bool(said)), *_unknown(found)]


def _as_usual(alike: Sequence[Breakdown], reports: int, *, others: bool) -> list[str]:
    """Says by what everybody is affected alike; `others`: somebody is affected more, by something else."""
    if not alike:
        return []
    *first, last = [_aspect(part, reports) for part in alike]
    named = _("%(first)s or %(last)s", first=", ".join(first), last=last) if first else last
    if others:
        return [_("No %(aspects)s stands out.", aspects=named)]
    return [_("Everybody alike: no %(aspects)s stands out.", aspects=named)]


def _unknown(found: Affected) -> list[str]:
    """Says that nothing is known of whoever reports it."""
    if any(part.is_attribute for part in found.breakdowns):
        return []
    return [_("Nothing else is known of who reports it.")]


def _aspect(part: Breakdown, reports: int) -> str:
    """Names what was compared, within a sentence, and how many reports tell it."""
    name = one_line(part.name.replace("_", " ")) if part.is_attribute else name_of(part).lower()
    if part.known >= reports:
        return name
    return _("%(aspect)s (known for %(known)s of the %(reports)s)", aspect=name, known=part.known, reports=reports)


def _is_all_imported(part: Breakdown) -> bool:
    """Whether nothing came by any channel: files say nothing of who is affected."""
    return {one.value for one in part.values} == {ChannelName.IMPORT} and not part.is_attribute


def _alone(part: Breakdown, one: ValueShare) -> bool:
    """Whether all came by one channel, where not all feedback does."""
    is_channel = part.name == "channel" and not part.is_attribute
    return is_channel and one.reports == part.known and (one.usual or 0) < NEARLY_ALL


def _sentence(part: Breakdown, one: ValueShare, reports: int) -> str:
    facts = {"who": _people(part, one), "share": _share(part, one, reports), "usual": percent(one.usual or 0)}
    if not one.stands_out:
        return _("%(who)s: %(share)s, against %(usual)s of other feedback; that may be chance.", **facts)
    return _("%(who)s, more than others: %(share)s, against %(usual)s of other feedback.", **facts)


def _people(part: Breakdown, one: ValueShare) -> str:
    """Names those who have a value in common."""
    if part.is_attribute:
        return _("%(name)s “%(value)s”", name=one_line(name_of(part)), value=one_line(one.value))
    if part.name == "language":
        return _("People who write in %(language)s", language=labels.LANGUAGES.get(one.value, one.value))
    return _("People who tell us %(how)s", how=labels.BY_CHANNEL.get(one.value, one.value))


def _share(part: Breakdown, one: ValueShare, reports: int) -> str:
    if one.reports == part.known < reports:
        return ngettext("the one report that tells it", "all %(num)s reports that tell it", part.known)
    if one.reports == part.known:
        return ngettext("the one report", "all %(num)s reports", part.known)
    return _(
        "%(share)s of these reports (%(reports)s of %(known)s)",
        share=percent(one.share),
        reports=one.reports,
        known=part.known,
    )
