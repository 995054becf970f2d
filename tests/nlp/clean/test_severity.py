"""How bad what is said is for who says it."""

import pytest

from nlp.clean.severity import DEFAULT, severity


def test_worse_things_are_severer() -> None:
    texts = [
        "Nothing",
        "Lovely staff",
        "More seats would be nice",
        "The queue was too long",
        "My mother nearly died of neglect",
    ]
    found = [severity(text) for text in texts]
    assert found == sorted(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "text",
    [
        "I could not have asked for better care",
        "Nobody could do any better",
        "I honestly do not think that it could be improved",
        "Never had a complaint",
    ],
)
def test_who_could_not_wish_for_better_has_no_complaint(text: str) -> None:
    assert severity(text) < severity("Parking")


@pytest.mark.parametrize(
    "text",
    [
        "Nothing has been done",
        "Challenged it and heard nothing since",
        "Nothing in the post",
        "I cannot walk more than a mile",
    ],
)
def test_what_did_not_come_and_what_cannot_be_done_is_no_contentment(text: str) -> None:
    assert severity(text) > 0.2 > severity("Nothing")


def test_what_is_praised_highly_is_milder_than_what_is_praised(text: str = "The food was cold") -> None:
    assert severity(f"{text} and the staff outstanding") < severity(f"{text} and the staff nice") < severity(text)


def test_a_denied_harm_is_less_than_the_harm() -> None:
    assert severity("There were no delays") < severity("There were delays")


@pytest.mark.parametrize(
    ("helped", "harmed"),
    [
        ("They helped me with my problems", "They never helped me with my problems"),
        ("Being able to talk about issues", "Nobody will talk about issues"),
        ("I was never made to feel rushed", "I was made to feel rushed"),
        ("The dentist got me pain free", "The dentist left me in pain"),
        ("A visit came when needed", "A visit is needed"),
        ("The support I had with my son's sleeping problems", "The support desk has problems"),
        ("It gave me space to talk openly about my issues", "There are issues"),
        ("The stress course I found to be a great help also", "I could not get on the stress course"),
        ("They were there in a difficult time", "It is difficult to reach them"),
        ("My son has been coming here for ten years", "My son has been waiting for ten years"),
        ("A nurse who knows his needs", "A nurse needs to know"),
    ],
)
def test_what_somebody_was_helped_with_or_spared_is_no_harm(helped: str, harmed: str) -> None:
    assert severity(helped) <= DEFAULT < severity(harmed)
