"""What there is, is documented: settings, properties, commands, endpoints."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from feedback.cli import main
from feedback.record.models import Properties
from feedback.record.settings import Settings
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


def endpoints() -> Iterator[tuple[str, str]]:
    app = create_app(Settings(data=Path("/nonexistent"), secret_keys=("A" * 43 + "=",)), "postgresql://x", "redis://x")
    for path, item in app.openapi_schema.to_schema()["paths"].items():
        for method in item or ():
            if method in ("get", "post", "put", "patch", "delete"):
                yield method.upper(), path


@pytest.mark.parametrize(("method", "path"), list(endpoints()))
def test_every_endpoint_is_documented(method: str, path: str) -> None:
    plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
    assert f"`{method} {plain}`" in text()
