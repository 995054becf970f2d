import datetime as dt
import html
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import ingest
from feedback.http.language import LanguageLink
from feedback.i18n import catalogues, formats, speaking
from feedback.record.models import OrganisationFacts
from ingest.intake.receipts import UnderstoodAs
from ingest.pages import widget
from ingest.pages.layout import pages
from ingest.pages.receipt_pages import STATUSES

STYLES = Path(ingest.__file__).parent / "pages" / "static" / "citizen.css"
DAY = dt.date(2026, 3, 1)
RECEIPT = "7K3M-Q2ZD-98VX-4HTN"
ABERWEN = OrganisationFacts(
    name="Aberwen Council",
    names={"cy": "Cyngor Aberwen"},
    privacy_contact="privacy@aberwen.example",
    privacy_notice="https://aberwen.example/privacy",
    accessibility_statement="https://aberwen.example/accessibility",
)
FORM: dict[str, Any] = {
    "action": "/services/blue-badge/feedback?lang=en",
    "key": "one-key",
    "honeypot": "website",
    "values": {"message": "", "contact": "", "page_url": ""},
    "errors": {},
}
READ: dict[str, Any] = {
    "receipt": RECEIPT,
    "state": "read",
    "received_on": DAY,
    "understood_as": [UnderstoodAs(uuid.uuid4(), "Photo upload fails", "open", "en", {})],
    "done": [],
    "not_fixed_url": "",
    "noted": False,
    "take_back_url": f"/receipts/{RECEIPT}/take-back",
    "statuses": STATUSES,
}
PAGES: list[tuple[str, dict[str, Any]]] = [
    ("feedback_form.html", FORM),
    ("feedback_form.html", FORM | {"errors": {"message": "Enter it", "contact": "Too long"}}),
    ("thanks.html", {"receipt": RECEIPT, "receipt_url": f"/receipts/{RECEIPT}", "form_url": "/form"}),
    ("receipts.html", {"code": "", "error": ""}),
    ("receipts.html", {"code": "7K3M", "error": "There is none"}),
    ("receipt.html", READ),
    ("receipt.html", READ | {"state": "received", "understood_as": []}),
    ("receipt.html", READ | {"understood_as": []}),
    ("receipt.html", READ | {"state": "withdrawn", "understood_as": []}),
    ("receipt.html", READ | {"state": "expired", "understood_as": []}),
    ("receipt.html", READ | {"noted": True, "not_fixed_url": "/x", "done": [{"what": "Mended", "on": DAY}]}),
    ("you_said_we_did.html", {"entries": [], "form_url": "/form", "data_url": "", "feed_url": ""}),
    (
        "you_said_we_did.html",
        {
            "entries": [{"said": "No photo", "did": "Mended", "on": DAY, "reports": None, "fell": 90}],
            "form_url": "/form",
            "data_url": "/data.csv",
            "feed_url": "/feed.atom",
        },
    ),
    ("home.html", {"services": [("bins", "Bins"), ("library", "Library")]}),
    ("home.html", {"services": []}),
    *[
        ("error.html", {"kind": kind, "sent": True, "form_url": "/form"})
        for kind in ("not_found", "expired", "too_many", "too_large", "unavailable", "wrong")
    ],
]


def render(template: str, context: Mapping[str, Any], language: str = "en") -> str:
    links = [LanguageLink("en", "English", "?lang=en"), LanguageLink("cy", "Cymraeg", "?lang=cy")]
    common: dict[str, Any] = {"languages": links, "assets": "/static", "colour": "", "service_name": "Blue Badge"}
    common |= {"ours_url": "/ours", "organisation": ABERWEN}
    with speaking(language):
        return pages.environment.get_template(template).render(common | dict(context))


@pytest.mark.parametrize("language", catalogues.languages("citizen"))
@pytest.mark.parametrize(("template", "context"), PAGES)
def test_a_page_has_one_heading_a_title_a_language_and_nothing_that_the_policy_forbids(
    template: str, context: dict[str, Any], language: str
) -> None:
    page = render(template, context, language)
    assert page.count("<h1") == 1
    assert f'<html lang="{formats.tag(language)}" dir="ltr">' in page
    assert re.search(r"<title>[^<]+</title>", page)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page)
    assert set(re.findall(r'https?://[^"]+', page)) == {ABERWEN.privacy_notice, ABERWEN.accessibility_statement}
    assert not re.search(r"%\(\w+\)|\{\w+\}|%%", page), "a placeholder was left unfilled"


def test_what_a_citizen_typed_is_escaped() -> None:
    typed = {"message": "</textarea><b>&", "contact": '"><i>', "page_url": ""}
    page = render("feedback_form.html", FORM | {"values": typed})
    assert "<b>" not in page and "<i>" not in page
    assert "&lt;/textarea&gt;&lt;b&gt;&amp;" in page


