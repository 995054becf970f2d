"""Whether what was resolved and comes back is noticed, and what merely echoes is not; in citizens' own words."""

import csv
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from insights.detection.detector import Observation, ResolvedIssue
from insights.detection.observation import Vectors
from nlp.embed.embedder import Embedder
from nlp.embed.vectors import unit
from tests.bench import Report as Findings
from tests.bench import Row, corpus
from tests.insights.detection.streams import DAY, START, play, sent

LABELS, TEXTS = 30, 110
RESOLVED_ON, BACK_ON, FOR = 28, 42, 5
"""Days: an issue of four reports a day was resolved, is silent, and is back at three a day."""
A_DAY, BACK_A_DAY = 30, 3
ECHOED, MONTHS = 10, 3
"""ResolvedIssue issues of a service and months that they are watched; each is named once a fortnight by a latecomer."""
SERVICES = 16

Back = Mapping[str, str | None]
WAYS: Mapping[str, Back] = {
    "as before": {},
    "through another channel": {"channel": "call"},
    "not grouped yet": {"issue": None},
    "in another refit's issue": {"issue": "another"},
}


class Town:
    """Statements of real labels about a made-up service."""

    def __init__(self, vectors: Mapping[str, Vectors], seed: int) -> None:
        self.rng, self.vectors, self.keys = np.random.default_rng(seed), vectors, itertools.count()
        self.labels = list(vectors)

    def report(self, label: str, day: int) -> Observation:
        at = START + day * DAY + dt.timedelta(hours=float(self.rng.uniform(8, 20)))
        key = next(self.keys)
        vector = self.vectors[label][self.rng.integers(len(self.vectors[label]))]
        return Observation(str(key), at, vector, "web", issue=label, key=key)

    def days(self, first: int, last: int, without: set[str]) -> list[Observation]:
        known = [label for label in self.labels if label not in without]
        share = 1 / np.arange(2, len(known) + 2)
        chosen = [self.rng.choice(known, self.rng.poisson(A_DAY), p=share / share.sum()) for _ in range(first, last)]
        return [self.report(label, day) for day, labels in enumerate(chosen, first) for label in labels]

    def resolved(self, label: str) -> ResolvedIssue:
        return ResolvedIssue(START + RESOLVED_ON * DAY, unit(self.vectors[label].sum(axis=0)))


def run(report: Findings) -> None:
    vectors = _vectors()
    report.table(
        f"{LABELS} resolved issues that come back, {BACK_A_DAY} a day",
        [_returns(vectors, way, changes) for way, changes in WAYS.items()],
    )
    report.table("ResolvedIssue issues that only echo", [_echoes(vectors)])


def _vectors() -> dict[str, Vectors]:
    texts = defaultdict(list)
    with corpus("banking77.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            texts[row["label"]].append(row["text"])
    chosen = sorted(label for label, said in texts.items() if len(said) >= TEXTS)[:LABELS]
    embedder = Embedder()
    return {label: embedder.encode(texts[label][:TEXTS]) for label in chosen}


def _returns(vectors: Mapping[str, Vectors], way: str, changes: Back) -> Row:
    found = [_returned(Town(vectors, seed), label, changes) for seed, label in enumerate(vectors)]
    noticed = [reports for reports in found if reports is not None and reports <= 10]
    median = float(np.median([np.inf if reports is None else reports for reports in found]))
    return {"back": way, "noticed within 10 reports": len(noticed) / len(found), "reports, median": median}


def _returned(town: Town, label: str, changes: Back) -> int | None:
    """After how many of its reports it was reopened."""
    before = town.days(0, BACK_ON + FOR, {label})
    before += [town.report(label, day) for day in range(RESOLVED_ON) for _ in range(4)]
    back = [town.report(label, day) for day in range(BACK_ON, BACK_ON + FOR) for _ in range(BACK_A_DAY)]
    back = sorted((replace(it, **changes) for it in back), key=lambda it: it.at)  # type: ignore[arg-type]
    _, signals = play(before + back, resolved={label: town.resolved(label)})
    reopened = [it for it in sent(signals) if it.kind == "regression" and it.issue == label]
    if not reopened:
        return None
    rests_on = set(reopened[0].feedback_ids)
    return max(number for number, it in enumerate(back, 1) if it.feedback_id in rests_on)


def _echoes(vectors: Mapping[str, Vectors]) -> Row:
    false = sum(_reopened(Town(vectors, seed)) for seed in range(SERVICES))
    months = SERVICES * ECHOED * MONTHS
    return {"issue-months": months, "reopened": false, "of 100 issues and months": 100 * false / months}


def _reopened(town: Town) -> int:
    resolved = town.labels[::3][:ECHOED]
    last = RESOLVED_ON + 30 * MONTHS
    said = town.days(0, RESOLVED_ON, set()) + town.days(RESOLVED_ON, last, set(resolved))
    said += [town.report(label, day) for label in resolved for day in range(RESOLVED_ON + 3, last) if not _silent(town)]
    _, signals = play(said, resolved={label: town.resolved(label) for label in resolved})
    return sum(it.kind == "regression" for it in sent(signals))


def _silent(town: Town) -> bool:
    return bool(town.rng.random() > 1 / 14)
