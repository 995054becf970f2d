"""What people wrote from right to left runs so on the pages, and says its language, wherever it is quoted."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import update

from feedback.record.db import Record
from feedback.record.models import Statement
from tests.insights import made_up
from tests.insights.pages.signed_in import Client

URDU = "تصویر اپ لوڈ نہیں ہوتی"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Places(HTMLParser):
    """Collects, for each place where the words stand, the elements around them."""

    def __init__(self) -> None:
        super().__init__()
        self._open = list[tuple[str, dict[str, str | None]]]()
        self.found = list[list[tuple[str, dict[str, str | None]]]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if URDU[:12] in data:
            self.found.append(list(reversed(self._open)))


@pytest.fixture
def pages(record: Record, blue_badge: str) -> list[str]:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge, "Photo will not upload")
        said = [made_up.report(session, issue, f"{URDU} {number}", language="ur") for number in range(4)]
        made_up.signal(session, issue, said)
        session.execute(update(Statement).values(language="ur"))
        here = f"/dashboard/issues/{issue.id}"
        of_it = [here, f"{here}/sort", f"{here}/merge", f"{here}/hand-over", f"/dashboard/feedback/{said[0].id}"]
    lists = ["/dashboard", "/dashboard/blue-badge", "/dashboard/blue-badge/feedback", "/dashboard/blue-badge/alerts"]
    return [*of_it, *lists, f"/search?q={URDU}", f"/dashboard/blue-badge/search?q={URDU}"]


def test_words_in_urdu_run_from_right_to_left_and_say_so_on_every_page(staff: Client, pages: list[str]) -> None:
    wrong, quoting = list[tuple[str, str]](), 0
    for path in pages:
        places = Places()
        places.feed(re.sub(r"<(title|script)\b.*?</\1>", "", staff.get(path).text, flags=re.DOTALL))
        quoting += bool(places.found)
        for around in places.found:
            runs = next((tag for tag, has in around if tag == "bdi" or has.get("dir") in ("auto", "rtl")), None)
            told = next((has["lang"] for _, has in around if has.get("lang")), None)
            wrong += [(path, around[0][0])] if runs is None or told != "ur" else []
    assert wrong == [] and quoting >= 7
