"""The benchmarks: every module here with a `run(report)` is one, named as the module; `make bench` runs them.

A benchmark states its findings as tables and remarks. What it compares with is imported inside it, as a peer that is
not installed only leaves its rows out; a missing corpus leaves out the benchmark.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.table import Table

Value = str | int | float | None
Row = Mapping[str, Value]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
"""The public texts, which lie beside the project and are no part of it (see SOURCES.md there)."""


class Skipped(Exception):
    """This benchmark cannot run here; the message says what is missing."""


def corpus(name: str) -> Path:
    """A file of DATA. Raises Skipped."""
    path = DATA / name
    if not path.exists():
        raise Skipped(f"{path} is missing")
    return path


@dataclass(frozen=True, slots=True)
class Report:
    """What one benchmark found: shown at once, and kept to be written as JSON."""

    console: Console
    tables: dict[str, Sequence[Row]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def table(self, title: str, rows: Sequence[Row]) -> None:
        """The columns are the keys of the first row; None is an empty cell."""
        self.tables[title] = rows
        shown = Table(title=title, title_justify="left")
        for column, value in rows[0].items():
            shown.add_column(column, justify="left" if isinstance(value, str) else "right")
        for row in rows:
            shown.add_row(*map(_cell, row.values()))
        self.console.print(shown)

    def remark(self, text: str) -> None:
        self.remarks.append(text)
        self.console.print(text, style="dim")

    def peer(self, package: str) -> ModuleType | None:
        """A package to compare with; None, and a remark, where it is not installed."""
        try:
            return importlib.import_module(package)
        except ImportError:
            self.remark(f"{package} is not installed: its rows are left out (make bench installs it)")
            return None


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.5g}"
        case int():
            return f"{value:,}"
    return value
