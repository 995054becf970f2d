"""Puts into the wheel what cannot be among its requirements, as its own requirements draw in PyTorch."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.requirements import Requirement

FOLDER = "nlp/bundled"
"""Where in the wheel; `nlp/__init__.py` lets Python find it."""


class Bundle(BuildHookInterface[Any]):
    """Adds the files of the group `bundled` of pyproject.toml, licences and all, as this environment has them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Do nothing for an editable install: there, they are installed beside the product."""
        if version == "editable":
            return
        for line in tomllib.loads(Path(self.root, "pyproject.toml").read_text())["dependency-groups"]["bundled"]:
            build_data["force_include"] |= _files(Requirement(line))


def _files(wanted: Requirement) -> dict[str, str]:
    """Where each file of an installed package lies, and where in the wheel it goes. Scripts and bytecode stay out."""
    try:
        found = distribution(wanted.name)
    except PackageNotFoundError:
        found = None
    if found is None or found.version not in wanted.specifier:
        raise RuntimeError(f"{wanted} is not installed where the wheel is built: build it with `make wheel`")
    inside = [it for it in found.files or () if ".." not in it.parts and it.suffix != ".pyc"]
    return {str(found.locate_file(it)): f"{FOLDER}/{it}" for it in inside}
