"""Titles in Welsh, which nobody parses."""

import pytest

from nlp.clean.recognisers.mutations import mutated, unmutated
from nlp.group.titles import parts, unparsed, usage
from nlp.group.titles.words import stems
from tests.nlp.group.titles.titled import named


def against(text: str, *others: str, language: str = "cy") -> float:
    """What speaks against a title of what one says, beside others."""
    [words] = usage.of_groups([[text, *others]], [language])
    part = parts.Part(text)
    part.said(0, text)
    return min(it.against for it in unparsed.of_parts([part], words, language) if it.text == text)


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


@pytest.mark.parametrize(
    ("particular", "plain"),
    [
        ("Dyw fy mrawd ddim wedi cael bathodyn", "Does neb wedi cael bathodyn"),
        ("Mae'r bws i Faesteg byth yn dod", "Mae'r bws i'r dre byth yn dod"),
        ("Roedd bws Gorffennaf byth yn dod", "Roedd bws y bore byth yn dod"),
        ("Mae hi'n 82 oed heb gael bathodyn", "Mae hi'n 82 heb gael bathodyn"),
        ("Mae band F heb gael bil", "Mae rhai heb gael bil"),
        ("Mae cais 12 heb gael ateb", "Mae cais arall heb gael ateb"),
        ("Mae pobl heb gael ateb yno", "Mae pobl heb gael ateb eto"),
        ("Mae dau gais heb gael ateb", "Mae rhai heb gael ateb"),
        ("Mae'r bin yn llawn y penwythnos", "Mae'r bin yn llawn y rhan fwyaf"),
    ],
)
def test_what_few_say_of_a_place_a_day_a_relative_or_a_number_speaks_against_a_welsh_title(
    particular: str, plain: str
) -> None:
    others = [particular, *[plain] * 7]
    assert against(particular, *others) > against(plain, particular, *others[:-1])


def test_a_picture_is_no_monday() -> None:
    others = ["Collwyd y cais eto"] * 7
    assert against("Collwyd y llun eto", *others) == against("Collwyd y ffurflen eto", *others)


def test_how_often_is_no_number() -> None:
    said = ["Talais y ffi dair gwaith"] * 7
    assert against(*said) == 0.0 < against(*[it.replace("gwaith", "punt") for it in said])


def test_no_welsh_word_is_looked_for_in_another_language() -> None:
    others = ["Karta jest zgubiona"] * 7
    both = [against(said, *others, language="pl") for said in ("Mam problem z kartą", "Nowy problem z kartą")]
    assert both[0] == both[1]


def test_words_that_one_member_alone_uses_speak_against_a_welsh_title_and_those_of_most_do_not() -> None:
    said = ["Mae'r lori wedi torri"] * 2, ["Mae'r lorïau wedi rhydu"]
    assert against("Mae'r lori wedi rhydu", *said[0], *said[0]) > against(said[0][0], *said[0], *said[1])
    fined = "Cafodd fy mab ddirwy"
    assert against(fined, fined, fined) < 0.01 < against(fined, *["Cefais i ddirwy am barcio"] * 5)


def test_what_most_members_say_of_a_relative_stays() -> None:
    said = ["Cafodd fy mab ei wrthod am ei fod yn gallu cerdded", "Gwrthodwyd fy mab", "Cafodd fy mab ei wrthod"]
    assert named(said) == ["Cafodd fy mab ei wrthod"]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Codwyd y ffi o £10 ddwywaith ar fy ngherdyn", "Codwyd y ffi ddwywaith ar fy ngherdyn"),
        ("Doedd dim slot yn y ganolfan ailgylchu tan ddydd Iau", "Doedd dim slot yn y ganolfan ailgylchu"),
        ("Rwy'n aros am ad-daliad o £40 ers un ar ddeg wythnos", "Rwy'n aros am ad-daliad"),
        ("Mae sbwriel yn y lôn y tu ôl i [ADDRESS]", "Mae sbwriel yn y lôn"),
        ("Cymerwyd y debyd ddwywaith y mis hwn", "Cymerwyd y debyd ddwywaith"),
        ("Mae'r staff yn gwrthod siarad yn Gymraeg", "Mae'r staff yn gwrthod siarad yn Gymraeg"),
    ],
)
def test_a_time_a_sum_or_a_place_leaves_no_gap_in_a_welsh_title(said: str, title: str) -> None:
    assert named([said] * 3) == [title]


def test_a_title_of_a_language_that_is_not_read_is_never_cut_within_a_sentence() -> None:
    long = "Mae rhywun wedi gadael teiars a matresi a hen deledu a rhannau o geir ym mhob un o'r lonydd cul hyn yma"
    [title] = named([long] * 3)
    assert "…" not in title and 2 <= len(title.split(", ")) <= 3
    assert set(title.lower().split(", ")) <= set(long.lower().split())


def test_the_forms_of_a_welsh_word_count_as_one() -> None:
    for word in ("bathodyn", "plentyn", "tad", "cais", "gwasanaeth", "drws", "mam", "llythyr", "rhif"):
        assert {unmutated(form) for form in mutated(word)} == {unmutated(word)}, word
    assert list(mutated("chwaer")) == list(mutated("ffôn")) == []
    assert stems("fy mathodyn", "cy") == stems("Mae'r bathodyn", "cy") != stems("y lori", "cy")
    assert stems("the badges", "en") == stems("my badge", "en")
