"""Titles of what differs in figures, days and persons alone."""

from tests.nlp.group.titles.titled import named


def test_a_figure_that_differs_is_told_as_a_range() -> None:
    said = [f"The assessment centre is {miles} miles away" for miles in (32, 37, 41, 35, 40)]
    assert named(said) == ["Assessment centre is 32 to 41 miles away"]


def test_a_number_in_a_word_that_differs_is_told_as_a_range_too() -> None:
    said = [f"My assessment lasted {many} minutes" for many in ("four", "six", "five", "four", "nine")]
    assert named(said) == ["Assessment lasted four to nine minutes"]


def test_a_figure_that_some_write_as_a_word_is_told_in_one_way() -> None:
    said = [f"Applied {many} weeks ago and have had no decision" for many in ("5", "five", "thirteen", "13", "9")]
    assert named(said) == ["Applied 5 to 13 weeks ago and have had no decision"]


def test_sums_that_differ_are_not_told() -> None:
    said = [f"You took £{one} instead of £{other}" for one, other in ((120, 12), (95, 59), (340, 34), (77, 17))]
    assert named(said) == ["You took £X instead of £Y"]


def test_what_differs_in_a_month_or_a_day_alone_is_one_saying_and_names_neither() -> None:
    said = [f"The bottle lorry woke the whole street on {day}" for day in ("Monday", "Friday", "Tuesday", "Sunday")]
    assert named([*said, "Bottle lorry woke the street"]) == ["Bottle lorry woke the whole street"]


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
