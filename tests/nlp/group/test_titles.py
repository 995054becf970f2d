"""Titles of groups: what is wrong, asked for or praised, in the words of those who said it."""

import itertools
from functools import cache

import numpy as np
import pytest

from nlp.embed.embedder import Embedder
from nlp.embed.vectors import centroids, inwards
from nlp.group.titles import candidates, examples, naming, parts, rules, usage
from nlp.group.titles.clauses import parser


@cache
def embedder() -> Embedder:
    return Embedder()


def titled(*groups: list[str], known: tuple[str, ...] = (), praised: bool = False) -> list[naming.Title]:
    texts = [text for group in groups for text in group]
    labels = np.repeat(np.arange(len(groups), dtype=np.int32), [len(group) for group in groups])
    vectors = embedder().encode(texts)
    middles = centroids(vectors, labels)
    members = [inwards(vectors, np.flatnonzero(labels == it), middles[it]) for it in range(len(groups))]
    return naming.name(
        texts,
        members,
        vectors=vectors,
        centroids=middles,
        encode=embedder().encode,
        known=known,
        praised=[praised] * len(groups),
    )


def named(*groups: list[str], known: tuple[str, ...] = ()) -> list[str]:
    return [title.text for title in titled(*groups, known=known)]


def found(text: str) -> set[str]:
    """What titles one text could give."""
    tidied = parts.tidy(text)
    part = parts.Part(tidied)
    part.said(0, tidied)
    [words] = usage.of_groups([[tidied]])
    return {it.text for it in candidates.of_part(part, parser()(tidied), words)}


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
    ("text", "whole"),
    [
        ("I have not received my new card", "not received my new card"),
        ("I'm still waiting for the refund", "still waiting for the refund"),
        ("I think the waiting times are too long", "waiting times are too long"),
        ("I wanted to report that the street light is broken", "street light is broken"),
        ("I would like to cancel my policy", "cancel my policy"),
        ("Can you help me change my address?", "change my address"),
        ("Please keep patients informed", "keep patients informed"),
        ("The bin was missed on Monday and nobody answers the phone", "bin was missed"),
        ("The bin was missed on Monday and nobody answers the phone", "nobody answers the phone"),
        ("Okay, the post office can't read the barcode, they tried it twice", "post office can't read the barcode"),
        ("I cannot log in because the site is down", "site is down"),
    ],
)
def test_a_clause_is_cut_to_what_is_said(text: str, whole: str) -> None:
    assert whole in {it.lower() for it in found(text)}


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("The bin was not collected on Monday", "bin was collected"),
        ("Nothing was done about the damp", "was done about the damp"),
        ("The report said that the roof leaks", "report said"),
        ("We have had no heating since March", "had heating"),
        ("I was told to send the form to [ADDRESS]", "send the form to"),
        ("I do not think that the food is good", "food is good"),
        ("Delivery vans use the bays all day long", "delivery vans use the bays long"),
    ],
)
def test_what_is_torn_from_a_longer_saying_is_no_title(text: str, torn: str) -> None:
    assert torn not in {it.lower() for it in found(text)}


@pytest.mark.parametrize(
    "text", ["My name is [NAME]", "Call [PHONE]", "Reference AB12345C is wrong", "I live at [ADDRESS]"]
)
def test_what_was_hidden_and_what_numbers_a_case_are_in_no_title(text: str) -> None:
    assert not any(mark in it for it in found(text) for mark in ("[", parts.HIDDEN, "AB12345C"))


def test_marks_for_what_was_hidden_are_in_no_title_whatever_is_said() -> None:
    [title] = named(["Hello my name is [NAME]", "My name is [NAME]", "I am [NAME] and my bin was missed"])
    assert parts.HIDDEN.lower() not in title.lower() and "[" not in title


