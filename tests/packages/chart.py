"""What Helm's own library makes of our chart, asked in a process of its own.

The library is written in Go, whose runtime now and then ends a process that it shares with a hundred threads of others.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

from tests.test_house import ROOT

CHART = ROOT / "ops" / "helm" / "feedback"

Values = dict[str, Any]


def rendered(values: Values) -> dict[str, str]:
    """Render the manifests, by the file that each comes from."""
    return _elsewhere().submit(_rendered, values).result()


def complaints(values: Values) -> list[dict[str, Any]]:
    """Lint strictly, and return what is worse than a remark."""
    return _elsewhere().submit(_complaints, values).result()


def takes(values: Values) -> bool:
    """Say whether the schema of the chart's values allows these."""
    return _elsewhere().submit(_takes, values).result()


@cache
def _elsewhere() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def _rendered(values: Values) -> dict[str, str]:
    import helm_python  # nowhere but in the other process

    with helm_python.Chart.load(CHART) as chart:
        return dict(chart.render(values, name="town", namespace="feedback"))


def _complaints(values: Values) -> list[dict[str, Any]]:
    import helm_python

    return [it for it in helm_python.lint(CHART, values, strict=True)["messages"] if it["severity"] > 1]


def _takes(values: Values) -> bool:
    import helm_python

    with helm_python.Chart.load(CHART) as chart:
        try:
            chart.validate_schema(chart.merge_values(values))
        except helm_python.HelmValuesError:
            return False
    return True
