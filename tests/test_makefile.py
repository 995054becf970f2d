"""`make` runs what there is."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def programs() -> list[str]:
    """The Python that `make` runs to have it compiled."""
    joined = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    return re.findall(r"^USED_BY_\w+ = (.+)$", joined, re.MULTILINE)


@pytest.mark.parametrize("program", programs(), ids=["doors", "workers"])
def test_every_module_that_make_compiles_exists(program: str) -> None:
    nodes = list(ast.walk(ast.parse(program)))
    named = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    named += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    assert named
    assert all(importlib.util.find_spec(name) for name in named)
