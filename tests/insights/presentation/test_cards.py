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


ROWS = Markup(
    '<thead><tr><td></td><th scope="col"><a href="?">Issue <span aria-hidden="true">▼</span></a></th>'
    '<th scope="col" class="number">Reports</th></tr></thead>'
    '<tbody><tr><td><input></td><th scope="row">Photo</th><td>7</td></tr>'
    "<tr><td></td><th>Bins</th><td> </td></tr></tbody>"
)


def test_each_cell_bears_the_name_of_its_column_without_the_sign_by_which_it_is_sorted() -> None:
    assert '<td data-label="Reports">7</td>' in labelled(ROWS)
    assert '<td data-label="Reports"></td>' in labelled(ROWS), "what is empty is not shown"
    assert "▼" not in str(labelled(ROWS)).partition("</thead>")[2]
