"""What people wrote from right to left runs so on the pages, and says its language, wherever it is quoted."""

import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Role, people
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.models import Statement
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client

ARABIC = "محمد علي"
URDU = "تصویر اپ لوڈ نہیں ہوتی"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Places(HTMLParser):
    """Collects, for each place where these words stand, the elements around them."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self._open = list[tuple[str, dict[str, str | None]]]()
        self.found = list[list[tuple[str, dict[str, str | None]]]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._words in data:
            self.found.append(list(reversed(self._open)))


def found_in(page: str, words: str) -> list[list[tuple[str, dict[str, str | None]]]]:
    places = Places(words)
    places.feed(re.sub(r"<(title|script)\b.*?</\1>", "", page, flags=re.DOTALL))
    return places.found


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
        places = found_in(staff.get(path).text, URDU[:12])
        quoting += bool(places)
        for around in places:
            runs = next((tag for tag, has in around if tag == "bdi" or has.get("dir") in ("auto", "rtl")), None)
            told = next((has["lang"] for _, has in around if has.get("lang")), None)
            wrong += [(path, around[0][0])] if runs is None or told != "ur" else []
    assert wrong == [] and quoting >= 7


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_name_in_arabic_turns_no_sentence_that_it_stands_in(
    staff: Client, record: Record, blue_badge: str, language: str
) -> None:
    with record.transaction() as session:
        path = f"/dashboard/issues/{made_up.emerging(session, blue_badge).id}"
        owner = people.add(session, ARABIC, "ali@example.gov.uk")
        people.appoint(session, owner, Role.owner, access.service(session, blue_badge), by="test")
    spoken = {"Accept-Language": language}
    before = found_in(staff.get(path, headers=spoken).text, ARABIC)
    staff.post(f"{path}/decide", data={"assignee": ARABIC}, headers=OURS)
    pages = [path, "/dashboard", "/dashboard/blue-badge", "/dashboard/staff"]
    after = [found_in(staff.get(page, headers=spoken).text, ARABIC) for page in pages]
    assert before and after[0]
    bare = [around[0] for around in sum(after, before) if not {"bdi", "td", "option", "textarea"} & {around[0][0]}]
    assert not bare


@pytest.mark.parametrize("name", ["\u202eecila", "a\u2067b", "Bob\nX", "Ann\u200bBob", "Ann\u2028Bob", "A\xadnn"])
def test_a_name_that_turns_or_hides_what_is_written_is_nobodys(
    staff: Client, record: Record, blue_badge: str, name: str
) -> None:
    with record.transaction() as session:
        path = f"/dashboard/issues/{made_up.emerging(session, blue_badge).id}/decide"
        if "\n" not in name and "\u2028" not in name:  # which are spaces in the name of a person
            with pytest.raises(Malformed):
                people.add(session, name, "ann@example.gov.uk")
    assert staff.post(path, data={"assignee": name}, headers=OURS).status_code == 400


@pytest.mark.parametrize("title", ["\u200b", "\u202e\u2066", "a\nb", "No ph\u200boto"])
def test_a_title_that_turns_or_hides_what_is_written_names_nothing(
    staff: Client, record: Record, blue_badge: str, title: str
) -> None:
    with record.transaction() as session:
        issue = made_up.emerging(session, blue_badge)
        said = session.scalars(select(Statement).where(Statement.issue_id == issue.id)).all()[0]
        here, pieces = f"/v1/issues/{issue.id}", [str(said.feedback_id)]
    assert staff.patch(here, json={"title": title}, headers=OURS).status_code == 400
    split = {"statements": [said.id], "title": title}
    assert staff.post(f"{here}/split", json=split, headers=OURS).status_code == 400
    missed = {"feedback": pieces, "title": title}
    assert staff.post(f"/v1/services/{blue_badge}/missed", json=missed, headers=OURS).status_code == 400


def test_a_name_keeps_the_joiners_that_persian_has(staff: Client, record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        path = f"/dashboard/issues/{made_up.emerging(session, blue_badge).id}"
    assert staff.post(f"{path}/decide", data={"assignee": "علی\u200cرضا"}, headers=OURS).status_code < 400
    assert "علی\u200cرضا" in staff.get(path).text
