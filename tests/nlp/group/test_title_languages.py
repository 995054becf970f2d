"""The languages that groups are named in."""

import numpy as np

from nlp.embed.multilingual import MultilingualEmbedder
from nlp.group import topics

ENGLISH = (
    "The blue bin was not collected again",
    "Our blue bin has not been collected",
    "Nobody collected the blue bin this week",
    "The blue bin was missed",
    "You did not collect my blue bin",
)
WELSH = (
    "Mae'r casgliad bin glas wedi cael ei golli",
    "Mae'r casgliad bin glas wedi cael ei golli eto",
    "Mae'r casgliad bin glas wedi cael ei golli ers tair wythnos",
)


def described(texts: tuple[str, ...], languages: list[str], titled: bool = False) -> topics.Topic:
    embedder, labels = MultilingualEmbedder(), np.zeros(len(texts), np.int32)
    [found] = topics.describe(
        embedder.encode(texts, languages),
        texts,
        labels,
        encode=embedder.encode,
        languages=languages,
        titled=labels if titled else None,
    ).topics
    return found


def test_a_group_of_two_languages_is_named_in_both_that_of_most_members_first() -> None:
    found = described(ENGLISH + WELSH, ["en"] * 5 + ["cy"] * 3)
    assert found.language == "en" and "blue bin" in found.title.lower()
    assert found.titles == {"cy": "Mae'r casgliad bin glas wedi cael ei golli"}
    turned = described(WELSH + ENGLISH[:3], ["cy"] * 3 + ["en"] * 2 + ["unknown"])
    assert turned.language == "en", "as often spoken"
    welsh = described(WELSH * 2 + ENGLISH[:3], ["cy"] * 6 + ["en"] * 3)
    assert (welsh.language, welsh.title) == ("cy", "Mae'r casgliad bin glas wedi cael ei golli")
    assert "blue bin" in welsh.titles["en"].lower()


def test_a_language_that_two_speak_gives_no_title_nor_one_that_staff_do_not_read() -> None:
    assert described(ENGLISH + WELSH[:2], ["en"] * 5 + ["cy"] * 2).titles == {}
    assert described(ENGLISH + WELSH, ["en"] * 5 + ["pl"] * 3).titles == {}


def test_who_goes_on_under_a_title_is_named_in_the_language_that_is_new() -> None:
    assert described(ENGLISH + WELSH, ["en"] * 5 + ["cy"] * 3, titled=True).titles["cy"].startswith("Mae'r casgliad")


ELSEWHERE = (
    "Does neb yn ateb y ffôn yn y swyddfa",
    "Nid oes neb yn ateb y ffôn",
    "Mae'r ffôn yn canu a neb yn ei ateb",
    "Fydd neb byth yn ateb y ffôn yno",
)


def test_few_who_tell_of_another_problem_in_the_other_language_do_not_name_the_issue_in_it() -> None:
    many = tuple(f"{said} on {street}" for street in ("Mill Lane", "the hill", "our road") for said in ENGLISH)
    assert described(many + ELSEWHERE, ["en"] * 15 + ["cy"] * 4).titles == {}
    assert "bin" in described(many + WELSH, ["en"] * 15 + ["cy"] * 3).titles["cy"]
    of_phones = ("Nobody answers the phone", "The phone is never answered", "The phone rings and nobody picks up")
    assert described(WELSH * 2 + of_phones, ["cy"] * 6 + ["en"] * 3).titles == {}
    assert "en" in described(ELSEWHERE + of_phones, ["cy"] * 4 + ["en"] * 3).titles
