"""Tools of the tests that come from the npm registry, each as the lock file beside its package.json names it."""

import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")


def install(package: Path, place: Path) -> None:
    """Copies the package to a place and brings what it names; skips the test where there is no npm, or no registry."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("no npm here")
    shutil.copytree(package, place, dirs_exist_ok=True)
    if subprocess.run(INSTALL, cwd=place, timeout=240, check=False).returncode:
        pytest.skip("the npm registry does not answer")
