"""Who is affected, in a few words and then in sentences: people, and how they reported it."""

import pytest

from insights.presentation.breakdowns import Affected, Breakdown, ValueShare, in_words

NOT_KNOWN = "Not known: the reports do not say where people live or who they are."


def part(name: str, reports: int, known: int, usual: float, *, stands_out: bool = True) -> Breakdown:
    """The reports by one aspect, an attribute unless it is one of the two that every piece has."""
    value = {"channel": "call", "language": "cy"}.get(name, "North")
    share = ValueShare(value, reports, reports / known, usual, 0.001, stands_out)
    return Breakdown(name, name not in ("channel", "language"), known, [share])


def told(reports: int, *parts: Breakdown) -> tuple[str, str]:
    return in_words(Affected(None, reports, 100, list(parts)))


@pytest.mark.parametrize(
    ("found", "short", "more"),
    [
        (
            part("language", 8, 12, 0.002),
            "Mostly people who write in Welsh.",
            "8 of 12 reports, but only <\xa01% of other feedback.",
        ),
        (
            part("ward", 7, 12, 0.25),
            "Mostly the ward “North”.",
            "7 of 12 reports, but only 25% of other feedback.",
        ),
        (
            part("ward", 3, 3, 0.17),
            "Mostly the ward “North”.",
            "All 3 reports, but only 17% of other feedback.",
        ),
    ],
)
def test_who_stands_out_is_named_first_and_then_their_share_beside_the_usual_one(
    found: Breakdown, short: str, more: str
) -> None:
    said = told(12, found)
    assert said[0] == short and said[1].startswith(more)


def test_a_smaller_part_is_not_called_most_of_them() -> None:
    assert told(12, part("ward", 4, 12, 0.05))[0] == "More than others: the ward “North”."


def test_whoever_else_stands_out_has_a_sentence() -> None:
    short, more = told(12, part("ward", 7, 12, 0.25), part("language", 8, 12, 0.002))
    assert short == "Mostly the ward “North”."
    assert "Also: people who write in Welsh, 8 of 12 reports, but only <\xa01% of other feedback." in more


@pytest.mark.parametrize(
    ("parts", "short", "more"),
    [
        ([part("ward", 12, 12, 0.9, stands_out=False)], "Everybody alike: no ward stands out.", ""),
        ([part("channel", 9, 12, 0.7, stands_out=False)], NOT_KNOWN, "They came by phone only."),
        (
            [part("channel", 9, 9, 0.2), Breakdown("language", False, 9, []), Breakdown("ward", True, 4, [])],
            "Everybody alike: no language or ward (known for 4 of the 9) stands out.",
            "All 9 came by phone, where usually 20% do.",
        ),
        (
            [part("channel", 9, 9, 0.2)],
            NOT_KNOWN,
            "All 9 came by phone, where usually 20% do.",
        ),
        (
            [part("channel", 9, 9, 0.49)],
            NOT_KNOWN,
            "All 9 came by phone, where usually 49% do.",
        ),
        (
            [part("channel", 8, 9, 0.2)],
            NOT_KNOWN,
            "More than usual came by phone: 89%, where usually 20% do.",
        ),
        ([Breakdown("channel", False, 9, [ValueShare("import", 9, 1.0, 0.4, 0.001, True)])], NOT_KNOWN, ""),
    ],
)
def test_nobody_standing_out_is_not_the_same_as_nothing_known_and_a_channel_tells_how_they_report_alone(
    parts: list[Breakdown], short: str, more: str
) -> None:
    assert told(9, *parts) == (short, more)


def test_it_is_said_that_nothing_is_kept() -> None:
    assert told(0) == ("Nothing of it is kept.", "")
