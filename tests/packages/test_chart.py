"""The chart for Kubernetes: by Helm's library, the schemas of Kubernetes, and the real PostgreSQL that KEDA asks."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

import kubernetes_validate
import pytest
import yaml
from sqlalchemy import text

from feedback.cli import main
from feedback.operation import load
from feedback.record import services
from feedback.record.db import Record
from feedback.record.settings import Settings, variable_of
from feedback.record.states import ChannelName
from feedback.record.work.stages import queues
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.packages import chart
from tests.packages.queries import FILES, oldest_in

FULL: dict[str, Any] = {
    "image": {"digest": f"sha256:{'0' * 64}", "pullSecrets": [{"name": "ours"}]},
    "settings": {"FEEDBACK_PUBLIC_URL": "https://feedback.example.org", "FEEDBACK_INTAKE_RATE": 30},
    "api": {"ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls"}, "storage": {"className": "fast"}},
    "keda": {"enabled": True},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "podAnnotations": {"example.org/team": "feedback"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "feedback", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
}
WAYS: dict[str, dict[str, Any]] = {"as it comes": {}, "with everything": FULL}
OF_THE_POD = {"PORT", "FEEDBACK_HOST", "FEEDBACK_DATA"}
OF_OTHERS = {"ScaledObject", "TriggerAuthentication", "ServiceMonitor"}
"""Kinds that KEDA and the Prometheus operator bring."""


def manifests(values: dict[str, Any]) -> list[dict[str, Any]]:
    texts = [it for name, it in chart.rendered(values).items() if name.endswith(".yaml")]
    return [manifest for it in texts for manifest in yaml.safe_load_all(it) if manifest]


def pods(values: dict[str, Any]) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Labels and specification of every pod that may run."""
    for it in manifests(values):
        if it["kind"] == "Pod":
            yield it["metadata"]["labels"], it["spec"]
        elif "template" in it.get("spec", {}):
            yield it["spec"]["template"]["metadata"]["labels"], it["spec"]["template"]["spec"]


@pytest.mark.parametrize("way", WAYS)
def test_helm_finds_nothing_to_say_about_it(way: str) -> None:
    assert chart.complaints(WAYS[way]) == []


@pytest.mark.parametrize("version", ["1.27", "1.37"])
@pytest.mark.parametrize("way", WAYS)
def test_kubernetes_takes_every_manifest(way: str, version: str) -> None:
    found = manifests(WAYS[way])
    kinds = [it["kind"] for it in found]
    assert {"StatefulSet", "Deployment", "Job", "Service", "NetworkPolicy", "PodDisruptionBudget"} <= set(kinds)
    assert (set(kinds) >= OF_OTHERS) == (way == "with everything")
    for it in found:
        if it["kind"] not in OF_OTHERS:
            kubernetes_validate.validate(it, version, strict=True)
    names = [(it["kind"], it["metadata"]["name"]) for it in found]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("way", WAYS)
def test_every_pod_runs_a_command_of_ours_without_rights_and_within_bounds(way: str) -> None:
    seen = 0
    for _, pod in pods(WAYS[way]):
        [container] = pod["containers"]
        main.commands[container["args"][0]].make_context("feedback", container["args"][1:])
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        assert {it["name"] for it in container["volumeMounts"]} >= {"data", "tmp", "secret"}
        seen += 1
    assert seen == 6


def test_the_queues_of_all_workers_are_all_that_there_are() -> None:
    served = [arg for _, pod in pods({}) for arg in pod["containers"][0]["args"] if arg.startswith("--queue=")]
    assert sorted(served) == [f"--queue={it}" for it in queues()]


def test_a_secret_is_read_from_files_alone() -> None:
    for _, pod in pods(FULL):
        said = {it["name"]: it["value"] for it in pod["containers"][0]["env"]}
        assert said.keys().isdisjoint({"DATABASE_URL", "REDIS_URL", "FEEDBACK_SECRET_KEY"})
        files = {name.removesuffix("_FILE"): path for name, path in said.items() if name.endswith("_FILE")}
        [secret] = [it["secret"] for it in pod["volumes"] if it["name"] == "secret"]
        assert files == {it["key"]: f"/run/secrets/feedback/{it['path']}" for it in secret["items"]}
        said = {name: value for name, value in said.items() if name not in {f"{it}_FILE" for it in files}}
        assert Settings.read(said).intake_rate == 30


def test_no_pod_speaks_with_whom_no_policy_names() -> None:
    policies = [it["spec"] for it in manifests({}) if it["kind"] == "NetworkPolicy"]
    [nothing] = [it for it in policies if "ingress" not in it and "egress" not in it]
    assert set(nothing["policyTypes"]) == {"Ingress", "Egress"}
    for labels, _ in pods({}):
        assert nothing["podSelector"]["matchLabels"].items() <= labels.items()
    entered = [it["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for it in policies if "ingress" in it]
    assert entered == ["api"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": {"keys": ["DATABASE_URL"]}},
        {"settings": {"FEEDBACK_SECRET_KEY": "in the clear"}},
        {"image": {"digest": "latest"}},
        {"workers": {"pipeline": {"queues": ["nosuch"]}}},
        {"replicas": 3},
    ],
)
def test_values_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    assert not chart.takes(wrong)


@pytest.mark.parametrize("setting", fields(Settings), ids=variable_of)
def test_every_setting_can_be_given_a_secret_as_a_file_alone(setting: Field[Any]) -> None:
    name, secret = variable_of(setting), setting.metadata["secret"]
    keys = sorted({"DATABASE_URL", "REDIS_URL", "FEEDBACK_SECRET_KEY", name})
    assert chart.takes({"secret": {"keys": keys}})
    assert chart.takes({"settings": {name: "any"}}) == (not secret and name not in OF_THE_POD)


@pytest.mark.parametrize("queue", queues())
def test_keda_asks_what_the_table_of_stages_says(queue: str) -> None:
    """Written by `python -m tests.packages.queries`."""
    kept = (FILES / f"oldest-in-{queue}.sql").read_text(encoding="utf-8")
    assert kept == oldest_in(queue)
    asked = [it["spec"] for it in manifests(FULL) if it["kind"] == "ScaledObject"]
    assert [trigger["metadata"]["query"] for it in asked for trigger in it["triggers"]].count(kept.strip()) == 1


def test_keda_is_told_how_long_the_oldest_has_waited(record: Record) -> None:
    now, said = dt.datetime.now(dt.UTC), "The bin was not emptied."
    with record.transaction() as session:
        services.ensure(session, {"bins": "Bins"})
        accept(session, record.keys, [Arrival("bins", said, ChannelName.WEB, caller="anyone")], now)
        session.execute(text("UPDATE feedback SET received_at = now() - interval '90 seconds'"))
        told = {it: float(session.scalar(text(oldest_in(it))) or 0) for it in queues()}
        stages = load.stages(session)
    assert told == {it: max(s.oldest_seconds for s in stages if s.queue == it) for it in queues()}
    assert told == {"pipeline": pytest.approx(90), "services": 0, "deliveries": 0}
