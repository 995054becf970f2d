"""The words of keywords, in every script."""

import pytest

from nlp.clean.tokens import function_words, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mae'r dŵr yn frwnt", ["dŵr", "frwnt"]),
        ("Śmieci nie zostały odebrane", ["śmieci", "zostały", "odebrane"]),
        ("রাস্তার বাতি জ্বলছে না", ["রাস্তার", "বাতি", "জ্বলছে"]),
        ("सड़क की बत्ती बंद है", ["सड़क", "बत्ती", "बंद"]),
        ("گلی کی بتی بند ہے", ["گلی", "بتی", "بند"]),
        ("Ο κάδος είναι γεμάτος", ["κάδος", "γεμάτος"]),
        ("Ліхтар не світить", ["ліхтар", "світить"]),
        ("The street light is out", ["street", "light"]),
        ("A3 路灯坏了", ["a3", "路灯", "灯坏", "坏了"]),
        ("PIN号码", ["pin", "号码"]),
        ("路", []),
        ("🙂 !", []),
    ],
)
def test_words_are_whole_in_every_script_and_say_something(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_a_letter_of_two_signs_is_the_same_word_as_of_one() -> None:
    assert tokens("dw\u0302r") == tokens("dŵr") == ["dŵr"]


def test_no_everyday_word_of_english_is_a_function_word_of_another_language() -> None:
    assert {"local", "pronto", "plus", "press"}.isdisjoint(function_words())
    assert {"yn", "wedi", "nie", "und", "και", "не", "the"} <= function_words()
