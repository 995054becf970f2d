"""How the words of titles are written."""

from tests.nlp.group.titles.titled import named


def test_a_slip_of_the_pen_is_mended_by_what_others_wrote() -> None:
    said = ["Still no answr about the badge"] * 3
    others = [f"There is no answer about the {what}" for what in ("badge", "form", "letter", "photo", "fee", "card")]
    slipped, _ = named(said, others)
    assert "answer" in slipped and "answr" not in slipped


def test_words_are_written_as_people_mostly_write_them() -> None:
    [title] = named(["We waited for the GP referral", "gp referral was lost", "Where is my GP referral, it was lost"])
    assert "GP" in title


def test_an_everyday_word_is_small_though_a_button_bears_it() -> None:
    said = ["Cannot pay my council tax online"] * 3
    others = ["The page breaks when I press Pay"] * 2 + [f"The Pay button of the {what} is grey" for what in "ab"]
    assert "pay" in " ".join(named(said, others)) and "Pay my" not in " ".join(named(said, others))


def test_what_most_write_as_a_name_stays_one() -> None:
    said = ["My application for a Blue Badge was lost", "They lost the Blue Badge again", "Lost my blue badge form"]
    assert "Blue Badge" in named([*said, *(f"A Blue Badge was lost {when}" for when in ("again", "twice"))])[0]


def test_an_i_that_a_scanner_took_for_a_capital_is_a_small_one_again() -> None:
    [title] = named(["The waItIng tIme was long", "A long waItIng tIme again", "I hate the waItIng tIme"])
    assert "waiting time" in title.lower() and "I" not in title[1:]