def test_an_error_leads_to_its_field_and_is_read_out_with_it() -> None:
    page = render("feedback_form.html", FORM | {"errors": {"message": "Enter your feedback"}})
    assert "<title>Error: " in page
    assert '<a href="#message">Enter your feedback</a>' in page
    assert 'aria-describedby="message-hint message-error"' in page
    assert page.count('aria-invalid="true"') == 1


def test_a_form_without_errors_speaks_of_none() -> None:
    page = render("feedback_form.html", FORM)
    assert "aria-invalid" not in page and "Error" not in page


def test_the_receipt_says_how_far_it_is() -> None:
    waiting = render("receipt.html", READ | {"state": "received", "understood_as": []})
    assert waiting.count('class="done"') == 1 and "read shortly" in waiting
    understood = render("receipt.html", READ)
    assert understood.count('class="done"') == 2 and "“Photo upload fails”" in understood
    mended = READ | {"understood_as": [UnderstoodAs(uuid.uuid4(), "Photo upload fails", "resolved", "en", {})]}
    assert "The team says this is resolved" in render("receipt.html", mended)


def test_the_receipt_names_an_issue_in_the_language_of_the_page_where_it_has_a_title_in_it() -> None:
    titles = {"en": "Photo upload fails", "cy": "Methu llwytho'r llun"}
    issue = UnderstoodAs(uuid.uuid4(), "Photo upload fails", "open", "en", titles)
    welsh = html.unescape(render("receipt.html", READ | {"understood_as": [issue]}, "cy"))
    assert "<bdi>“Methu llwytho'r llun”</bdi>" in welsh and "Photo upload fails" not in welsh
    assert '<bdi lang="en">“Photo upload fails”</bdi>' in render(
        "receipt.html", READ | {"understood_as": [issue]}, "fr"
    )


def test_what_was_taken_back_shows_nothing_of_what_it_was_and_cannot_be_taken_back_twice() -> None:
    page = render("receipt.html", READ | {"state": "withdrawn"})
    assert "You have taken this feedback back" in page
    assert "Photo upload fails" not in page and "<form" not in page


def test_not_fixed_can_be_said_once_and_only_where_it_makes_sense() -> None:
    assert "It is not fixed" not in render("receipt.html", READ)
    resolved = READ | {"not_fixed_url": "/receipts/x/not-fixed"}
    assert 'action="/receipts/x/not-fixed"' in render("receipt.html", resolved)
    assert 'action="/receipts/x/not-fixed"' not in render("receipt.html", resolved | {"noted": True})


def test_a_suppressed_count_leaves_no_trace() -> None:
    [(template, context)] = [page for page in PAGES if page[1].get("entries")]
    assert "reports." not in render(template, context)
    assert "fell by 90% afterwards" in render(template, context)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_told_apart_as_the_guidelines_ask(scheme: str) -> None:
    light, dark = re.findall(r":root \{(.*?)\}", STYLES.read_text("utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", light + (dark if scheme == "dark" else "")))
    for text, ground in [("ink", "paper"), ("soft", "paper"), ("brand", "paper"), ("alarm", "paper"), ("ink", "tint")]:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["on-brand"], colours["brand"]) >= 4.5
    assert contrast(colours["on-focus"], colours["focus"]) >= 4.5
    assert contrast(colours["edge"], colours["paper"]) >= 3


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_organisation_is_named_in_the_language_of_the_page() -> None:
    assert "run by Aberwen Council" in render("thanks.html", PAGES[2][1])
    assert "Cyngor Aberwen sy'n rhedeg" in html.unescape(render("thanks.html", PAGES[2][1], "cy"))


def test_the_widget_writes_numbers_as_each_language_does() -> None:
    told = re.search(r"const WORDS = (\{.*\});", widget.script().decode())
    assert told
    words = json.loads(told[1])
    assert "be 5,000 characters" in words["en"]["long"] and " 5\u202f000 " in words["fr"]["long"]


@pytest.fixture
def urdu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language that is written from right to left has a catalogue, which is one file."""
    (tmp_path / "citizen").mkdir()
    header = 'msgid ""\nmsgstr ""\n"Language: ur\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    (tmp_path / "citizen" / "ur.po").write_text(f'{header}\nmsgid "Your feedback"\nmsgstr "آپ کی رائے"\n', "utf-8")
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    for kept in (catalogues.languages, catalogues.translations):
        kept.cache_clear()
    yield
    for kept in (catalogues.languages, catalogues.translations):
        kept.cache_clear()


@pytest.mark.usefixtures("urdu")
def test_a_further_language_is_one_file_and_may_run_from_right_to_left() -> None:
    assert catalogues.languages("citizen") == ("en", "ur")
    page = render("feedback_form.html", FORM, "ur")
    assert '<html lang="ur" dir="rtl">' in page and "آپ کی رائے" in page
    assert not re.search(r"(?:margin|padding|border)-(?:left|right)|\b(?:left|right):", STYLES.read_text("utf-8"))
