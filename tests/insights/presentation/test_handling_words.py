"""What the machine stores of why a piece was judged or failed is told in words, in the language of the page."""

import pytest

from feedback import i18n
from ingest.cleaning.near_duplicates import REASONS as COPIES
from insights.presentation.words import handling_words
from nlp.clean.recognisers.numbers import number_recognisers
from nlp.clean.recognisers.places import address_recognisers, email_recognisers
from nlp.clean.urgency import REASONS as URGENT
from nlp.clean.verdicts import verdicts
from nlp.clean.words import listed

SPAM = "URGENT! You have won a 1 week FREE membership in our £100,000 Prize Jackpot! Txt the word: CLAIM to 81010"


def reasons() -> list[str]:
    """What `nlp` and `ingest` say of a piece."""
    signs = [str(sign["name"]) for sign in listed("spam")["sign"] if sign["points"] > 0]
    told = [verdict.reason for text in (SPAM, "you are a bunch of idiots") for verdict in verdicts(text)]
    trapped = "A machine seems to have sent it: within 2 seconds of opening the form"
    return [*told, trapped, *COPIES.values(), *URGENT.values(), f"Reads like an advertisement: {', '.join(signs)}"]


def test_every_reason_is_told_in_the_language_of_the_page_and_in_english_as_it_is_stored() -> None:
    for reason in reasons():
        assert handling_words.judged(reason) == reason
        with i18n.speaking("cy"):
            told = handling_words.judged(reason)
        assert not _parts(reason) & _parts(told), reason


def _parts(reason: str) -> set[str]:
    return {part for half in reason.split(": ") for part in half.split(", ")}


def test_the_words_of_a_citizen_and_of_staff_stay_as_they_are() -> None:
    with i18n.speaking("cy"):
        assert handling_words.judged("Speaks of a danger to life: “i smell gas”").endswith(": “i smell gas”")
        assert handling_words.judged("Threatens someone: most like “I know you”") == (
            "Yn bygwth rhywun: tebycaf i “I know you”"
        )
        assert handling_words.judged("Not ours: cash") == "Not ours: arian parod"


def test_what_is_taken_out_has_a_name_in_both_languages() -> None:
    found = [*number_recognisers(), *address_recognisers(), *email_recognisers()]
    kinds = {kind for one in found for kind in one.supported_entities} | {"NAME"}
    assert kinds <= set(handling_words.HIDDEN_DATA)
    with i18n.speaking("cy"):
        assert handling_words.HIDDEN_DATA["NINO"] == "rhif Yswiriant Gwladol"


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("clean: UnicodeDecodeError", "the program failed while it read this (UnicodeDecodeError)"),
        ("group: the encoder is away", "the program failed while it grouped this (the encoder is away)"),
        ("its worker died each time", "the program stopped each time it tried this"),
        ("out of range: received_at", "it holds a value that cannot be stored (received_at)"),
        ("something of an older version", "something of an older version"),
    ],
)
def test_why_a_piece_was_set_aside_is_told_in_words_before_the_code(stored: str, told: str) -> None:
    assert handling_words.set_aside(stored) == told
