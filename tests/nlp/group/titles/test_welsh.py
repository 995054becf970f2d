"""Titles in Welsh, which nobody parses."""

import pytest

from tests.nlp.group.titles.titled import named


@pytest.mark.parametrize("opening", ["Annwyl Syr", "Annwyl Syr neu Fadam", "Helo", "Bore da"])
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
    assert title in {"Treuliais i 38–52 munud yn aros ar y ffôn", "Cafodd yr alwad ei thorri"}


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        ("Dzień dobry, ", "śmieci nie zostały zabrane od dwóch tygodni"),
        ("السلام علیکم، ", "کوڑا دو ہفتوں سے نہیں اٹھایا گیا"),
        ("Bună ziua! ", "gunoiul nu a fost ridicat"),
    ],
)
def test_no_greeting_in_any_language_is_part_of_a_title(opening: str, said: str) -> None:
    assert named([opening + said] * 3) == [said[:1].upper() + said[1:]]


def test_a_long_statement_that_no_piece_of_fits_is_told_up_to_a_mark() -> None:
    long = "Rwyf wedi bod yn aros am fisoedd lawer iawn am y bathodyn glas newydd sydd ei angen ar fy nheulu"
    assert named([f"Nid oes neb yn ateb y ffôn, {long.lower()}"] * 3) == ["Nid oes neb yn ateb y ffôn"]


@pytest.mark.parametrize("thanks", ["Diolch", "Diolch yn fawr", "Diolch o galon"])
def test_thanks_for_something_are_not_parted_from_what_they_are_for(thanks: str) -> None:
    [title] = named([f"{thanks} am y gwasanaeth gwych"] * 2 + ["Diolch am y gwasanaeth"])
    assert title == f"{thanks} am y gwasanaeth gwych"


def test_a_range_in_a_language_that_is_not_read_has_no_english_between() -> None:
    assert named([f"Biuro jest {many} kilometrów od mojego domu" for many in (31, 45, 71)]) == [
        "Biuro jest 31–71 kilometrów od mojego domu"
    ]


def test_a_small_i_of_welsh_stays_small() -> None:
    [title] = named(
        ["Pryd ga i ateb am y bathodyn glas?", "Pryd ga i ateb am y bathodyn?", "Pryd ga i ateb am y fathodyn"]
    )
    assert title.startswith("Pryd ga i ateb")
