"""Slow changes told from the counts of perfect labels, by our test and by those of public health, at one price.

What no grouping can spoil: how many of the streams' slow changes a test can tell at all. Every rule gets the threshold
at which it raises as many false alarms as the others; and those that were published with one, that one.
"""

import csv
import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insights.detection.drift import LEAST_REPORTS, SEARCHED_FACTOR, WEEKS
from insights.detection.statistics.gamma_poisson import LEAST_RATIO, PRIOR_REPORTS
from insights.detection.statistics.weekly import step_variance, weekly_scores
from tests.bench import Report as Findings
from tests.bench import Row, corpus
from tests.bench.arranged import scorer
from tests.bench.public_health import FARRINGTON_ALARM, RAMMIE_ALARM, ByPeriod, farrington_flexible, rammie

SEEDS = range(5, 17)
FLAGS = ("--creeping", "--drift", "--batches")
DAYS, HISTORY = 182, 84
"""Of a stream with `--creeping`."""

FALSE_ALARMS = 0.05
"""A service and week."""

AFTERWARDS = 60
"""Days after an event in which more of it is no false alarm."""

Rule = Callable[[ByPeriod, ByPeriod], ByPeriod]
"""How sure it is that each label has slowly grown (labels,), by the reports of each day."""


@dataclass(frozen=True)
class ArrangedEvent:
    """A label that changed on these days; `kind` says how."""

    kind: str
    label: str
    begin: int
    end: int


@dataclass(frozen=True)
class Scored:
    """The labels of a service, what changed, and the score of each label on each day (labels, days), by rule."""

    labels: Sequence[str]
    events: Sequence[ArrangedEvent]
    scores: Mapping[str, ByPeriod]


def by_week(rule: Rule) -> Rule:
    """A rule about the reports of weeks is given those of days."""

    def weekly(own: ByPeriod, volume: ByPeriod) -> ByPeriod:
        return rule(own.reshape(len(own), -1, 7).sum(axis=2), volume.reshape(-1, 7).sum(axis=1))

    return weekly


@by_week
def ours(own: ByPeriod, volume: ByPeriod) -> ByPeriod:
    """The test of the look over weeks."""
    weeks = WEEKS[own.shape[1] >= np.maximum(2 * WEEKS, 8)]
    variance = SEARCHED_FACTOR * step_variance(own, volume)
    score, _, _ = weekly_scores(own, own, volume, weeks, variance, LEAST_REPORTS)
    return np.asarray(score.max(axis=1))


@by_week
def likelihood_ratio(own: ByPeriod, volume: ByPeriod) -> ByPeriod:
    """A GLR-CUSUM of overdispersed counts (Hohle and Paul 2008): the best moment of change of the last eight weeks."""
    found = np.zeros(len(own))
    for weeks in range(1, min(8, own.shape[1] - 8) + 1):
        discount = 0.5 ** (np.arange(own.shape[1] - weeks) / 5)
        known = own[:, weeks:] @ discount + PRIOR_REPORTS
        before = (volume[weeks:] - own[:, weeks:]) @ discount
        count = own[:, :weeks].sum(axis=1)
        usual = known / np.maximum(before, 1) * (volume[:weeks].sum() - count)
        size = 1 / (1 / known + 0.1 * (weeks / 3 + 2))
        risen = np.maximum(count, usual)
        gain = count * np.log(risen / usual * (usual + size) / (risen + size)) - size * np.log(
            (size + risen) / (size + usual)
        )
        found = np.maximum(found, np.where(_matters(count, usual), gain, 0.0))
    return found


@by_week
def quasi_poisson(own: ByPeriod, volume: ByPeriod) -> ByPeriod:
    """How far beyond a plain quasi-Poisson prediction, on the scale of the two-thirds power, over windows of weeks."""
    found = np.zeros(len(own))
    for weeks in WEEKS[own.shape[1] >= np.maximum(2 * WEEKS, 8)]:
        before, received = own[:, weeks:], np.maximum(volume[weeks:], 1)
        rate = (before.sum(axis=1) + PRIOR_REPORTS) / received.sum()
        fitted, count = rate[:, None] * received, own[:, :weeks].sum(axis=1)
        usual = rate * volume[:weeks].sum()
        spread = np.maximum(((before - fitted) ** 2 / fitted).sum(axis=1) / (len(received) - 1), 1)
        deviation = 2 / 3 * usual ** (1 / 6) * np.sqrt(spread * (1 + usual / np.maximum(fitted.sum(axis=1), 0.5)))
        beyond = (count ** (2 / 3) - usual ** (2 / 3)) / deviation
        found = np.maximum(found, np.where(_matters(count, usual), beyond, 0.0))
    return found


