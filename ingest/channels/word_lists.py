"""Lists of words and patterns that lie beside the module that uses them, to be read and corrected by people."""

import tomllib
from importlib.resources import files


def word_lists(package: str, name: str) -> dict[str, list[str]]:
    """Reads a file of lists, `name`.toml in a package."""
    return tomllib.loads(files(package).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
