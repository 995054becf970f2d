"""Where too much is said: neighbourhoods of a new report, tested in several windows of time and at several radii.

A scan statistic (Kulldorff 1997) in the space of meanings instead of that of places. It starts from the new report,
moves to the centre of the recent reports near it, and tests every radius around that centre; then the same region
without the part that lies nearer to the old reports beside it (a contrast). Each report is compared with a centre that
it had no share in, so that no report finds itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from insights.detection.observation import FloatArray, Mask, Vectors
from insights.detection.reference import RADII, ROUNDING, Neighbourhood, Reference
from nlp.embed.vectors import unit

CONTRAST_SIMILARITY = 0.28
"""The similarity from which what was said before is what a finding is held against in a contrast."""

CONTRAST_PENALTY = 0.5
"""What a contrast must be more unlikely by (as a power of ten): its direction is chosen with the data in view."""

CONTRAST_MARGINS = (0.0, 0.05, 0.10)
FEWEST_IN_CONTRAST = 5

RIM_SHARE = 0.2
"""The share of a region's members that make its rim."""

WORTHWHILE_SCORE = 2.0
"""A score about the report itself below which moving the centre finds nothing either."""


@dataclass(frozen=True, slots=True)
class Region:
    """All that lies within `radius` (a cosine) of `centre` (d,), and nearer to it, by `margin`, than to `beside` (d,).

    Regions of active issues are stored under these names (`state.py`).
    """

    centre: Vectors
    radius: float
    beside: Vectors | None = None
    margin: float = 0.0

    def depth(self, vectors: Vectors) -> FloatArray:
        """Tell how far inside each of the vectors (..., d) lies; negative outside."""
        similarity = vectors @ self.centre
        depth = similarity - self.radius
        if self.beside is not None:
            depth = np.where(similarity - vectors @ self.beside >= self.margin, depth, -1.0)
        return np.asarray(depth, np.float64)

    def without_rim(self, members: Vectors) -> Region:
        """Draw the region in to leave out the sparse rim of its members (n, d).

        It was chosen wide, and is to hold no other issue's reports.
        """
        rim = max(float(np.quantile(self.depth(members), RIM_SHARE)), 0.0)
        return replace(self, radius=self.radius + rim)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A region and a window in which too much is said, as the scan literature calls it.

    `before` and `expected` are weighted reports in the baseline, and expected in the window.
    `inside` (m,) marks which rows of the `Neighbourhood` lie in the region, of whatever age.
    """

    score: float
    region: Region
    window: float
    before: float
    expected: float
    inside: Mask


def scan(near: Neighbourhood, reference: Reference) -> Cluster | None:
    """Find the cluster about the last row that is least likely to be chance; None where nothing stands out."""
    here = near.smooth @ near.smooth[-1]
    here[-1] = 1.0
    lately = near.fresh & (near.ages < reference.windows[-1])
    if ((here >= RADII[0]) & lately).sum() < reference.least:
        return None
    scores = reference.tested(here[:, None], near).score[0]
    best = scores.max(axis=0)
    if best.max() < WORTHWHILE_SCORE:
        return None
    level = scores.argmax(axis=0)
    starts = [
        near.fresh & (here >= RADII[level[window]] - ROUNDING) & (near.ages < reference.windows[window])
        for window in np.flatnonzero(best > 0)
    ]
    found = _with_contrast(starts, near, reference)
    moved = _with_contrast([near.fresh & found.inside & (near.ages < found.window)], near, reference)
    return max(found, moved, key=lambda cluster: cluster.score)


def cluster_about(groups: Sequence[Mask], near: Neighbourhood, reference: Reference) -> tuple[Cluster, Vectors]:
    """Find the best cluster about the centre of any of these groups of rows, and the similarity (m,) to that centre."""
    sums = np.array([near.weight[group] @ near.smooth[group] for group in groups], np.float32)
    similarity = near.smooth @ unit(sums).T
    for column, (group, total) in enumerate(zip(groups, sums, strict=True)):
        similarity[group, column] = _to_the_others(near.smooth[group], near.weight[group], total)
    column, found = _best(similarity, near, reference)
    return replace(found, region=replace(found.region, centre=unit(sums[column]))), similarity[:, column]


def cluster_at(centre: Vectors, near: Neighbourhood, reference: Reference) -> Cluster:
    """Find the best cluster about a centre (d,) that is known from before."""
    _, found = _best((near.smooth @ centre)[:, None], near, reference)
    return replace(found, region=replace(found.region, centre=centre))


def _with_contrast(groups: Sequence[Mask], near: Neighbourhood, reference: Reference) -> Cluster:
    """The best cluster about any of these groups, or the same region less what lies nearer to the old reports in it."""
    found, similarity = cluster_about(groups, near, reference)
    old = (near.ages >= found.window) & (similarity >= CONTRAST_SIMILARITY)
    if old.sum() < FEWEST_IN_CONTRAST:
        return found
    total = np.asarray(near.weight[old] @ near.smooth[old], np.float32)
    beside = unit(total)
    to_old = near.smooth @ beside
    to_old[old] = _to_the_others(near.smooth[old], near.weight[old], total)
    lead = similarity - to_old
    columns = np.where(lead[:, None] > np.array(CONTRAST_MARGINS), similarity[:, None], -1.0)
    column, contrast = _best(columns, near, reference)
    region = Region(found.region.centre, contrast.region.radius, beside, CONTRAST_MARGINS[column])
    contrast = replace(contrast, score=contrast.score - CONTRAST_PENALTY, region=region)
    return max(found, contrast, key=lambda cluster: cluster.score)


def _to_the_others(vectors: Vectors, weight: FloatArray, total: Vectors) -> Vectors:
    """The similarity of each vector to the centre of all the others."""
    along = vectors @ total
    rest = total @ total - 2 * weight * along + weight**2
    return np.asarray((along - weight) / np.sqrt(np.maximum(rest, 1e-9)), np.float32)


def _best(similarity: Vectors, near: Neighbourhood, reference: Reference) -> tuple[int, Cluster]:
    """The least likely of all columns, radii and windows; the centre of its region is set by the caller."""
    tested = reference.tested(similarity, near)
    column, level, window = np.unravel_index(int(tested.score.argmax()), tested.score.shape)
    cell = (column, level, window)
    return int(column), Cluster(
        score=float(tested.score[cell]),
        region=Region(near.smooth[-1], float(RADII[level])),
        window=float(reference.windows[window]),
        before=float(tested.before[cell]),
        expected=float(tested.expected[cell]),
        inside=similarity[:, column] >= RADII[level] - ROUNDING,
    )
