"""Where a found issue lies among the vectors as they came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from insights.detection.index import Report, Vectors
from nlp.embed.vectors import unit


def outline(members: Sequence[Report], reports: Sequence[Report]) -> tuple[Vectors, float]:
    """Centroid of a found issue among the vectors as they came, and the radius that best tells its reports apart."""
    mine = {id(report) for report in members}
    told = [report for report in reports if report.vector is not None]
    vectors = np.array([report.vector for report in told])
    inside = np.array([id(report) in mine for report in told])
    centroid = unit(vectors[inside].sum(axis=0))
    likeness = vectors @ centroid
    order = np.argsort(-likeness)
    gain = np.cumsum(np.where(inside[order], 1, -1))
    return centroid, float(likeness[order[int(gain.argmax())]])
