"""Praise that no word tells is grouped with the praise."""

from functools import cache
from itertools import product

import numpy as np
import pytest

from nlp.clean.severity import severity
from nlp.clean.statement_kinds import kind
from nlp.embed.embedder import Embedder
from nlp.embed.strata import Stratum, stratum_of
from nlp.group import praise

WHO = ("The nurse", "My midwife", "The doctor", "The physio", "The man at the desk", "Our carer", "The dentist", "She")
PRAISE = (
    "was kind and patient",
    "was excellent",
    "listened and explained things",
    "was friendly and helpful",
    "was wonderful to me",
    "was caring and gentle",
    "gave good advice",
    "made me feel safe",
)
FAULT = (
    "was rude to me",
    "did not listen",
    "was an hour late",
    "refused to help",
    "made a mistake",
    "never called back",
    "cancelled my visit",
    "lost my results",
)
SAID = [f"{who} {does}" for does in (*PRAISE, *FAULT) for who in WHO]

UNTOLD_PRAISE = [
    "She came to my bedside each morning",
    "I owe them my life",
    "Being able to laugh together",
    "The ward was like a family to me",
    "My carer brightens up my day",
    "I look forward to going there",
]
UNTOLD_FAULT = [
    "The nurse walked off and left me there",
    "My midwife shrugged and went home",
    "He looked at his phone the whole visit",
    "A corridor with no chairs",
    "Sent home in my nightdress",
    "The doctor told me to go and ask somebody else",
]


@cache
def _embedder() -> Embedder:
    return Embedder(precision="f32", threads=1)


def parted(said: list[str], languages: list[str] | None = None) -> list[bool]:
    kinds, spoken = [kind(it) for it in said], languages or ["en"] * len(said)
    strata = [stratum_of("en", it) for it in kinds]
    vectors = _embedder().encode(said)
    return [it.praise for it in praise.parted(strata, vectors, spoken, kinds, [severity(it) for it in said])]


def test_what_praises_by_what_it_means_is_praise_and_what_finds_fault_is_none() -> None:
    untold = UNTOLD_PRAISE + UNTOLD_FAULT
    assert {kind(it) for it in untold} == {"problem"}
    found = parted(SAID + untold)[len(SAID) :]
    assert sum(found[: len(UNTOLD_PRAISE)]) >= len(UNTOLD_PRAISE) - 1
    assert not any(found[len(UNTOLD_PRAISE) :])


def test_a_fault_that_a_word_tells_stays_one_whatever_it_is_near_to() -> None:
    assert parted([*SAID, "My carer, who brightens up my day, was refused a permit"])[-1] is False


@pytest.mark.parametrize(
    ("kept", "reason"), [(SAID[:64] + SAID[64:90], "few faults"), (SAID[40:], "few words of praise")]
)
def test_where_hardly_anybody_praises_or_finds_fault_nothing_is_moved(kept: list[str], reason: str) -> None:
    assert not any(parted(kept + UNTOLD_PRAISE)[-len(UNTOLD_PRAISE) :]), reason


def test_where_people_write_to_complain_what_no_word_tells_is_a_complaint() -> None:
    more = [
        f"{who} {does} {when}" for who, does, when in product(WHO, FAULT, ("today", "in May", "on Monday", "twice"))
    ]
    assert not any(parted(SAID + more + UNTOLD_PRAISE)[-len(UNTOLD_PRAISE) :])


def test_only_english_is_judged_by_what_english_words_show() -> None:
    spoken = ["en"] * len(SAID) + ["cy"] * len(UNTOLD_PRAISE)
    assert not any(parted(SAID + UNTOLD_PRAISE, spoken)[len(SAID) :])


def test_nothing_said_is_nothing_moved() -> None:
    assert praise.parted([], np.zeros((0, 384), np.float32), [], [], []) == list[Stratum]()
