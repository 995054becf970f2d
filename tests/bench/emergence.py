"""Known emerging issues found, side by side with the rules of other products: one table, scored by ../shared/bench.

The peers get topics of our own, trained anew at the end of every day on the last four weeks, their identity kept; they
look once a day. Ours is `feedback backtest` as it is.
"""

import datetime as dt
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.detection.detector import Observation
from insights.detection.statistics.gamma_poisson import Counts, exposure, gamma_poisson_scores
from nlp.embed.multilingual import MultilingualEmbedder
from tests.bench import Report as Findings
from tests.bench import Row
from tests.bench.arranged import FLAGS, HISTORY, make, scorer
from tests.bench.public_health import FARRINGTON_ALARM, RAMMIE_ALARM, ByPeriod, farrington_flexible, rammie
from workers.backtest.of_file import BacktestPiece, backtest_file, by_service, read, read_statements
from workers.backtest.store import BacktestStore

SEEDS = (1, 2, 3)
STREAMS = (FLAGS, ("--outages",))
DAYS = 29
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
TOLERANCE = 0.02

Hourly = NDArray[np.float64]
"""(DAYS * 24,) reports of one topic, hour by hour; the last day is today."""

Rule = Callable[[Hourly, Hourly], bool]
"""Whether a topic is an alarm today, by its own reports and by those of the whole service."""


def mean_and_deviations(own: Hourly, _: Hourly) -> bool:
    """More than the mean and two standard deviations of four weeks."""
    *before, today = _daily(own)
    return bool(today >= 3 and today > np.mean(before) + 2 * np.std(before))


def ears_c2(own: Hourly, _: Hourly) -> bool:
    """The early aberration reporting system's C2: three deviations above a week that ended two days ago."""
    days = _daily(own)
    before = days[-10:-3]
    return bool(days[-1] >= 3 and days[-1] > np.mean(before) + 3 * max(float(np.std(before, ddof=1)), 0.5))


def escalating(own: Hourly, _: Hourly) -> bool:
    """Sentry's escalating issues: an hour above what its last week allows, tenfold its most in its first week."""
    week, today = own[-192:-24], own[-24:]
    if not week.any() or not own[:-192].any():
        return bool(today.max() > 10 * max(week.max(), 1))
    mean, deviation = week.mean(), week.std(ddof=1)
    bursts = week.max() * np.clip(5 * np.exp(-0.65 * deviation / mean), 2, 5)
    spikes = mean + mean * np.clip((mean + 5 * deviation) / mean, 5, 8)
    return bool(today.max() > int(max(bursts, spikes)))


def decaying(own: Hourly, _: Hourly) -> bool:
    """Like BERTrend's weak signals: a popularity that decays, in its lower half so far, and rises."""
    popularity = [0.0]
    for count in _daily(own):
        popularity.append(popularity[-1] * np.exp(-0.1) + count)
    low, middle = np.percentile(popularity[1:], (10, 50))
    return bool(low < popularity[-8] <= middle and popularity[-1] > 2 * max(popularity[-8], 1.5))


def on_topics_alone(own: Hourly, service: Hourly) -> bool:
    """Our test, without the scan."""
    windows = np.array([24.0, 48.0, 96.0])
    ages = np.repeat(np.arange(len(own))[::-1] + 0.5, service.astype(int))
    volume = exposure(ages, np.ones(len(ages)), windows)
    inside = np.array([own[-int(window) :].sum() for window in windows])
    lately = np.array([own[-int(window) - 168 : -int(window)].sum() for window in windows])
    score, _ = gamma_poisson_scores(Counts(inside, own.sum() - inside, lately), volume, 0.03)
    return bool(20 * service.sum() / (DAYS / 7) * 10.0 ** -score.max() <= TOLERANCE)


RULES: Mapping[str, Rule] = {
    "mean + 2 SD": mean_and_deviations,
    "Sentry's escalation": escalating,
    "EARS C2": ears_c2,
    "like BERTrend": decaying,
    "our test, topics alone": on_topics_alone,
}


TOGETHER: Mapping[str, tuple[Callable[[ByPeriod, ByPeriod], ByPeriod], float]] = {
    "Farrington Flexible, of days": (farrington_flexible, FARRINGTON_ALARM),
    "RAMMIE": (rammie, RAMMIE_ALARM),
}
"""Rules that look at all topics together, day by day, and from where on they are an alarm."""


def run(report: Findings) -> None:
    for flags in STREAMS:
        scores = _scores(flags)
        title = f"banking77, seeds {SEEDS}, {' '.join(flags)}"
        report.table(title, [_row(name, found) for name, found in scores.items()])


