"""The report of an analysis: one HTML file that needs nothing beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

if TYPE_CHECKING:
    from workers.analyse import Analysis

_pages = Environment(loader=PackageLoader("workers"), autoescape=True)


def render(name: str, analysis: Analysis) -> str:
    """The page for the analysis of the file `name`."""
    return _pages.get_template("report.html").render(name=name, analysis=analysis)
