"""What is usual for a service beside its volume: how alike the reports of one batch are, and how much rates wander."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from insights.detection.index import ObservationIndex
from insights.detection.observation import FloatArray, Indices
from insights.detection.statistics.gamma_poisson import WEEK_HOURS

LARGEST_CORRELATION = 0.9
FEWEST_PAIRS = 30

COMMON_VARIANCE = 0.08
"""The squared variation of an issue's share from week to week, before a service has shown its own."""

FORECAST_FACTOR = 2.0
"""A wandering share is farther from its past mean than its weeks are from each other, by this factor squared."""

COMMON_WEIGHT_ISSUES = 60.0
"""Issues that the common variance counts as: four weeks of some ten issues tell little."""

FEWEST_A_WEEK = 4
"""Reports that an issue brings a week on average before its variation tells anything."""


class Baseline(msgspec.Struct, frozen=True, rename={"batch_correlation": "alike", "rate_variance": "restless"}):
    """How correlated the reports of one batch are (0 to 1), and the squared variation of weekly rates.

    They are stored under the names that earlier versions gave them.
    """

    batch_correlation: float = 0.0
    rate_variance: float = COMMON_VARIANCE


def learn(index: ObservationIndex, now: float) -> Baseline:
    """Learn the baseline from the issues of the last weeks; `now` is in hours."""
    return Baseline(_batch_correlation(index), _rate_variance(index, now))


def weights(rows: NDArray[Any], chosen: Indices, batch_correlation: float) -> FloatArray:
    """Weigh each chosen row: c of one batch count c / (1 + (c - 1) correlation) together, those of one piece one."""
    weight = np.ones(len(chosen))
    batch = rows["batch"][chosen]
    batched = batch >= 0
    if batch_correlation > 0 and batched.any():
        weight[batched] = 1 / (1 + (_group_sizes(batch[batched]) - 1) * batch_correlation)
    shared = rows["share"][chosen] < 1
    if shared.any():
        weight[shared] /= _group_sizes(rows["piece"][chosen[shared]])
    return weight


def _group_sizes(codes: NDArray[Any]) -> FloatArray:
    """For each code, how many are the same."""
    _, which, size = np.unique(codes, return_inverse=True, return_counts=True)
    return np.asarray(size[which], np.float64)


def _batch_correlation(index: ObservationIndex) -> float:
    """By how much likelier two reports of one batch are to be of one issue than two of different batches."""
    known = index.rows["evidence"] & (index.rows["batch"] >= 0) & (index.rows["issue"] >= 0)
    batch, issue = index.rows["batch"][known], index.rows["issue"][known]
    together, same, both = _pairs(batch), _pairs(issue), _pairs(np.stack([batch, issue]))
    apart = len(batch) * (len(batch) - 1) // 2 - together
    if together < FEWEST_PAIRS:
        return 0.0
    within, between = both / together, (same - both) / apart if apart else 0.0
    return float(np.clip((within - between) / max(1 - between, 1e-9), 0, LARGEST_CORRELATION))


def _pairs(codes: NDArray[Any]) -> int:
    """How many pairs are the same; counted, as to compare each with each takes the square of them."""
    size = np.unique(codes, axis=-1, return_counts=True)[1].astype(np.int64)
    return int((size * (size - 1) // 2).sum())


def _rate_variance(index: ObservationIndex, now: float) -> float:
    """The variation of the issues' weekly shares beyond chance, by moments, drawn towards what is common.

    The median keeps the few issues that did surge from passing for wandering rates.
    """
    count = _weekly_counts(index, now)
    if not count.any():
        return COMMON_VARIANCE
    usual = count.sum(axis=1, keepdims=True) * count.sum(axis=0) / count.sum()
    often = usual.mean(axis=1) >= FEWEST_A_WEEK
    if not often.any():
        return COMMON_VARIANCE
    excess = (((count - usual) ** 2 - usual * (1 - 1 / 4)) / np.maximum(usual, 1e-9) ** 2)[often].mean(axis=1) * 4 / 3
    total = COMMON_VARIANCE * COMMON_WEIGHT_ISSUES + FORECAST_FACTOR * max(np.median(excess), 0) * often.sum()
    return float(total / (COMMON_WEIGHT_ISSUES + often.sum()))


def _weekly_counts(index: ObservationIndex, now: float) -> FloatArray:
    """Reports of each issue in each of the last four weeks, (issues, 4); those of one batch count as one."""
    rows = index.rows[index.rows["evidence"] & (index.rows["issue"] >= 0)]
    batch = np.where(rows["batch"] < 0, -2 - np.arange(len(rows)), rows["batch"])
    single = rows[np.unique(np.stack([batch, rows["issue"]]), axis=1, return_index=True)[1]]
    week = ((now - single["at"]) // WEEK_HOURS).astype(int)
    recent = (week >= 0) & (week < 4)
    issues, which = np.unique(single["issue"][recent], return_inverse=True)
    count = np.zeros((len(issues), 4))
    np.add.at(count, (which, week[recent]), 1)
    return count