def test_times_relatives_and_numbers_of_one_person_give_way() -> None:
    [title] = named(
        [
            "My mother waited nine weeks for the badge",
            "I waited twelve weeks for the badge",
            "We are still waiting for the badge since March",
            "Still waiting for the badge",
            "The badge takes too long, I am still waiting",
        ]
    )
    assert "waiting" in title.lower() or "waited" in title.lower()
    assert not any(word in title.lower() for word in ("mother", "nine", "twelve", "march"))


def test_a_figure_that_differs_is_told_as_a_range() -> None:
    said = [f"The assessment centre is {miles} miles away" for miles in (32, 37, 41, 35, 40)]
    assert named(said) == ["Assessment centre is 32 to 41 miles away"]


def test_a_number_in_a_word_that_differs_is_told_as_a_range_too() -> None:
    said = [f"My assessment lasted {many} minutes" for many in ("four", "six", "five", "four", "nine")]
    assert named(said) == ["Assessment lasted four to nine minutes"]


def test_sums_that_differ_are_not_told() -> None:
    said = [f"You took £{one} instead of £{other}" for one, other in ((120, 12), (95, 59), (340, 34), (77, 17))]
    assert named(said) == ["You took £X instead of £Y"]


def test_what_differs_in_a_month_or_a_day_alone_is_one_saying_and_names_neither() -> None:
    said = [f"The bottle lorry woke the whole street on {day}" for day in ("Monday", "Friday", "Tuesday", "Sunday")]
    assert named([*said, "Bottle lorry woke the street"]) == ["Bottle lorry woke the whole street"]


@pytest.mark.parametrize(
    ("joined", "first"),
    [
        ("Waiting ten weeks for the refund I need it for the rent", "I need it for the rent"),
        ("Lost my blue badge after a review My condition is no better", "My condition is no better"),
    ],
)
def test_sentences_that_run_into_each_other_are_parted(joined: str, first: str) -> None:
    [title] = named([joined, first, first, joined.removesuffix(first).strip(), joined])
    assert not {"rent", "refund"} <= set(title.split()) and not {"badge", "condition"} <= set(title.split())


def test_no_is_the_denial_of_what_follows_and_no_greeting() -> None:
    assert named(["No more liners for the food caddy"] * 3) == ["No more liners for the food caddy"]
    assert parts.tidy("No, the bin was missed") == "the bin was missed"


def test_two_clauses_keep_what_joins_them() -> None:
    assert "Booked a slot and got no email, so they would not let me in" in found(
        "Booked a slot and got no e-mail, so they would not let me in."
    )


def test_a_fault_without_a_verb_before_a_comma_may_be_the_title() -> None:
    assert "No recycling collection for weeks" in found(
        "No recycling collection for weeks, my garage is full of bottles"
    )


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


def test_a_slip_of_the_pen_is_mended_by_what_others_wrote() -> None:
    said = ["Still no answr about the badge"] * 3
    others = [f"There is no answer about the {what}" for what in ("badge", "form", "letter", "photo", "fee", "card")]
    slipped, _ = named(said, others)
    assert "answer" in slipped and "answr" not in slipped


def test_words_are_written_as_people_mostly_write_them() -> None:
    [title] = named(["We waited for the GP referral", "gp referral was lost", "Where is my GP referral, it was lost"])
    assert "GP" in title


def test_an_i_that_a_scanner_took_for_a_capital_is_a_small_one_again() -> None:
    [title] = named(["The waItIng tIme was long", "A long waItIng tIme again", "I hate the waItIng tIme"])
    assert "waiting time" in title.lower() and "I" not in title[1:]


@pytest.mark.parametrize("opening", ["Annwyl Syr", "Helo", "Bore da"])
def test_welsh_is_named_by_whole_words_and_by_no_greeting(opening: str) -> None:
    said = [
        f"{opening}, mae'r casgliad bin glas wedi cael ei golli eto",
        "Mae'r casgliad bin glas wedi cael ei golli ers tair wythnos",
        "Mae'r casgliad bin glas wedi cael ei golli",
    ]
    assert named(said) == ["Mae'r casgliad bin glas wedi cael ei golli"]


