"""Each cell of a table knows the name of its column, whatever heads its row."""

import re

from markupsafe import Markup

from insights.presentation.markup.cards import labelled

HEAD = (
    '<thead><tr><th scope="col"><a href="?sort=title">Issue</a></th><th scope="col" class="number">'
    'Reports &amp; more</th><th scope="col">"Last"</th></tr></thead><tbody>'
)


def labels(row: str) -> list[tuple[str, str]]:
    made = labelled(Markup(f"{HEAD}<tr>{row}</tr></tbody>"))
    return re.findall(r'<td data-label="([^"]*)"[^>]*>(.*?)</td>', made)


def test_a_cell_bears_the_name_of_its_column() -> None:
    told = [("Reports &amp; more", "3"), ("&#34;Last&#34;", "May")]
    assert labels('<th scope="row">x</th><td class="number">3</td><td>May</td>') == told
    assert labels("<td>x</td><td>3</td><td>May</td>") == [("Issue", "x"), *told]


def test_a_cell_beyond_the_last_column_bears_no_name() -> None:
    assert labels("<td>x</td><td>3</td><td>May</td><td>y</td>")[-1] == ("", "y")
