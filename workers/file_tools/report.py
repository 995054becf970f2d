"""The report of an analysis: one HTML file that needs nothing beside it, redacted throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from numpy.typing import NDArray
from plotly.offline import get_plotlyjs

from nlp.clean.cleaner import Cleaned
from nlp.group import hierarchy
from nlp.group.topics import Topic, Topics, TopicTone
from workers.file_tools import charts

NO_ISSUES: Mapping[TopicTone, str] = {"praise": "Praise and thanks", "filler": "Said, but nothing to act on"}
"""What is no issue: kept, counted and shown for itself."""

CHART_ISSUES = 25
"""Issues in the chart; the table beside it has them all."""

_pages = Environment(loader=PackageLoader("workers.file_tools"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True)
class Analysis:
    """Holds what was found in the file `name`.

    `statements`: n, with `row_of`: (n,) their rows and `vectors`: (n, d); `rows`: (r,) the topic of each row's main
    statement, -1 for none.
    """

    name: str
    cleaned: list[Cleaned]
    statements: list[str]
    row_of: NDArray[np.int64]
    vectors: NDArray[np.float32]
    found: Topics
    rows: NDArray[np.int64]

    @cached_property
    def themes(self) -> list[list[int]]:
        """Return the numbers of the issues of each broad theme, the largest theme first."""
        issues = [number for number, topic in enumerate(self.found.topics) if topic.tone == "issue"]
        if not issues:
            return []
        labels = hierarchy.broad(np.array([self.found.topics[number].centroid for number in issues]))
        themes = [[n for n, label in zip(issues, labels, strict=True) if label == it] for it in set(labels.tolist())]
        return sorted(themes, key=lambda theme: -sum(self.count(number) for number in theme))

    def count(self, number: int) -> int:
        """Count the rows that speak of a topic, each once."""
        return len(np.unique(self.row_of[self.found.topics[number].members]))


@dataclass(frozen=True, slots=True)
class TopicPart:
    """A part of an issue, by its most typical statement, and the rows that speak of it."""

    words: str
    count: int


@dataclass(frozen=True, slots=True)
class ReportedIssue:
    """Holds a topic as the page tells it.

    `sure`: the title says nearly what enough members say; `near` is the title of the issue most like it.
    """

    number: int
    title: str
    sure: bool
    tone: TopicTone
    count: int
    share: float
    keywords: str
    quotes: list[str]
    parts: list[TopicPart]
    near: str


def render(analysis: Analysis) -> str:
    """Render the page."""
    topics = analysis.found.topics
    issues = {number: _issue(analysis, number) for number, topic in enumerate(topics)}
    largest = sorted(issues.values(), key=lambda issue: (-issue.count, issue.number))
    ranked = [issue for issue in largest if issue.tone == "issue"]
    themes = [[issues[number] for number in theme] for theme in analysis.themes]
    return _pages.get_template("report.html").render(
        name=analysis.name,
        rows=len(analysis.cleaned),
        statements=len(analysis.statements),
        outside=int((analysis.rows < 0).sum()),
        apart=[(name, [it for it in largest if it.tone == tone]) for tone, name in NO_ISSUES.items()],
        issues=ranked,
        themes=themes,
        charts=_charts(analysis, ranked, themes),
        plotly=Markup(get_plotlyjs()),  # noqa: S704 - the installed package's own script
    )


def _charts(
    analysis: Analysis, ranked: Sequence[ReportedIssue], themes: Sequence[Sequence[ReportedIssue]]
) -> dict[str, Markup]:
    if not ranked:
        return {}
    shown = [issue.number for issue in ranked[: charts.COLOURED]]
    titles = [analysis.found.topics[number].title for number in shown]
    return {
        "sizes": charts.sizes([(issue.title, issue.count) for issue in ranked[:CHART_ISSUES]]),
        "map": charts.scattered(analysis.vectors, analysis.found.labels, analysis.statements, shown, titles),
        "tree": charts.nested([(theme[0].title, [(it.title, it.count) for it in theme]) for theme in themes]),
    }


def _issue(analysis: Analysis, number: int) -> ReportedIssue:
    topic = analysis.found.topics[number]
    count = analysis.count(number)
    return ReportedIssue(
        number=number,
        title=topic.title,
        sure=topic.sure,
        tone=topic.tone,
        count=count,
        share=count / max(len(analysis.cleaned), 1),
        keywords=", ".join(topic.keywords[:6]),
        quotes=[analysis.statements[quote] for quote in topic.quotes],
        parts=[
            TopicPart(analysis.statements[part[0]], len(np.unique(analysis.row_of[part])))
            for part in hierarchy.parts(analysis.vectors, topic.members)
        ],
        near=_nearest(analysis.found.topics, number),
    )


def _nearest(topics: Sequence[Topic], number: int) -> str:
    others = [topic for place, topic in enumerate(topics) if place != number and topic.tone == "issue"]
    return max(others, key=lambda it: float(it.centroid @ topics[number].centroid)).title if others else ""
