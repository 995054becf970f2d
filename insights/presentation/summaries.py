"""An issue at a glance: what is reported, and how sure it is that this is no chance."""

import datetime as dt

from feedback.i18n import N_, TranslatedLabels, _
from feedback.record.models import Signal
from feedback.record.states import Trend
from insights.presentation import sentences
from insights.presentation.formats import last_report, since
from insights.presentation.schemas import IssueView, SignalView
from insights.presentation.service_schemas import DetectionHealth

HOUR = dt.timedelta(hours=1)
PACES = TranslatedLabels(
    {"growing": N_("still growing"), "steady": N_("neither growing nor falling"), "ebbing": N_("falling")}
)
TRENDS = TranslatedLabels(
    {
        Trend.NEW: N_("new here"),
        Trend.EMERGING: N_("more than usual"),
        Trend.STEADY: N_("about as many as usual"),
        Trend.FADING: N_("fewer than before"),
    }
)


def summary(issue: IssueView, now: dt.datetime, zone: str) -> str:
    """Says all of it in one sentence, as in: 41 reports since 09:12, where 3 were usual, by phone; still growing."""
    signal = issue.signal
    if signal and signal.now:
        return _(
            "%(reports)s since %(time)s, where %(usual)s usual, %(how)s, the last %(last)s; %(pace)s.",
            reports=sentences.reports(signal.now.reports),
            time=since(signal.since, now, zone),
            usual=sentences.expected_words(usual_so_far(signal, now)),
            how=sentences.came_by(signal.now.by_channel),
            last=last_report(signal.now.last_report_at, now, zone),
            pace=PACES[signal.now.pace],
        )
    reports = sentences.reports(issue.count)
    if not issue.first_seen or not issue.last_seen:
        return _("%(reports)s.", reports=reports)
    return _(
        "%(reports)s since %(time)s, %(how)s, the last %(last)s; %(trend)s.",
        reports=reports,
        time=since(issue.first_seen, now, zone),
        how=sentences.came_by(issue.by_channel),
        last=last_report(issue.last_seen, now, zone),
        trend=TRENDS[issue.trend],
    )


def usual_so_far(signal: Signal | SignalView, now: dt.datetime) -> float:
    """Returns how many reports were to be expected so far, as many an hour as in a signal's window; no fewer in all."""
    hours = (now - signal.since) / HOUR
    return signal.expected * max(1.0, hours / signal.window_hours)


def how_sure(issue: IssueView, noticing: DetectionHealth) -> list[str]:
    """Says how sure it is, a sentence each: the odds, what speaks against it, and what is not known."""
    found = issue.signal or issue.watch
    if found is None:
        usual_here = _("Nothing about it is beyond chance just now: about as many report it as usual.")
        return [usual_here if noticing.sight == "sure" else noticing.says]
    watched = [_("It is only watched, and nobody is told: it may well be chance.")] if found is issue.watch else []
    against = sentences.caveats(found)
    return [*watched, sentences.odds(found.score), *([against] if against else [_("Nothing speaks against it.")])]
