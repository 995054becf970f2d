"""Keywords of groups, whatever the script."""

import numpy as np
import pytest

from nlp.group import keywords


def of(*groups: list[str]) -> list[tuple[str, ...]]:
    texts = [text for group in groups for text in group]
    labels = np.repeat(np.arange(len(groups), dtype=np.int32), [len(group) for group in groups])
    vectors = np.eye(len(texts), dtype=np.float32)
    return keywords.of_groups(vectors, texts, labels)[1]


@pytest.mark.parametrize(
    ("lights", "bins", "light", "rubbish"),
    [
        ("گلی کی بتی {n} ہفتوں سے بند ہے", "کوڑا {n} ہفتوں سے نہیں اٹھایا گیا", "بتی", "کوڑا"),
        ("مصباح الشارع مطفأ منذ {n} أسابيع", "لم تجمع القمامة منذ {n} أسابيع", "مصباح", "القمامة"),
        ("রাস্তার বাতি {n} সপ্তাহ ধরে নেভা", "আবর্জনা {n} সপ্তাহ ধরে নেওয়া হয়নি", "বাতি", "আবর্জনা"),
        ("路灯坏了{n}个星期", "垃圾{n}个星期没人收", "路灯", "垃圾"),
        (
            "Ο φωτισμός του δρόμου δεν λειτουργεί {n} εβδομάδες",
            "Τα σκουπίδια μένουν {n} εβδομάδες",
            "φωτισμός",
            "σκουπίδια",
        ),
        ("Ліхтар на вулиці не світить {n} тижні", "Сміття не вивозять {n} тижні", "ліхтар", "сміття"),
        ("Lampa na ulicy nie świeci {n} tygodnie", "Śmieci nie odebrano {n} tygodnie", "lampa", "śmieci"),
        ("Mae golau'r stryd allan ers {n} wythnos", "Mae'r dŵr yn frwnt ers {n} wythnos", "golau", "dŵr"),
    ],
)
def test_every_script_has_keywords_with_their_letters(lights: str, bins: str, light: str, rubbish: str) -> None:
    one, other = of([lights.format(n=n) for n in range(2, 8)], [bins.format(n=n) for n in range(2, 7)])
    assert light in one
    assert rubbish in other


@pytest.mark.parametrize(
    "texts", [["🙂", "🙂 🙂", "!!!"], ["bin", "bin", "bin"], ["the", "and", "of"], ["路", "路。", "路"]]
)
def test_what_has_no_words_to_tell_apart_is_no_failure(texts: list[str]) -> None:
    assert len(of(texts)) == 1


def test_words_of_later_statements_alone_are_enough() -> None:
    assert {"bin", "lid"} <= set(of(["🙂"] * 150 + ["the bin was full", "the lid was broken"])[0])