def _scores(flags: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        scores: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for seed in SEEDS:
            stream, truth = make(Path(folder), seed, flags)
            for name, alerts in _alerts(stream, Path(folder)):
                scores[name].append(json.loads(scorer("score", stream=stream, truth=truth, alerts=alerts)))
    return scores


def _row(name: str, found: Sequence[Mapping[str, Any]]) -> Row:
    def mean(key: str) -> float:
        return float(np.mean([one[key] for one in found if one[key] is not None] or [np.nan]))

    return {
        "way": name,
        "F1": mean("f1"),
        "strict F1": mean("f1_strict"),
        "false alarms a week": mean("false_alarms_per_service_week"),
        "reports": mean("median_reports_to_alert"),
        "hours": mean("median_hours_to_alert"),
        "by phone only": _together(one["recall_by_kind"]["quiet"] for one in found),
        "outages in time": _together(one["outages"]["in_time"] for one in found if "outages" in one),
    }


def _together(parts: Iterable[str]) -> str:
    """Of all seeds, where each says `found/there`."""
    pairs = [part.split("/") for part in parts]
    return "/".join(str(sum(int(pair[place]) for pair in pairs)) for place in (0, 1))


def _alerts(stream: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    lines: dict[str, list[dict[str, object]]] = {name: [] for name in (*RULES, *TOGETHER)}
    services = by_service(read(stream)[0])
    every = read_statements(services.values(), MultilingualEmbedder(), lambda *_: None)
    for service, history in zip(services, every, strict=True):
        for today, grouped in _days(history):
            for issue, name, pieces in _alarms(grouped, today):
                told = {"service": service, "issue_id": issue, "kind": "surge", "title": "", "feedback_ids": pieces}
                lines[name].append({**told, "detected_at": today.isoformat()})
    for name, found in lines.items():
        target = folder / "peer.jsonl"
        target.write_text("".join(json.dumps(line) + "\n" for line in found), encoding="utf-8")
        yield name, target
    backtest_file(stream, folder / "ours.jsonl", tolerance=TOLERANCE)
    yield "ours", folder / "ours.jsonl"


def _days(history: Sequence[BacktestPiece]) -> Iterator[tuple[dt.datetime, Sequence[Observation]]]:
    """At the end of each day after the first four weeks: the last ones, grouped by then."""
    store, known = BacktestStore(None), dict[int, str | None]()
    for piece in history:
        store.join(piece)
    reports = [statement.observation for piece in history for statement in piece]
    day = reports[0].at.replace(hour=0, minute=0, second=0, microsecond=0) + HISTORY * DAY
    while day < reports[-1].at:
        day += DAY
        lately = [report for report in reports if day - DAYS * DAY <= report.at < day and report.evidence]
        grouped = store.refit(tuple(_as_known(lately, known)))
        known = {report.key: report.issue for report in grouped}
        yield day, grouped


def _as_known(reports: Sequence[Observation], known: Mapping[int, str | None]) -> Iterator[Observation]:
    yield from (replace(report, issue=known.get(report.key)) for report in reports)


def _alarms(grouped: Sequence[Observation], today: dt.datetime) -> Iterator[tuple[str, str, list[str]]]:
    service = _hourly(grouped, today)
    by_issue: dict[str, list[Observation]] = defaultdict(list)
    for report in grouped:
        if report.issue:
            by_issue[report.issue].append(report)
    every = [_hourly(mine, today) for mine in by_issue.values()]
    alarmed: dict[str, Iterable[bool]] = {name: [rule(own, service) for own in every] for name, rule in RULES.items()}
    by_day, volume = np.array([_daily(own)[::-1] for own in every]), _daily(service)[::-1]
    alarmed |= {name: (rule(by_day, volume) > alarm).tolist() for name, (rule, alarm) in TOGETHER.items()}
    for name, alarms in alarmed.items():
        for issue, alarm in zip(by_issue, alarms, strict=True):
            pieces = sorted({report.feedback_id for report in by_issue[issue] if report.at >= today - DAY})
            if pieces and alarm:
                yield issue, name, pieces


def _hourly(reports: Sequence[Observation], today: dt.datetime) -> Hourly:
    hours = [int((report.at - (today - DAYS * DAY)) / HOUR) for report in reports]
    return np.bincount(hours, minlength=DAYS * 24).astype(np.float64)


def _daily(hourly: Hourly) -> NDArray[np.float64]:
    return np.asarray(hourly.reshape(-1, 24).sum(axis=1))
