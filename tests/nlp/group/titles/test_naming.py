"""Titles of groups: what is wrong, asked for or praised, in the words of those who said it."""

import random

import pytest

from nlp.group.titles import naming
from nlp.group.titles.reading.messages import LOOSE, Messages
from tests.nlp.group.titles.titled import named, titled
from tests.workers.texts import BROKEN, USUAL, said


def test_a_title_says_what_goes_wrong_in_the_words_of_citizens() -> None:
    [bins, photos] = named(
        [
            "The blue box was not collected on Tuesday",
            "Our blue box has not been collected for two weeks",
            "you didn't collect the blue box again",
            "Blue box",
            "The blue box was not collected and it is full",
        ],
        [
            "I cannot upload my photo to the form",
            "the photo does not upload, it says error",
            "Photo upload fails every time",
            "I tried to upload my photo and it failed",
            "My photo",
        ],
    )
    assert "blue box" in bins.lower() and any(word in bins.lower() for word in ("not", "n't"))
    assert "photo" in photos.lower() and any(word in photos.lower() for word in ("not", "fail", "cannot"))


@pytest.mark.parametrize(
    ("said", "of_oneself", "of_the_service"),
    [
        ("I pay my taxes", "I pay my taxes", "Street is never swept"),
        ("My wife cannot walk far", "Wife cannot walk far", "Bench at the stop was taken away"),
    ],
)
def test_what_somebody_is_or_does_gives_way_to_what_befell_them(
    said: str, of_oneself: str, of_the_service: str
) -> None:
    [title] = named([f"{of_the_service}. {said}.", f"{of_the_service}.", f"{said}.", f"{of_the_service} again."])
    assert title == of_the_service != of_oneself


def test_praise_with_a_word_of_trouble_stands_above_no_complaints() -> None:
    continence = [
        "They listened to me about my problems with continence",
        "They supported me while I tried to improve my continence",
        "My continence issues were depressing",
        "The pads leak",
    ]
    assert named(continence, *OTHERS)[0] == "Continence issues were depressing"


def test_a_clause_that_names_nothing_stands_behind_what_most_speak_of() -> None:
    said = [
        "My appointment letter",
        "That appointment letter again",
        "They always arrive too late",
        "Appointment letter",
    ]
    assert named([*said, "They always arrive too late"]) == ["Appointment letter: always arrive too late"]


def test_what_lost_its_end_gives_way_to_what_is_whole() -> None:
    said = [f"Why can the assessment not be done {where}?" for where in ("at my own surgery", "by video", "at home")]
    [title] = named(said)
    assert title.lower() != "why can the assessment not be done?"


def test_two_topics_never_have_one_title_nor_one_that_is_known() -> None:
    said = ["More car parking please", "We need more car parking", "More car parking is needed"]
    [first] = named(said)
    assert len({first, *named(said, list(said), list(said), known=(first,))}) == 4


def test_statements_without_any_clause_are_named_all_the_same() -> None:
    assert all(named(["!!!", "???", "..."], ["!", "?", "."]))


def test_a_group_without_any_clause_is_named_by_what_most_of_it_said() -> None:
    few, most = "Born [DATE], Monday", "Postcode [POSTCODE], Tuesday"
    assert named([few, most, most]) == ["Postcode, Tuesday"]


def test_a_group_that_says_small_words_alone_bears_them_and_no_number() -> None:
    first, second = named(["Not a word since."] * 6, ["Not a word since."] * 5)
    assert first == "Not a word since" != second


def test_nothing_shows_in_a_title_that_something_was_taken_out() -> None:
    [title] = named(["Date of birth [DATE], if you need it", "Born [DATE], if you need it", "[DATE]"])
    assert " ," not in title


def test_a_title_that_few_are_near_to_is_not_sure() -> None:
    alike, mixed = titled(
        ["The bin was missed again", "My bin was missed", "They missed our bin"],
        ["Parking is dear", "The soup was cold", "Nobody rang back", "My photo is lost"],
    )
    assert alike.near > 0.5 > mixed.near


@pytest.mark.parametrize("seed", [1, 2])
def test_titles_follow_from_what_is_said_and_not_from_the_order_in_which_it_came(seed: int) -> None:
    again = [text.upper() for text in BROKEN[:3]]
    groups = [[*BROKEN, *BROKEN[:5], *again], said(USUAL[::3], 25), said(USUAL[1::3], 25), said(USUAL[2::3], 25)]
    turned = [random.Random(seed).sample(group, len(group)) for group in groups]
    assert named(*turned[::-1])[::-1] == named(*groups)