def test_a_long_welsh_statement_is_parted_and_a_verb_keeps_how_long() -> None:
    said = [
        "Treuliais i 38 munud yn aros ar y ffôn ac yna cafodd yr alwad ei thorri.",
        "Treuliais i 52 munud yn aros ar y ffôn ac yna cafodd yr alwad ei thorri.",
        "Mae'n ddrwg gen i gwyno.",
    ]
    [title] = named(said)
    assert title in {"Treuliais i 38 munud yn aros ar y ffôn", "Cafodd yr alwad ei thorri"}


def test_a_small_i_of_welsh_stays_small() -> None:
    [title] = named(
        ["Pryd ga i ateb am y bathodyn glas?", "Pryd ga i ateb am y bathodyn?", "Pryd ga i ateb am y fathodyn"]
    )
    assert title.startswith("Pryd ga i ateb")


def test_statements_without_any_clause_are_named_all_the_same() -> None:
    assert all(named(["!!!", "???", "..."], ["!", "?", "."]))


def test_what_opens_many_statements_whatever_follows_is_in_no_title() -> None:
    faults = ["bin was missed", "lamp is broken", "road is flooded", "form is lost", "queue is long", "shop is closed"]
    titles = named(*[[f"I never write to anybody, the {fault}" for _ in range(4)] for fault in faults])
    assert titles == [fault.capitalize() for fault in faults]


def test_a_title_that_few_are_near_to_is_not_sure() -> None:
    alike, mixed = titled(
        ["The bin was missed again", "My bin was missed", "They missed our bin"],
        ["Parking is dear", "The soup was cold", "Nobody rang back", "My photo is lost"],
    )
    assert alike.near > 0.5 > mixed.near


def test_the_sentence_under_a_title_is_whole_and_no_pleasantry() -> None:
    said = [
        "Thank you so much for all of your kind help",
        "The bin was missed",
        "The crew drove past our street and the bin was missed again this week.",
        "bin was missed",
        "My name is [NAME] and the bin at my house was missed this week",
    ]
    chosen = examples.telling(said, embedder().encode(said), np.arange(5), "Bin was missed")
    assert said[chosen].startswith("The crew drove past")


@pytest.mark.parametrize(
    "better",
    [
        ("Where do I hand it in?", "I found a blue badge on the pavement in a lane."),
        ("It has not been emptied for two weeks.", "The bin in our lane has not been emptied for two weeks."),
        ("Hello, the blue bin was not emptied by the crew.", "The blue bin was not emptied by the crew again."),
    ],
)
def test_the_sentence_under_a_title_stands_by_itself(better: tuple[str, str]) -> None:
    said = [*better, "blue badge found", "found a badge in the lane", "bin was not emptied", "blue bin not emptied"]
    chosen = examples.telling(said, embedder().encode(said), np.arange(len(said)), "")
    assert chosen == 1


@pytest.mark.parametrize(
    ("title", "good"),
    [
        ("Photo upload fails", True),
        (" ".join(["word"] * 15), True),
        (" ".join(["word"] * 16), False),
        ("x" * 50 + " " + "y" * 40, False),
        ("Parking", False),
        ("Name is [NAME]", False),
        ("The photo uploads fail", False),
    ],
)
def test_a_proposed_title_keeps_the_rules_of_ours(title: str, good: bool) -> None:
    assert rules.stands(title, ["Photo upload fail"] if title != "Photo upload fails" else []) is good


def test_what_is_read_of_a_large_group_is_spread_over_it() -> None:
    rows = parts.spread(np.arange(1_000))
    assert len(rows) == parts.SAMPLE and rows[0] == 0 and rows[-1] == 999
    assert max(later - sooner for sooner, later in itertools.pairwise(rows.tolist())) <= 6
