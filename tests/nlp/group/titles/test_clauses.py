"""What of a saying may be a title, and what may not: clauses, and what is torn from them."""

import pytest

from nlp.group.titles import parts
from tests.nlp.group.titles.titled import against, found


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("I have not received my new card", "not received my new card"),
        ("I'm still waiting for the refund", "still waiting for the refund"),
        (
            "The music while you wait is so loud and after 75 minutes a voice says thank you for your patience",
            "music is so loud",
        ),
        ("I think the waiting times are too long", "waiting times are too long"),
        ("I wanted to report that the street light is broken", "street light is broken"),
        ("I would like to cancel my policy", "cancel my policy"),
        ("Can you help me change my address?", "change my address"),
        ("Please keep patients informed", "keep patients informed"),
        ("The bin was missed on Monday and nobody answers the phone", "bin was missed"),
        ("The bin was missed on Monday and nobody answers the phone", "nobody answers the phone"),
        ("Okay, the post office can't read the barcode, they tried it twice", "post office can't read the barcode"),
        ("I cannot log in because the site is down", "site is down"),
        ("How can I find out whether my licence is printed?", "how can i find out whether my licence is printed?"),
        ("I've had the letter about my licence", "i've had the letter about my licence"),
        ("You passed my debt on", "you passed my debt on"),
        ("Your payment page is down this morning", "payment page is down"),
        ("The nurses did not explain it well", "nurses did not explain it well"),
        ("A new porch does not turn a cottage into a band E.", "new porch does not turn a cottage into a band e"),
        ("I rang three times and nobody answered", "rang three times and nobody answered"),
        ("Nobody can live in it, there's no kitchen in it, and I pay the full bill", "there's no kitchen in it"),
        (
            "The eyesight test that you sent me to is 34 miles away, with no bus that would get me there",
            "eyesight test is 34 miles away",
        ),
    ],
)
def test_a_clause_is_cut_to_what_is_said(text: str, whole: str) -> None:
    assert whole in {it.lower() for it in found(text)}


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("The bin was not collected on Monday", "bin was collected"),
        ("They repaired the road only up to the bridge", "they repaired the road"),
        ("The bin men emptied the left side of [NAME] y Dderwen and not ours", "bin men emptied the left side"),
        ("Nothing was done about the damp", "was done about the damp"),
        ("The report said that the roof leaks", "report said"),
        ("We have had no heating since March", "had heating"),
        ("I was told to send the form to [ADDRESS]", "send the form to"),
        ("I do not think that the food is good", "food is good"),
        ("Delivery vans use the bays all day long", "delivery vans use the bays long"),
        ("How can I find out whether my licence is printed?", "licence is printed"),
        ("I want to know if the bus still runs", "bus still runs"),
        ("You passed my debt on", "you passed my debt"),
        ("I've had the letter about my licence", "had the letter about my licence"),
        ("Date of birth [DATE], if you need it", "date of birth"),
        ("The page shows an error as soon as I enter my card", "page shows an error as soon"),
        ("The lights went out as quickly as they came on", "lights went out as quickly"),
        ("I was not just another number on a list", "i was not another number on a list"),
        (
            "I had the reminder and your office says the code is wrong",
            "i had the reminder and your office says the code is wrong",
        ),
    ],
)
def test_what_is_torn_from_a_longer_saying_is_no_title(text: str, torn: str) -> None:
    assert torn not in {it.lower() for it in found(text)}


@pytest.mark.parametrize(
    "text", ["My name is [NAME]", "Call [PHONE]", "Reference AB12345C is wrong", "I live at [ADDRESS]"]
)
def test_what_was_hidden_and_what_numbers_a_case_are_in_no_title(text: str) -> None:
    assert not any(mark in it for it in found(text) for mark in ("[", parts.HIDDEN, "AB12345C"))


def test_two_clauses_keep_what_joins_them() -> None:
    assert "Booked a slot and got no email, so they would not let me in" in found(
        "Booked a slot and got no e-mail, so they would not let me in."
    )


def test_a_fault_without_a_verb_before_a_comma_may_be_the_title() -> None:
    assert "No recycling collection for weeks" in found(
        "No recycling collection for weeks, my garage is full of bottles"
    )


def test_a_letter_for_a_word_and_what_was_asked_whether_it_is_known_speak_against_a_title() -> None:
    assert against("X carer") > against("Home carer") + 0.4
    assert against("Do you know how that all feels?") > 0.4
