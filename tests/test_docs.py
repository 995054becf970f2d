"""What there is, is documented: settings, properties, commands, endpoints."""

import dataclasses
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from feedback.cli import main
from feedback.record.models import Properties
from feedback.record.settings import Settings
from feedback.record.states import AlertType
from feedback.web.app import create_app

DOCS = Path(__file__).parents[1] / "docs"


def text() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))


@pytest.mark.parametrize("variable", [field.metadata["variable"] for field in dataclasses.fields(Settings)])
def test_every_setting_is_documented(variable: str) -> None:
    assert f"| `{variable}` |" in (DOCS / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(Properties)])
def test_every_property_of_a_service_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (DOCS / "settings.md").read_text(encoding="utf-8")


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize(("path", "command"), list(commands(main, "feedback")))
def test_every_command_and_option_is_documented(path: str, command: click.Command) -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert f"`{path}" in page
    options = [option.opts[0] for option in command.params if isinstance(option, click.Option)]
    assert [option for option in options if option not in page] == []
    assert command.help


@cache
def endpoints() -> list[tuple[str, str]]:
    app = create_app(Settings(data=Path("/nonexistent"), secret_keys=("A" * 43 + "=",)), "postgresql://x", "redis://x")
    methods = ("get", "post", "put", "patch", "delete")
    paths = sorted(app.openapi_schema.to_schema()["paths"].items())
    return [(method.upper(), path) for path, item in paths for method in item or () if method in methods]


@pytest.mark.parametrize(("method", "path"), endpoints())
def test_every_endpoint_is_documented(method: str, path: str) -> None:
    plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
    assert f"`{method} {plain}`" in text()


ROOT = DOCS.parent
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
FOLDERS = ("feedback", "ingest", "nlp", "insights", "workers", "tests", "docs")


def spans(page: Path, pattern: str) -> list[Any]:
    """What stands between backticks, or in a block of code, and matches; of a pattern with groups, the groups."""
    text = page.read_text(encoding="utf-8")
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL) + re.findall(r"^    .+$", text, re.MULTILINE)
    return [found for part in code for found in re.findall(pattern, part)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = spans(page, rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./*-]+\.\w+")
    assert [name for name in named if "pigeon" not in name and not list(ROOT.glob(name))] == []  # a made-up channel


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_that_a_page_names_exists(page: Path) -> None:
    named = spans(page, rf"(?<![\w./@-])(?:{'|'.join(FOLDERS[:-1])})(?:\.[a-z_0-9]+)+(?![\w/])")
    endings = ("csv", "dump", "example", "target", "sysusers", "conf")
    others = (*AlertType, *(f"feedback.{ending}" for ending in endings))
    paths = [ROOT.joinpath(*name.split(".")) for name in named if name not in others]
    assert [path for path in paths if not (path.is_dir() or path.with_suffix(".py").exists())] == []


def anchors(page: Path) -> set[str]:
    """Where a link may lead within a page: its headings, as they are addressed."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text(encoding="utf-8"))
    ours = [(page.parent / path if path else page, anchor) for path, anchor in links if "://" not in path]
    assert [path for path, _ in ours if not path.exists()] == []
    assert [(path.name, anchor) for path, anchor in ours if anchor and anchor not in anchors(path)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = {path for path, _ in commands(main, "feedback")} | {"feedback service", "feedback key", "feedback staff"}
    named = {f"feedback {name}" for name in spans(page, r"(?:^\s*|`|\n|bin/)feedback ([a-z][a-z-]+)(?=[\s`),]|$)")}
    assert sorted(named - known) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    known = {field.metadata["variable"] for field in dataclasses.fields(Settings)}
    known |= {f"{variable}_FILE" for variable in known}
    known |= set(re.findall(r"\bFEEDBACK_[A-Z_]+[A-Z]\b", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert sorted(set(re.findall(r"\bFEEDBACK_[A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8"))) - known) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_endpoint_that_a_page_names_exists(page: Path) -> None:
    known = {(method, re.sub(r"\{\w+(:\w+)?\}", "{}", path)) for method, path in endpoints()}
    named = spans(page, r"\b(GET|POST|PUT|PATCH|DELETE) (/v1/[^\s`?]+)")
    plain = {(method, re.sub(r"\{\w+(:\w+)?\}", "{}", path)) for method, path in named}
    assert sorted(pair for pair in plain - known if "," not in pair[1]) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    named = spans(page, r"(tests/[\w/]+\.py)::(\w+)")
    files = {file: (ROOT / file).read_text(encoding="utf-8") for file, _ in named if (ROOT / file).exists()}
    assert [f"{file}::{name}" for file, name in named if f"def {name}(" not in files.get(file, "")] == []


def test_each_threat_has_an_answer_and_all_but_the_known_holes_a_test() -> None:
    page = (DOCS / "threat-model.md").read_text(encoding="utf-8")
    threats = page.partition("## Threats, answers, tests")[2].partition("## What is left")[0]
    rows = [
        line.strip("| ").split(" | ") for line in threats.partition("## What is left")[0].splitlines() if "|" in line
    ]
    answered = [row for row in rows if row[0] != "threat" and not row[0].startswith("---")]
    assert len(answered) > 40
    assert [row[0] for row in answered if len(row) != 3 or "::" not in row[2]] == ["a hole that is known"]
