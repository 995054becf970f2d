"""What there is, is documented: settings, properties, commands, endpoints."""

import dataclasses
import re
from collections.abc import Callable, Iterator
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


def test_every_setting_and_every_property_of_a_service_is_documented() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    settings = [field.metadata["variable"] for field in dataclasses.fields(Settings)]
    properties = [field.name for field in msgspec.structs.fields(Properties)]
    assert [name for name in (*settings, *properties) if f"| `{name}` |" not in page] == []


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_every_command_and_option_is_documented() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    for path, command in commands(main, "feedback"):
        options = [option.opts[0] for option in command.params if isinstance(option, click.Option)]
        assert [option for option in options if option not in page] == [], path
        assert f"`{path}" in page and command.help, path


@cache
def endpoints() -> list[tuple[str, str]]:
    app = create_app(Settings(data=Path("/nonexistent"), secret_keys=("A" * 43 + "=",)), "postgresql://x", "redis://x")
    methods = ("get", "post", "put", "patch", "delete")
    paths = sorted(app.openapi_schema.to_schema()["paths"].items())
    return [(method.upper(), path) for path, item in paths for method in item or () if method in methods]


def test_every_endpoint_is_documented() -> None:
    plain, page = [(method, re.sub(r"\{(\w+):\w+\}", r"{\1}", path)) for method, path in endpoints()], text()
    assert [" ".join(one) for one in plain if f"`{one[0]} {one[1]}`" not in page] == []


ROOT = DOCS.parent
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
FOLDERS = ("feedback", "ingest", "nlp", "insights", "workers", "tests", "docs")


def spans(page: Path, pattern: str) -> list[Any]:
    """What stands between backticks, or in a block of code, and matches; of a pattern with groups, the groups."""
    text = page.read_text(encoding="utf-8")
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL) + re.findall(r"^    .+$", text, re.MULTILINE)
    return [found for part in code for found in re.findall(pattern, part)]


def missing_files(page: Path) -> list[Any]:
    named = spans(page, rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./*-]+\.\w+")
    return [name for name in named if "pigeon" not in name and not list(ROOT.glob(name))]  # a made-up channel


def missing_modules(page: Path) -> list[Any]:
    named = spans(page, rf"(?<![\w./@-])(?:{'|'.join(FOLDERS[:-1])})(?:\.[a-z_0-9]+)+(?![\w/])")
    endings = ("csv", "dump", "example", "target", "sysusers", "conf")
    others = (*AlertType, *(f"feedback.{ending}" for ending in endings))
    paths = [ROOT.joinpath(*name.split(".")) for name in named if name not in others]
    return [path for path in paths if not (path.is_dir() or path.with_suffix(".py").exists())]


def anchors(page: Path) -> set[str]:
    """Where a link may lead within a page: its headings, as they are addressed."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> list[Any]:
    links = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text(encoding="utf-8"))
    ours = [(page.parent / path if path else page, anchor) for path, anchor in links if "://" not in path]
    astray = [(path.name, anchor) for path, anchor in ours if path.exists() and anchor and anchor not in anchors(path)]
    return [path for path, _ in ours if not path.exists()] + astray


def missing_commands(page: Path) -> list[Any]:
    known = {path for path, _ in commands(main, "feedback")} | {"feedback service", "feedback key", "feedback staff"}
    named = {f"feedback {name}" for name in spans(page, r"(?:^\s*|`|\n|bin/)feedback ([a-z][a-z-]+)(?=[\s`),]|$)")}
    return sorted(named - known)


def missing_settings(page: Path) -> list[Any]:
    known = {field.metadata["variable"] for field in dataclasses.fields(Settings)}
    known |= {f"{variable}_FILE" for variable in known}
    known |= set(re.findall(r"\bFEEDBACK_[A-Z_]+[A-Z]\b", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    return sorted(set(re.findall(r"\bFEEDBACK_[A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8"))) - known)


def missing_endpoints(page: Path) -> list[Any]:
    known = {(method, re.sub(r"\{\w+(:\w+)?\}", "{}", path)) for method, path in endpoints()}
    named = spans(page, r"\b(GET|POST|PUT|PATCH|DELETE) (/v1/[^\s`?]+)")
    plain = {(method, re.sub(r"\{\w+(:\w+)?\}", "{}", path)) for method, path in named}
    return sorted(pair for pair in plain - known if "," not in pair[1])


def missing_tests(page: Path) -> list[Any]:
    named = spans(page, r"(tests/[\w/]+\.py)::(\w+)")
    files = {file: (ROOT / file).read_text(encoding="utf-8") for file, _ in named if (ROOT / file).exists()}
    return [f"{file}::{name}" for file, name in named if f"def {name}(" not in files.get(file, "")]


MISSING = (
    missing_files,
    missing_modules,
    dead_links,
    missing_commands,
    missing_settings,
    missing_endpoints,
    missing_tests,
)


@pytest.mark.parametrize("missing", MISSING, ids=lambda missing: missing.__name__)
def test_whatever_a_page_names_is_there(missing: Callable[[Path], list[Any]]) -> None:
    assert {str(page.relative_to(ROOT)): found for page in PAGES if (found := missing(page))} == {}


def test_each_threat_has_an_answer_and_all_but_the_known_holes_a_test() -> None:
    page = (DOCS / "threat-model.md").read_text(encoding="utf-8")
    threats = page.partition("## Threats, answers, tests")[2].partition("## What is left")[0]
    rows = [
        line.strip("| ").split(" | ") for line in threats.partition("## What is left")[0].splitlines() if "|" in line
    ]
    answered = [row for row in rows if row[0] != "threat" and not row[0].startswith("---")]
    assert len(answered) > 40
    assert [row[0] for row in answered if len(row) != 3 or "::" not in row[2]] == ["a hole that is known"]
