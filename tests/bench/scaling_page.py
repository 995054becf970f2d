"""What `scale` found, as the table and the plot of docs/scaling.md."""

from collections.abc import Iterator, Sequence
from math import log10
from pathlib import Path

from markupsafe import escape

from tests.bench import Row

DOCS = Path(__file__).resolve().parents[2] / "docs"
BEGIN, END = "<!-- what `python -m tests.bench scale` found -->", "<!-- until here -->"
COLOURS = ("#9ecae1", "#4292c6", "#08306b")
"""Of the sizes, the least first: the darker, the more pieces."""

LEFT, WIDTH, HEIGHT = 290, 960, 20
DECADES = 6
"""From .1 ms to 100 s, each as wide as the others."""


def write(rows: Sequence[Row], sizes: Sequence[int]) -> None:
    page = DOCS / "scaling.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{table(rows, sizes)}\n{END}{after}", encoding="utf-8")
    (DOCS / "assets" / "scaling.svg").write_text(plot(rows, sizes), encoding="utf-8")


def table(rows: Sequence[Row], sizes: Sequence[int]) -> str:
    """In Markdown: 95 of 100 at most, the least, the processor's."""
    head = ["what", *(f"{size:,}" for size in sizes)]
    told = [[str(row["what"]), *(", ".join(_figures(row, size)) for size in sizes)] for row in rows]
    lines = [head, ["---"] * len(head), *told]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _figures(row: Row, size: int) -> Iterator[str]:
    for which in ("most", "least", "processor"):
        if isinstance(found := row.get(f"{size:,}, {which}"), int | float):
            yield f"{found:,g}"


def plot(rows: Sequence[Row], sizes: Sequence[int]) -> str:
    """As SVG: a line for each row, a dot for each size, from the left to the right on a scale of powers of ten."""
    high = HEIGHT * (len(rows) + 2)
    parts = [*_axis(high), *(part for at, row in enumerate(rows, 1) for part in _line(at * HEIGHT, row, sizes))]
    key = [
        f'<circle cx="{LEFT + 150 * at}" cy="{high + 12}" r="5" fill="{colour}"/>'
        f'<text x="{LEFT + 10 + 150 * at}" y="{high + 16}">{size:,} pieces</text>'
        for at, (size, colour) in enumerate(zip(sizes, COLOURS, strict=False))
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 40} {high + 30}" font-family="sans-serif"'
        f' font-size="12"><rect width="100%" height="100%" fill="#fff"/>{"".join([*parts, *key])}</svg>\n'
    )


def _axis(high: int) -> Iterator[str]:
    for power in range(DECADES + 1):
        at = _place(10.0 ** (power - 1))
        yield f'<path d="M{at:.0f} {HEIGHT}V{high - HEIGHT}" stroke="#ddd"/>'
        yield f'<text x="{at:.0f}" y="{high - 4}" text-anchor="middle">{10.0 ** (power - 1):g} ms</text>'


def _line(at: int, row: Row, sizes: Sequence[int]) -> Iterator[str]:
    """The processor's: on a machine that does other things, the clock tells of those, too."""
    yield f'<text x="{LEFT - 12}" y="{at + 4}" text-anchor="end">{escape(str(row["what"]))}</text>'
    for size, colour in zip(sizes, COLOURS, strict=False):
        if isinstance(taken := row.get(f"{size:,}, processor"), int | float):
            yield f'<circle cx="{_place(taken):.1f}" cy="{at}" r="5" fill="{colour}"/>'


def _place(milliseconds: float) -> float:
    return LEFT + (WIDTH - LEFT) * (log10(max(milliseconds, 0.1)) + 1) / DECADES
