"""The house keeps its plan: every module has a floor, every name one meaning, and nothing grows out of its room."""

import ast
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("feedback", "ingest", "nlp", "insights", "workers")

MOST_MODULES_OF_A_FOLDER = 14
MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 40
MIGRATIONS = "feedback/record/migrations/versions"
"""Written once and never changed: they tell what was, in as many lines as it takes."""


def paths() -> list[Path]:
    found = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [path for path in found if MIGRATIONS not in str(path)]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def contracts() -> dict[str, list[str]]:
    """By the room that it divides (a dotted prefix, "" for the house) the floors of each layered contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {}
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            floors = [floor.strip() for layer in contract["layers"] for floor in layer.replace("|", ":").split(":")]
            parts = [floor.split(".")[:-1] for floor in floors]
            shared = [words[0] for words in zip(*parts, strict=False) if len(set(words)) == 1]
            found[".".join(shared)] = floors
    return found


def is_within(module: str, floor: str) -> bool:
    return module == floor or module.startswith(f"{floor}.")


def test_every_module_has_a_floor_in_the_import_contracts() -> None:
    homeless = [
        (module, room or "all")
        for module in map(name_of, paths())
        for room, floors in contracts().items()
        if module not in PACKAGES and (not room or module.startswith(f"{room}."))
        if not any(is_within(module, floor) for floor in floors)
    ]
    assert homeless == []


def named_classes() -> Iterator[tuple[str, str]]:
    """Classes and type aliases at the top of a module, with the module."""
    for path in paths():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                yield node.name, name_of(path)
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name) and target.id[:1].isupper() and not target.id.isupper():
                        yield target.id, name_of(path)


def test_a_class_name_exists_once() -> None:
    where = defaultdict(list)
    for name, module in named_classes():
        where[name].append(module)
    assert {name: modules for name, modules in where.items() if len(modules) > 1} == {}


def test_no_folder_holds_more_modules_than_one_look_takes_in() -> None:
    counts = Counter(str(path.parent.relative_to(ROOT)) for path in paths() if path.name != "__init__.py")
    assert {folder: count for folder, count in counts.items() if count > MOST_MODULES_OF_A_FOLDER} == {}


def test_no_module_outgrows_its_room() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_MODULE} == {}


def test_no_function_outgrows_its_room() -> None:
    lengths = {
        f"{name_of(path)}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in paths()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_FUNCTION} == {}


def test_every_module_says_what_it_is_for() -> None:
    told = {name_of(path): ast.get_docstring(tree(path)) or "" for path in paths()}
    assert [name for name, words in told.items() if len(words.split()) < 4 or "TODO" in words] == []


def test_the_word_list_names_classes_that_exist_each_once() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([a-z ]+) \| `([A-Z]\w+)` \|", page.partition("## Words")[2], re.MULTILINE)
    counts = Counter(name for name, _ in named_classes())
    assert len(words) > 15 and {name: counts[name] for _, name in words if counts[name] != 1} == {}