def test_of_what_members_say_all_kinds_of_things_about_it_is_told_what_they_speak_of_and_nothing_that_few_say() -> None:
    discharge = [
        "The discharge was not rushed for once",
        "I waited nine hours for tablets on the day of my discharge",
        "My daughter was the last to hear a word of the discharge",
        "A letter about the discharge went to my old doctor",
        "Was it my discharge or somebody else's that you rang about?",
        "They forgot the walking frame at discharge",
        "At discharge the taxi was cancelled twice",
        "Discharge in a nightgown in December",
        "My brother found out from a stranger on the bus about the discharge",
        "Nobody could find my glasses at the discharge",
        "The discharge lounge sells no sandwiches",
        "Is a discharge on Sunday any cheaper?",
        "I was given somebody else's pills at discharge",
        "Two ambulances came for one discharge",
        "A form for the discharge was in French",
        "My cat had no food because of the discharge",
    ]
    loose, *others = titled(discharge, *OTHERS)
    assert loose.text == "Discharge" and loose.near < naming.SURE
    assert all(title.near > LOOSE and " " in title.text for title in others)


OTHERS = [
    [f"{text} again" for text in texts] + texts
    for texts in (
        ["The website crashed when I paid", "The website crashed as I was paying"],
        ["The lift is broken", "The lift has been broken for weeks"],
        ["Nobody answers the telephone", "The telephone is never answered"],
        ["The badge came too late", "My badge came too late"],
    )
]

CANTEEN = [
    "Soup is always cold",
    "My soup was cold",
    "The soup came cold again",
    "Cold soup, every single Friday",
    "More vegan meals on the menu",
    "More vegan meals would be welcome",
    "There should be more vegan meals",
    "Vegan meals, more of them",
    "A wasp in the canteen",
    "Canteen",
    "The man at the till of the canteen hums",
    "Who chose the curtains of the canteen?",
    "I met my husband in that canteen",
    "The radio in the canteen plays the same song",
    "My glasses fell behind the counter of the canteen",
    "Is the canteen hiring?",
    "Our canteen has a ghost",
    "A canteen on the moon would be nearer",
]


def test_a_group_that_shares_two_messages_is_named_by_both_and_by_nothing_that_one_member_says() -> None:
    mixed, *_ = titled(CANTEEN, *OTHERS)
    first, second = sorted(mixed.text.lower().split("; "))
    assert "vegan meals" in first + second and "soup" in first + second and "cold" in first + second
    assert mixed.near > LOOSE and "husband" not in mixed.text and "ghost" not in mixed.text


def test_messages_are_parted_by_a_mark_and_none_follows_a_question() -> None:
    assert Messages(("Soup is cold", "More vegan meals")).title() == "Soup is cold; more vegan meals"
    assert Messages(("Form is down", "Form: must pay again")).title() == "Form is down; must pay again"
    assert Messages(("Where is my badge?", "Pay back the fee")).title() == "Where is my badge? Pay back the fee"


def test_praise_stands_beside_no_complaint_and_a_picture_in_no_title() -> None:
    glad = ["The soup was not bad", "Soup not bad at all", "Not bad, the soup", "That soup was not bad"]
    smiling = [f"{text} 😊" for text in CANTEEN]
    mixed, *_ = named([*smiling[4:], *glad], *OTHERS)
    assert "vegan meals" in mixed.lower() and "not bad" not in mixed.lower() and mixed.isascii()


def test_what_one_member_says_names_no_group_that_speaks_of_the_same_otherwise() -> None:
    said = [
        "Did these exercises to no avail",
        "A sheet of exercises came by post",
        "Exercises for my neck and shoulder",
        "The exercises in the gym were fun",
        "Exercises in a group of ten",
        "She asked whether I do my exercises",
        "Exercises before breakfast",
        "My dog watches the exercises",
        "Exercises and a cup of tea",
        "A leaflet about exercises in Polish",
        "The exercises on the wall of the corridor",
        "Exercises with a rubber band",
        "Breathing exercises for singers",
        "Exercises on Tuesday",
        "I like the exercises",
        "Exercises by video",
        "The lady who drew the exercises",
        "Exercises under water",
        "A song for the exercises",
        "Exercises on one leg",
    ]
    assert named(said, *OTHERS)[0] == "Exercises"


def test_a_group_of_which_each_says_one_word_bears_it() -> None:
    assert named(["Parking", "parking", "Parking."]) == ["Parking"]
