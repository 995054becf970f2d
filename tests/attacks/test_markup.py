"""Script, markup and signs that turn the direction of writing, in whatever people write: shown, and never obeyed."""

import csv
import io
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from nlp.clean.cleaner import Cleaned
from nlp.group.topics import Topic, Topics
from tests.attacks.counting import stored
from tests.attacks.planted import plant
from tests.insights.pages.signed_in import signed_in
from tests.insights.raising import raise_signal
from workers.file_tools import report

Client = TestClient[Litestar]
Headers = dict[str, str]

SCRIPT = """<script>alert(1)</script><svg/onload=alert(2)>"'><img src=x onerror=alert(3)>{{7*7}}</title>"""
TURNED = "turned\N{RIGHT-TO-LEFT OVERRIDE}txet\N{ZERO WIDTH SPACE}\N{POP DIRECTIONAL ISOLATE}שלום"
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")


class Page(HTMLParser):
    """What a browser would make of a page: elements that could act, and around each text what holds it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.acting: list[str] = []
        self.around: list[tuple[str, str]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        ours = tag == "script" and (named.get("src") or named.get("type") == "application/json")
        if (tag in ("script", "iframe", "object", "embed", "img") and not ours) or any(
            n.startswith("on") for n in named
        ):
            self.acting.append(tag)
        self.acting += [
            v for n, v in attrs if n in ("href", "src", "action") and v and v.lower().startswith(("javascript", "data"))
        ]
        if tag not in VOID:
            self._open.append((tag, named))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, named = self._open[-1] if self._open else ("", {})
        isolated = tag == "bdi" or "dir" in named or tag in ("title", "script")
        self.around.append((data, "" if isolated else tag))


def test_no_page_obeys_what_people_wrote(client: Client, record: Record, blue_badge: str) -> None:
    paths = plant(record, blue_badge, SCRIPT, SCRIPT)
    staff = signed_in(client, record)
    shown = 0
    for path in paths:
        answer = staff.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith("text/html")
        page = Page(answer.text)
        assert page.acting == [], path
        assert "<svg/onload" not in answer.text
        shown += "alert(1)" in unescape(answer.text)
    assert shown > 8


def test_signs_that_turn_the_writing_turn_nothing_beyond_what_the_citizen_wrote(
    client: Client, record: Record, blue_badge: str
) -> None:
    paths = plant(record, blue_badge, TURNED, "Blue Badge")
    staff = signed_in(client, record)
    found = 0
    for path in paths:
        around = [tag for text, tag in Page(staff.get(path).text).around if "turned" in text]
        assert [(path, tag) for tag in around if tag] == []
        found += len(around)
    assert found > 10


def test_json_files_feeds_and_mail_hold_it_as_words(
    client: Client, record: Record, admin: Headers, blue_badge: str
) -> None:
    plant(record, blue_badge, SCRIPT, SCRIPT)
    listed = client.get(f"/v1/services/{blue_badge}/issues", headers=admin)
    assert listed.headers["content-type"] == "application/json"
    assert listed.headers["x-content-type-options"] == "nosniff"
    export = client.get(f"/v1/services/{blue_badge}/export.csv", headers=admin)
    assert export.headers["content-type"].startswith("text/csv")
    assert SCRIPT in {row["text"] for row in csv.DictReader(io.StringIO(export.text))}
    raise_signal(record, blue_badge)
    feed = client.get(f"/v1/services/{blue_badge}/feed.atom", headers=admin)
    texts = [(node.tag, node.attrib.get("type")) for node in ET.fromstring(feed.content).iter()]
    assert not any("script" in tag or kind in ("html", "xhtml") for tag, kind in texts)


def test_the_report_of_an_analysis_holds_it_as_words() -> None:
    vector = np.ones((3, 4), np.float32)
    topic = Topic(np.arange(3), vector[0], 0.5, SCRIPT, (SCRIPT,), (), "issue")
    found = report.Analysis(
        SCRIPT,
        [Cleaned(SCRIPT, (), "en", (), (), None)] * 3,
        [SCRIPT] * 3,
        np.arange(3),
        vector,
        Topics(np.zeros(3, np.int64), (topic,)),
        np.zeros(3, np.int64),
    )
    page = report.render(found)
    assert SCRIPT not in page and "&lt;svg/onload" in page


PAGES_THAT_ACT = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
)


@pytest.mark.parametrize("address", PAGES_THAT_ACT)
def test_an_address_that_acts_is_no_page(address: str, client: Client, record: Record, blue_badge: str) -> None:
    said = {"message": "The page fails", "page_url": address}
    assert client.post(f"/v1/services/{blue_badge}/feedback", json=said).status_code == 400
    assert address.strip()[:10] not in client.get(f"/services/{blue_badge}/feedback", params=said).text
    assert stored(record) == 0


@pytest.mark.parametrize("address", ["https://example.org/a:b?c=d", "/apply", "apply/photo", "HTTP://EXAMPLE.ORG", ""])
def test_an_address_of_a_page_is_taken(address: str, client: Client, record: Record, blue_badge: str) -> None:
    said = {"message": "The page fails", "page_url": address}
    assert client.post(f"/v1/services/{blue_badge}/feedback", json=said).status_code == 202


@pytest.mark.parametrize(
    "half", [b'{"message": "a\\ud800b"}', b'{"message": "a\xed\xa0\x80b"}', b'{"message": "a\xff"}']
)
def test_halves_of_characters_are_refused_and_stop_nothing(
    half: bytes, client: Client, record: Record, blue_badge: str
) -> None:
    answer = client.post(
        f"/v1/services/{blue_badge}/feedback", content=half, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert stored(record) == 0
