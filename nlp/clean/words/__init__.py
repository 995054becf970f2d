"""Word lists of the rules, to be read and corrected by people."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def listed(name: str) -> dict[str, Any]:
    """Read one of the lists, by its file's name."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
