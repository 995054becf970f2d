"""The charts of a report, as HTML without a script of their own: the page loads Plotly once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import shorten

import numpy as np
import plotly.graph_objects as go
from markupsafe import Markup
from numpy.typing import NDArray

from nlp.embed.vectors import evenly

POINTS = 4_000
"""Statements on the map; of more, an even sample."""

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#5b3fa0", "#a6192e")
"""Okabe and Ito 2008, the pale ones darkened: told apart without colour vision, with the symbols in any case."""
SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "pentagon")
COLOURED = len(PALETTE)

_INK, _REST = "#1d1d1f", "#b5b9bf"


def sizes(counts: Sequence[tuple[str, int]]) -> Markup:
    """Bars, the largest on top."""
    titles, values = [_label(title) for title, _ in counts], [count for _, count in counts]
    bars = go.Bar(x=values, y=list(range(len(counts))), orientation="h", marker_color=PALETTE[0], text=values)
    figure = go.Figure(bars.update(textposition="outside", cliponaxis=False, hovertemplate="%{x}<extra></extra>"))
    figure.update_yaxes(tickvals=list(range(len(counts))), ticktext=titles, autorange="reversed", automargin=True)
    figure.update_xaxes(title="pieces of feedback", rangemode="tozero")
    return _html(figure, height=90 + 26 * len(counts))


def scattered(
    vectors: NDArray[np.float32],
    labels: NDArray[np.int32],
    texts: Sequence[str],
    shown: Sequence[int],
    titles: Sequence[str],
) -> Markup:
    """Return each statement where it lies: near to those that say alike."""
    chosen = evenly(len(vectors), POINTS)
    spots = _flat(vectors, labels)[chosen]
    figure = go.Figure()
    rest = ~np.isin(labels[chosen], shown)
    groups = [("all others", rest, _REST, "circle", 4)] + [
        (_label(title), labels[chosen] == topic, PALETTE[place], SYMBOLS[place], 7)
        for place, (topic, title) in enumerate(zip(shown, titles, strict=True))
    ]
    for name, mine, colour, symbol, size in groups:
        words = [escape(shorten(texts[it], 110, placeholder="…")) for it in chosen[mine].tolist()]
        figure.add_scatter(
            x=spots[mine, 0],
            y=spots[mine, 1],
            mode="markers",
            name=name,
            text=words,
            hovertemplate="%{text}<extra></extra>",
            marker={"color": colour, "symbol": symbol, "size": size, "opacity": 0.75},
        )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(legend={"orientation": "h", "y": -0.02, "itemsizing": "constant"})
    return _html(figure, height=620)


def nested(themes: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> Markup:
    """Issues within themes, as areas."""
    ids, names, parents, values = [], [], [], []
    for number, (theme, issues) in enumerate(themes):
        ids.append(f"t{number}")
        names.append(f"around: {_label(theme)}")
        parents.append("")
        values.append(sum(count for _, count in issues))
        for place, (title, count) in enumerate(issues):
            ids.append(f"t{number}i{place}")
            names.append(_label(title))
            parents.append(f"t{number}")
            values.append(count)
    tree = go.Treemap(ids=ids, labels=names, parents=parents, values=values, branchvalues="total")
    figure = go.Figure(tree.update(textinfo="label+value", hovertemplate="%{label}: %{value}<extra></extra>"))
    figure.update_layout(treemapcolorway=list(PALETTE))
    return _html(figure, height=620)


def _flat(vectors: NDArray[np.float32], labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """(n, 2): the plane in which the topics' middles lie farthest apart, then the statements in it (PCA)."""
    inside = labels >= 0
    middles = [vectors[labels == topic].mean(axis=0) for topic in np.unique(labels[inside])]
    basis = np.array(middles if len(middles) > 2 else vectors)
    mean = basis.mean(axis=0)
    _, _, axes = np.linalg.svd(basis - mean, full_matrices=False)
    spots = (vectors - mean) @ axes[:2].T
    flat: NDArray[np.float32] = np.pad(spots, ((0, 0), (0, 2 - spots.shape[1]))).astype(np.float32)
    return flat


def _label(words: str) -> str:
    return escape(shorten(words, 60, placeholder="…"))


def _html(figure: go.Figure, height: int) -> Markup:
    figure.update_layout(
        height=height,
        template="plotly_white",
        margin={"l": 8, "r": 40, "t": 12, "b": 8},
        font={"family": "system-ui, sans-serif", "size": 14, "color": _INK},
    )
    config = {"displaylogo": False, "responsive": True, "displayModeBar": False}
    return Markup(figure.to_html(full_html=False, include_plotlyjs=False, config=config))  # noqa: S704 - texts escaped
