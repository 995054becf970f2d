"""What is usual for a service beside its volume: how alike the reports of one batch are, how restless its rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.detection.index import Memory, Places
from insights.detection.statistics.gamma_poisson import WEEK, Floats

MOST_ALIKE = 0.9
FEWEST_PAIRS = 30
RESTLESS = 0.08
"""The squared variation of an issue's share from week to week, before a service has shown its own."""
AHEAD = 2.0
"""A wandering share is farther from its past mean than its weeks are from each other, by this factor squared."""
RESTLESS_WEIGHT = 60.0
"""Issues that what is common counts as: four weeks of some ten issues tell little."""


@dataclass(frozen=True, slots=True)
class Habits:
    """`alike`: the correlation of reports of one batch, 0 to 1; `restless`: the squared variation of weekly rates."""

    alike: float = 0.0
    restless: float = RESTLESS


def learn(memory: Memory, now: float) -> Habits:
    """From the issues of the last weeks. `now`: hours."""
    return Habits(_alike(memory), _restless(memory, now))


def weights(rows: NDArray[Any], places: Places, alike: float) -> Floats:
    """How much each of these reports counts: c of one batch count c / (1 + (c - 1) alike), those of one piece one."""
    count = np.ones(len(places))
    batch = rows["batch"][places]
    batched = batch >= 0
    if alike > 0 and batched.any():
        count[batched] = 1 / (1 + (_size(batch[batched]) - 1) * alike)
    parts = rows["share"][places] < 1
    if parts.any():
        count[parts] /= _size(rows["piece"][places[parts]])
    return count


def _size(codes: NDArray[Any]) -> Floats:
    """Of each, how many have the same code."""
    _, which, size = np.unique(codes, return_inverse=True, return_counts=True)
    return np.asarray(size[which], np.float64)


def _alike(memory: Memory) -> float:
    """By how much likelier two reports of one batch are to be of one issue than two of different batches."""
    told = memory.rows["evidence"] & (memory.rows["batch"] >= 0) & (memory.rows["issue"] >= 0)
    batch, issue = memory.rows["batch"][told], memory.rows["issue"][told]
    together = np.triu(batch[:, None] == batch, 1)
    apart = np.triu(batch[:, None] != batch, 1)
    if together.sum() < FEWEST_PAIRS:
        return 0.0
    same = issue[:, None] == issue
    within, between = same[together].mean(), same[apart].mean() if apart.any() else 0.0
    return float(np.clip((within - between) / max(1 - between, 1e-9), 0, MOST_ALIKE))


def _restless(memory: Memory, now: float) -> float:
    """The variation of the issues' weekly shares beyond chance, by moments, drawn towards what is common.

    A batch counts as one, and the median keeps the few issues that did surge from passing for unrest.
    """
    told = memory.rows["evidence"] & (memory.rows["issue"] >= 0)
    rows = memory.rows[told]
    single = rows[
        np.unique(
            np.stack([np.where(rows["batch"] < 0, -2 - np.arange(len(rows)), rows["batch"]), rows["issue"]]),
            axis=1,
            return_index=True,
        )[1]
    ]
    week = ((now - single["at"]) // WEEK).astype(int)
    single, week = single[(week >= 0) & (week < 4)], week[(week >= 0) & (week < 4)]
    if not len(single):
        return RESTLESS
    issues, which = np.unique(single["issue"], return_inverse=True)
    count = np.zeros((len(issues), 4))
    np.add.at(count, (which, week), 1)
    usual = count.sum(axis=1, keepdims=True) * count.sum(axis=0) / count.sum()
    often = usual.mean(axis=1) >= 4
    if not often.any():
        return RESTLESS
    excess = (((count - usual) ** 2 - usual * (1 - 1 / 4)) / np.maximum(usual, 1e-9) ** 2)[often].mean(axis=1) * 4 / 3
    return float(
        (RESTLESS * RESTLESS_WEIGHT + AHEAD * max(np.median(excess), 0) * often.sum()) / (RESTLESS_WEIGHT + often.sum())
    )
