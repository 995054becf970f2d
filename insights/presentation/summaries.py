"""An issue at a glance: what is reported, and how sure it is that this is no chance."""

import datetime as dt

from feedback.i18n import N_, TranslatedLabels, _
from feedback.record.models import Signal
from feedback.record.states import CLOSED_STATUSES, SignalKind, Trend
from insights.presentation import certainty, sentences
from insights.presentation.formats import since
from insights.presentation.schemas import IssueView, SignalView
from insights.presentation.service_schemas import DetectionHealth

HOUR = dt.timedelta(hours=1)
TRENDS = TranslatedLabels(
    {
        Trend.NEW: N_("It is new here."),
        Trend.EMERGING: N_("Numbers are higher than usual."),
        Trend.STEADY: N_("Numbers are about as usual."),
        Trend.FADING: N_("Numbers are lower than before."),
    }
)


def summary(issue: IssueView, now: dt.datetime, zone: str) -> str:
    """Says all of it in short sentences, as `sentences.so_far` does; of what does not stand out, how many in all."""
    signal = issue.signal
    if signal and signal.now:
        is_first = signal.kind == SignalKind.NEW and bool(issue.first_seen and issue.first_seen >= signal.now.since)
        return sentences.so_far(signal.now, usual_so_far(signal, now), now, zone, is_first=is_first)
    if issue.watch:
        found = f"{sentences.evidence(issue.watch, now, zone)}."
        return f"{found} {sentences.latest(issue.last_seen, now, zone)}" if issue.last_seen else found
    reports = sentences.reports(issue.count)
    if not issue.first_seen or not issue.last_seen:
        return _("%(reports)s.", reports=reports)
    begun = _(
        "%(reports)s since %(time)s, %(how)s.",
        reports=reports,
        time=since(issue.first_seen, now, zone),
        how=sentences.came_by(issue.by_channel),
    )
    return f"{begun} {sentences.latest(issue.last_seen, now, zone)} {TRENDS[issue.trend]}"


def usual_so_far(signal: Signal | SignalView, now: dt.datetime) -> float:
    """Returns how many reports were to be expected so far, as many an hour as in a signal's window; no fewer in all."""
    hours = (now - signal.since) / HOUR
    return signal.expected * max(1.0, hours / signal.window_hours)


def how_sure(issue: IssueView, noticing: DetectionHealth, last: SignalView | None = None) -> list[str]:
    """Says how sure it is, a sentence each: the verdict, why to be cautious, and what is not known.

    `last` is the last signal that was sent of it, standing or not.
    """
    found = issue.signal or issue.watch
    if found is None:
        return [_why_it_stands_out_no_more(issue, last) or _as_usual(noticing)]
    looked = _("We found no copies and nothing entered in bulk.")
    undoubted = [] if found is issue.watch else [looked]
    return [certainty.verdict(found), *certainty.watched(found), *(certainty.caveats(found) or undoubted)]


def _why_it_stands_out_no_more(issue: IssueView, last: SignalView | None) -> str:
    """What people decided about it; nothing where its figures alone say that it is as usual."""
    if last and last.false_by:
        return _("It stood out, and %(name)s called it a false alarm.", name=last.false_by)
    if last and last.ended_at and issue.status in CLOSED_STATUSES:
        return _("It stood out, and is closed now.")
    return ""


def _as_usual(noticing: DetectionHealth) -> str:
    if noticing.sight != "sure":
        return noticing.says
    return _("Nothing about it is beyond chance just now: about as many report it as usual.")
