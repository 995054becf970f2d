"""Who is affected by an issue: its reports by channel, language and attribute, as figures and in sentences."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from feedback.i18n import N_, _, gettext
from feedback.i18n.formats import percent, upper_first
from feedback.record.states import ChannelName
from insights.presentation import labels
from insights.presentation.formats import one_line
from insights.presentation.sentences import came_by
from insights.presentation.summaries import GlanceAnswer

MOST_NAMED = 5
"""Aspects that were compared which are named."""


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


def in_words(found: Affected) -> GlanceAnswer:
    """Says who is affected that others are not, then how they reported it, as in: Mostly the ward “North”. …

    A channel tells how people report, not who they are. Nobody standing out is not the same as nothing being known.
    """
    if not found.breakdowns:
        return GlanceAnswer(_("Nothing of it is kept."), "")
    people = [part for part in found.breakdowns if not _is_channel(part)]
    telling = [(part, one) for part in people for one in part.values if one.stands_out]
    told = {id(part) for part, _one in telling}
    alike = [part for part in people if id(part) not in told][:MOST_NAMED]
    short, *more = _standing_out(telling) or [_nobody(people, found.reports)]
    more += _as_usual(alike, found.reports) if telling else []
    return GlanceAnswer(short, " ".join([*more, *_channels(found)]))


def _nobody(people: Sequence[Breakdown], reports: int) -> str:
    """Says that nobody is affected more than others, as far as that can be told."""
    if any(part.is_attribute for part in people):
        return _("Everybody alike: no %(aspects)s stands out.", aspects=_aspects(people[:MOST_NAMED], reports))
    return _("Not known: the reports do not say where people live or who they are.")


def _standing_out(telling: Sequence[tuple[Breakdown, ValueShare]]) -> list[str]:
    """Says who stands out, and then by how much; whoever else does, in a sentence each."""
    if not telling:
        return []
    (part, one), *others = telling
    also = [_("Also: %(who)s, %(share)s.", who=_people(*it), share=_share(*it)) for it in others]
    above_all = N_("Mostly %(who)s.") if 2 * one.reports > part.known else N_("More than others: %(who)s.")
    return [gettext(above_all, who=_people(part, one)), f"{upper_first(_share(part, one))}.", *also]


def _as_usual(alike: Sequence[Breakdown], reports: int) -> list[str]:
    """Says by what everybody is affected alike."""
    return [_("No %(aspects)s stands out.", aspects=_aspects(alike, reports))] if alike else []


def _aspects(parts: Sequence[Breakdown], reports: int) -> str:
    *first, last = [_aspect(part, reports) for part in parts]
    return _("%(first)s or %(last)s", first=", ".join(first), last=last) if first else last


def _channels(found: Affected) -> list[str]:
    """Says how they reported it; nothing where all came in files, which tell nothing of that."""
    channels = next((part for part in found.breakdowns if _is_channel(part)), None)
    by_channel = {one.value: one.reports for one in channels.values} if channels else {}
    if channels is None or set(by_channel) == {ChannelName.IMPORT}:
        return []
    more = [_more_often(channels, one) for one in channels.values if one.stands_out]
    return more or [_("They came %(how)s.", how=came_by(by_channel))]


def _more_often(channels: Breakdown, one: ValueShare) -> str:
    how, usual = labels.BY_CHANNEL.get(one.value, one.value), percent(one.usual or 0)
    if one.reports == channels.known:
        return _("All %(num)s came %(how)s, where usually %(usual)s do.", num=one.reports, how=how, usual=usual)
    share = percent(one.share)
    return _("More than usual came %(how)s: %(share)s, where usually %(usual)s do.", how=how, share=share, usual=usual)


def _is_channel(part: Breakdown) -> bool:
    return part.name == "channel" and not part.is_attribute


def _aspect(part: Breakdown, reports: int) -> str:
    """Names what was compared, within a sentence, and how many reports tell it."""
    name = _attribute(part) if part.is_attribute else name_of(part).lower()
    if 2 * part.known >= reports:
        return name
    return _("%(aspect)s (known for %(known)s of the %(reports)s)", aspect=name, known=part.known, reports=reports)


def _attribute(part: Breakdown) -> str:
    return one_line(part.name.replace("_", " "))


def _people(part: Breakdown, one: ValueShare) -> str:
    """Names those who have a value in common."""
    if part.is_attribute:
        return _("the %(name)s “%(value)s”", name=_attribute(part), value=one_line(one.value))
    return _("people who write in %(language)s", language=labels.LANGUAGES.get(one.value, one.value))


def _share(part: Breakdown, one: ValueShare) -> str:
    """Holds a share against the usual one, as in: 9 of 12 reports, but only 21% of other feedback."""
    if one.reports == part.known:
        told = N_("all %(known)s reports, but only %(usual)s of other feedback")
    else:
        told = N_("%(reports)s of %(known)s reports, but only %(usual)s of other feedback")
    return gettext(told, reports=one.reports, known=part.known, usual=percent(one.usual or 0))
