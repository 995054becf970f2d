"""The widget for other sites: one script, with its words in every language that citizens' pages speak."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from feedback.i18n import N_, TranslatedLabels, _, catalogues, formats, speaking
from ingest.intake.arrival import MESSAGE_LIMIT

SOURCE = Path(__file__).parent / "static" / "widget.js"
PLACE = "const WORDS = {};"

WORDS: Mapping[str, str] = TranslatedLabels(
    {
        "open": N_("Give feedback"),
        "title": N_("Tell us about this service"),
        "label": N_("What went well, what went wrong, what should change?"),
        "hint": N_(
            "Please leave out names, addresses and numbers. In danger? Call 999: nobody watches this day and night."
        ),
        "send": N_("Send"),
        "close": N_("Close"),
        "sending": N_("Sending"),
        "empty": N_("Enter your feedback"),
        "error": N_("Error: "),
        "many": N_("We had a great deal from your connection just now. Wait a minute, then send it again."),
        "failed": N_("It could not be sent. Your text is still here: try again, or "),
        "page": N_("use the feedback page"),
        "tab": N_(" (opens in a new tab)"),
        "thanks": N_("Thank you, we have your feedback. Your receipt is "),
        "follow": N_("See where your feedback is, or take it back"),
    }
)


@cache
def script() -> bytes:
    """Returns the script as it is served."""
    words = {}
    for code in catalogues.languages("citizen"):
        with speaking(code):
            long = _("Your feedback must be %(limit)s characters or fewer", limit=formats.number(MESSAGE_LIMIT))
            words[code] = {**WORDS, "long": long, "direction": formats.direction()}
    told = json.dumps(words, ensure_ascii=False).replace("</", "<\\/")
    return SOURCE.read_text("utf-8").replace(PLACE, f"const WORDS = {told};").encode()
