import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import ingest
from feedback.record.models import OrganisationFacts
from ingest.pages.i18n import ENGLISH, TRANSLATIONS, WELSH, Translation

TEMPLATES = Path(ingest.__file__).parent / "pages" / "templates"
STYLES = Path(ingest.__file__).parent / "pages" / "static" / "citizen.css"
DAY = dt.date(2026, 3, 1)
RECEIPT = "7K3M-Q2ZD-98VX-4HTN"
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
    "understood_as": [{"title": "Photo upload fails", "status": "open", "language": "en"}],
    "done": [],
    "not_fixed_url": "",
    "noted": False,
    "take_back_url": f"/receipts/{RECEIPT}/take-back",
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
    *[
        ("error.html", {"kind": kind})
        for kind in ("not_found", "expired", "too_many", "too_large", "unavailable", "wrong")
    ],
]


def render(template: str, context: Mapping[str, Any], wording: Translation = ENGLISH) -> str:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    languages = [("en", "English", "?lang=en"), ("cy", "Cymraeg", "?lang=cy")]
    common = {"t": wording, "languages": languages, "assets": "/static", "colour": "", "service_name": "Blue Badge"}
    common["organisation"] = OrganisationFacts(name="Aberwen", privacy_contact="privacy@aberwen.example")
    return environment.get_template(template).render(common | dict(context))


def placeholders(text: object) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(str(text)) if name} if isinstance(text, str) else set()


@pytest.mark.parametrize("key", [field.name for field in fields(Translation)])
def test_both_languages_say_it_with_the_same_placeholders(key: str) -> None:
    english, welsh = getattr(ENGLISH, key), getattr(WELSH, key)
    assert english and welsh and english != welsh
    assert placeholders(english) == placeholders(welsh)


def test_every_text_is_used_by_a_page_or_handed_to_one() -> None:
    pages = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    by_the_handler = {"message_missing", "message_too_long", "contact_too_long", "contact_wrong", "months"} | {
        "receipts_missing",
        "receipts_unknown",
    }
    chosen = re.compile(r"^status_|^(not_found|expired|too_many|too_large|unavailable|wrong)_(title|text)$")
    unused = {key for key in asdict(ENGLISH) if not re.search(rf"\bt\.{key}\b", pages) and not chosen.match(key)}
    assert unused == by_the_handler | {"name"}


def test_the_languages_are_found_by_their_codes() -> None:
    assert {code: wording.name for code, wording in TRANSLATIONS.items()} == {"en": "English", "cy": "Cymraeg"}


def test_dates_are_written_out_in_the_language() -> None:
    assert ENGLISH.date(DAY) == "1 March 2026"
    assert WELSH.date(DAY) == "1 Mawrth 2026"


@pytest.mark.parametrize("wording", TRANSLATIONS.values(), ids=TRANSLATIONS)
@pytest.mark.parametrize(("template", "context"), PAGES)
def test_a_page_has_one_heading_a_title_a_language_and_nothing_that_the_policy_forbids(
    template: str, context: dict[str, Any], wording: Translation
) -> None:
    page = render(template, context, wording)
    assert page.count("<h1") == 1
    assert f'<html lang="{wording.code}">' in page
    assert re.search(r"<title>[^<]+</title>", page)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", page)
    assert not re.search(r"\{\w+\}", page), "a placeholder was left unfilled"


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
    mended = READ | {"understood_as": [{"title": "Photo upload fails", "status": "resolved", "language": "en"}]}
    assert "The team says this is resolved" in render("receipt.html", mended)


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
    assert "fell by 90 %" in render(template, context)


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
