"""The image, the compose file, the chart and the units say the same."""

import tomllib
from dataclasses import fields

import yaml

from feedback.record.settings import Settings, variable_of
from tests.packages.chart import CHART
from tests.packages.test_chart import pods
from tests.packages.test_systemd import UNITS, lines
from tests.test_house import ROOT
from tests.test_supply import COMPOSE, SERVICES

OURS = {variable_of(setting) for setting in fields(Settings)}
COMMON = UNITS / "feedback-.service.d" / "common.conf"


def of_systemd() -> dict[str, str]:
    return dict(word.split("=", 1) for line in lines(COMMON, "Environment") for word in line.split())


def of_the_chart() -> dict[str, str]:
    return {it["name"]: it["value"] for _, pod in pods({}) for it in pod["containers"][0]["env"]}


def test_every_variable_that_is_not_ours_is_set_everywhere_alike() -> None:
    ways = [COMPOSE["x-feedback"]["environment"], of_systemd(), of_the_chart()]
    others = [{name: it for name, it in way.items() if name.removesuffix("_FILE") not in OURS} for way in ways]
    assert others[0] and others == [others[0]] * 3


def test_the_chart_is_of_the_version_of_the_product() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["version"] == chart["appVersion"] == project["version"]
    assert f"citizen-feedback-loop:{project['version']} " in (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def test_each_way_bounds_the_memory_of_a_process_alike() -> None:
    compose = {
        name: it["mem_limit"].upper() for name, it in SERVICES.items() if name in ("api", "workers", "deliveries")
    }
    units = {
        name: lines(UNITS / unit, "MemoryMax")[0]
        for name, unit in {
            "api": "feedback-api@.service",
            "workers": "feedback-worker@.service",
            "deliveries": "feedback-deliveries.service",
        }.items()
    }
    chart = {
        labels["app.kubernetes.io/component"]: pod["containers"][0]["resources"]["limits"]["memory"].removesuffix("i")
        for labels, pod in pods({})
    }
    assert compose == units == {"api": chart["api"], "workers": chart["pipeline"], "deliveries": chart["deliveries"]}
