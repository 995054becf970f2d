"""What is a copy, and what only sounds alike."""

import random
import re
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from nlp.clean.copies import CopyKind, SentText, copy_kind
from nlp.clean.minhash import HASHES, RUN_LETTERS, SIGNATURE_KIND, bands, fingerprint, identical, likeness, near, words

PHRASES = Path(__file__).parents[3] / "feedback/demo/phrases"
LONG = (
    "The council must not close the library on the corner, our children need it every week and it is the only warm "
    "place that some of our older neighbours have"
)
DOWN = "the website is down"

UNLIKE = [
    [
        "I called twice about the broken lift at Larch Court and nobody answered",
        "My permit was refused although I called the parking office first",
        "The so-called upgrade made the library computers slower than before",
        "She called an ambulance after falling on the icy ramp by the bank",
        "We called for the dog warden and he arrived within the hour, thank you",
    ],
    [
        "Please tell [NAME] at reception that the toilets are out of order",
        "The swimming lesson with [NAME] was cancelled without any notice",
        "Councillor [NAME] promised new swings in the park last spring",
        "I asked [NAME] about my rent arrears and heard nothing more",
    ],
    [
        "One of the bins on Fir Close has no lid",
        "The bus shelter roof is gone, one of the panels fell",
        "I am one of the carers who cannot park at the day centre",
        "Not one of the road signs on the ring road is lit",
    ],
]


@cache
def said() -> list[str]:
    """What the people of the made-up town say, every way of saying a thing joined to one text."""
    lines = [line for path in sorted(PHRASES.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = (re.sub(r"[\[\]{}|@>~]+", " ", line) for line in lines if line and not line.startswith("#"))
    return list(dict.fromkeys(text.strip() for text in texts if len(words(text)) >= 6))


def runs(text: str) -> set[str]:
    plain = " ".join(words(text))
    return {plain[at : at + RUN_LETTERS] for at in range(len(plain) - RUN_LETTERS + 1)}


def jaccard(one: str, other: str) -> float:
    return len(runs(one) & runs(other)) / len(runs(one) | runs(other))


def changed(text: str, count: int, rng: random.Random) -> str:
    """The text with so many of its words replaced by words of other texts."""
    said_words = text.split()
    for place in rng.sample(range(len(said_words)), count):
        said_words[place] = rng.choice(rng.choice(said()).split())
    return " ".join(said_words)


def test_the_estimate_errs_as_the_theory_of_minhash_says() -> None:
    """Of 10,000 pairs from alike to unlike: no bias, and a standard error of sqrt(J (1 - J) / hashes)."""
    rng, errors = random.Random(1), []
    for text in rng.choices(said(), k=10_000):
        other = changed(text, rng.randrange(len(text.split())), rng)
        true = jaccard(text, other)
        if 0 < true < 1:
            error = likeness(fingerprint(text), fingerprint(other)) - true
            errors.append((error, error / (true * (1 - true) / HASHES) ** 0.5))
    bias, spread = np.mean([error for error, _ in errors]), np.std([scaled for _, scaled in errors])
    assert len(errors) > 9_000
    assert abs(bias) < 0.005
    assert 0.9 < spread < 1.1


def test_no_two_unlike_texts_of_a_hundred_thousand_pairs_are_taken_for_one() -> None:
    rng, signatures = random.Random(2), [fingerprint(text) for text in said()]
    pairs = (rng.sample(range(len(signatures)), 2) for _ in range(100_000))
    told = [(one, other) for one, other in pairs if near(signatures[one], signatures[other])]
    assert [pair for pair in told if jaccard(*(said()[place] for place in pair)) < 0.5] == []


def test_a_copy_with_one_word_in_twenty_changed_is_found() -> None:
    rng, found = random.Random(3), []
    for text in rng.choices([text for text in said() if len(words(text)) >= 20], k=1_000):
        one, other = fingerprint(text), fingerprint(changed(text, max(1, len(text.split()) // 20), rng))
        found.append(near(one, other) and bool(set(bands(one)) & set(bands(other))))
    assert np.mean(found) >= 0.95


@pytest.mark.parametrize("texts", UNLIKE, ids=["a word shared", "a placeholder shared", "three words shared"])
def test_a_few_shared_letters_make_no_copies(texts: list[str]) -> None:
    assert not any(near(fingerprint(one), fingerprint(other)) for one, other in combinations(texts, 2))


def test_placeholders_are_no_evidence_of_likeness() -> None:
    hidden = "[NAME] [ADDRESS] [PHONE_NUMBER] "
    assert likeness(fingerprint(hidden + "no hot water"), fingerprint(hidden + "bus left early")) < 0.2
    assert identical(fingerprint(hidden + DOWN), fingerprint(DOWN))


def test_case_and_punctuation_make_no_other_text_and_a_letter_does() -> None:
    assert identical(fingerprint(LONG), fingerprint(LONG.upper() + "!!"))
    assert not identical(fingerprint(LONG * 9), fingerprint(LONG * 9 + " s"))
    assert near(fingerprint(LONG), fingerprint(LONG.replace("every", "evry")))


def test_signatures_of_an_older_kind_are_like_none() -> None:
    new = fingerprint(LONG)
    for old in (new[len(SIGNATURE_KIND) + 8 :], b"\x01" + new[1:], b""):
        assert not near(old, new) and not near(new, old) and not near(old, old)
        assert not identical(old, new)


def kinds(one: str, other: str, *senders: bytes | None) -> CopyKind | None:
    first, second = (
        SentText(fingerprint(text), len(words(text)), sender)
        for text, sender in zip((one, other), senders, strict=True)
    )
    assert copy_kind(first, second) == copy_kind(second, first)
    return copy_kind(first, second)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (DOWN, DOWN, "duplicate"),
        (DOWN, "The website is down again!", "duplicate"),
        (LONG, LONG.replace("warm", "quiet"), "duplicate"),
        (DOWN, "the lift is broken", None),
    ],
)
def test_what_the_same_sender_repeats_is_a_duplicate_however_short(one: str, other: str, expected: str | None) -> None:
    assert kinds(one, other, b"a", b"a") == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (DOWN, DOWN, None),
        ("I cannot log in to pay my council tax online", "I cannot log in to pay my council tax online", None),
        (LONG, LONG, "campaign"),
        (LONG, LONG.replace("warm", "quiet"), "campaign"),
    ],
)
def test_of_several_senders_only_long_texts_are_copies(one: str, other: str, expected: str | None) -> None:
    assert kinds(one, other, b"a", b"b") == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (DOWN, DOWN, None),
        ("I cannot log in to pay online", "i cannot log in to pay online.", "repeat"),
        ("I cannot log in to pay online", "I can not log in to pay online", None),
        (LONG, LONG.replace("warm", "quiet"), None),
    ],
)
@pytest.mark.parametrize("known", [None, b"a"])
def test_where_a_sender_is_unknown_only_the_same_words_are_a_copy(
    one: str, other: str, expected: str | None, known: bytes | None
) -> None:
    assert kinds(one, other, None, known) == expected
