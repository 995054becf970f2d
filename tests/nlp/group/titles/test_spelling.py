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


def test_an_i_that_a_scanner_took_for_a_capital_is_a_small_one_again() -> None:
    [title] = named(["The waItIng tIme was long", "A long waItIng tIme again", "I hate the waItIng tIme"])
    assert "waiting time" in title.lower() and "I" not in title[1:]