RULES: Mapping[str, Rule] = {
    "ours": ours,
    "GLR-CUSUM": likelihood_ratio,
    "quasi-Poisson over the same windows": quasi_poisson,
    "Farrington Flexible": by_week(farrington_flexible),
    "RAMMIE": rammie,
}
PUBLISHED: Mapping[str, float] = {"Farrington Flexible": FARRINGTON_ALARM, "RAMMIE": RAMMIE_ALARM}


def run(report: Findings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services = [it for seed in SEEDS for it in _services(Path(folder), seed)]
    scored = [Scored(labels, events, _scored(labels, own)) for labels, own, events in services]
    title = f"banking77, perfect labels, seeds {SEEDS[0]} to {SEEDS[-1]}, "
    same = [_row(name, scored, _threshold(name, scored)) for name in RULES]
    report.table(f"{title}{FALSE_ALARMS} false alarms a service and week", same)
    report.table(f"{title}as published", [_row(name, scored, at) for name, at in PUBLISHED.items()])


def _matters(count: ByPeriod, usual: ByPeriod) -> NDArray[np.bool_]:
    return (count >= LEAST_REPORTS) & (count >= LEAST_RATIO * usual)


def _services(folder: Path, seed: int) -> Iterator[tuple[Sequence[str], ByPeriod, Sequence[ArrangedEvent]]]:
    """The labels of each service, their reports by day (labels, days), and what changed."""
    stream, truth = folder / "stream.jsonl", folder / "truth.json"
    texts = corpus("banking77.csv")
    scorer("make", FLAGS, corpus=texts, seed=seed, out=stream, truth=truth)
    with texts.open(newline="", encoding="utf-8") as file:
        label_of = {row["text"].strip(): row["label"] for row in csv.DictReader(file)}
    rows = [json.loads(line) for line in stream.read_text(encoding="utf-8").splitlines()]
    start = min(dt.datetime.fromisoformat(row["submitted_at"]) for row in rows).replace(hour=0, minute=0, second=0)
    told = json.loads(truth.read_text(encoding="utf-8"))
    for service in sorted({row["service"] for row in rows}):
        labels = sorted(set(label_of.values()))
        own = np.zeros((len(labels), DAYS))
        for row in (row for row in rows if row["service"] == service):
            day = (dt.datetime.fromisoformat(row["submitted_at"]) - start).days
            own[labels.index(label_of[row["text"]]), min(day, DAYS - 1)] += 1
        yield labels, own, [_event(one, start) for one in told if one["service"] == service]


def _event(told: Mapping[str, str | int], start: dt.datetime) -> ArrangedEvent:
    begin = (dt.datetime.fromisoformat(str(told["begin"])) - start).days
    return ArrangedEvent(str(told["kind"]), str(told["label"]), begin, begin + int(told["length"]))


def _scored(labels: Sequence[str], own: ByPeriod) -> Mapping[str, ByPeriod]:
    """The score of each label on each day, (labels, days), by rule: what was known at the end of that day."""
    found = {name: np.zeros((len(labels), DAYS)) for name in RULES}
    for day in range(HISTORY, DAYS):
        weeks = (day + 1) // 7
        known = own[:, day + 1 - 7 * weeks : day + 1][:, ::-1]
        for name, rule in RULES.items():
            found[name][:, day] = rule(known, known.sum(axis=0))
    return found


def _threshold(name: str, scored: Sequence[Scored]) -> float:
    borne = int(FALSE_ALARMS * len(scored) * (DAYS - HISTORY) / 7)
    return sorted(_usual(name, scored), reverse=True)[borne]


def _usual(name: str, scored: Sequence[Scored]) -> list[float]:
    """The highest score of each label while nothing happened to it."""
    highest: list[float] = []
    for service in scored:
        quiet = service.scores[name].copy()
        for event in service.events:
            quiet[service.labels.index(event.label), event.begin : event.end + AFTERWARDS] = 0
        highest += quiet.max(axis=1).tolist()
    return highest


def _row(name: str, scored: Sequence[Scored], threshold: float) -> Row:
    slow: dict[str, list[int | None]] = {"creeping new": [], "creeping surge": []}
    for service in scored:
        for event in service.events:
            if event.kind in slow:
                during = service.scores[name][service.labels.index(event.label), event.begin : event.end + 1]
                slow[event.kind].append(_first(during, threshold))
    told: dict[str, str | int | float | None] = {"way": name}
    for kind, days in slow.items():
        hits = [day for day in days if day is not None]
        told |= {kind: f"{len(hits)} of {len(days)}", f"{kind}, days": float(np.median(hits)) if hits else None}
    false = sum(score > threshold for score in _usual(name, scored))
    return told | {"false alarms": false / len(scored) / ((DAYS - HISTORY) / 7)}


def _first(scores: ByPeriod, threshold: float) -> int | None:
    above = np.flatnonzero(scores > threshold)
    return int(above[0]) if len(above) else None
