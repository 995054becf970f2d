"""What cannot wait is raised, in words that somebody thought of and in others; figures of speech are not."""

import tomllib
from pathlib import Path

import pytest

from nlp.clean.urgency import Urgency, urgency
from nlp.clean.urgency_classifier import AT_ONCE, Meant
from workers.runtime.model_loader import Tools

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
UNSEEN: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "urgent.toml").read_text(encoding="utf-8"))

HELD_OUT: list[dict[str, dict[str, list[str]]]] = [
    tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    for name in ("urgent_unseen.toml", "urgent_second.toml")
]


def looked_at(tools: Tools, said: list[str], language: str = "en") -> Urgency | None:
    """What is found by the meaning of these statements of one piece."""
    languages = [language] * len(said)
    meant = Meant(said, tools.encode(said, languages), [language != "en"] * len(said))
    [found] = tools.near_urgent([meant])
    return found


def raised(tools: Tools, text: str, language: str = "en") -> bool:
    return urgency(text) is not None or looked_at(tools, [text], language) is not None


def test_pieces_that_are_looked_at_together_get_what_each_gets_alone(tools: Tools) -> None:
    pieces = [[told, calm, "It rains."] for told, calm in zip(UNSEEN["urgent"], UNSEEN["calm"], strict=False)]
    pieces = [["Thank you."], [], *pieces[: AT_ONCE // 3], [], *([text] for text in UNSEEN["urgent"][:10])]
    assert sum(map(len, pieces)) > AT_ONCE
    together = tools.near_urgent([Meant(said, tools.encode(said), [False] * len(said)) for said in pieces])
    assert together == [looked_at(tools, said) for said in pieces]
    assert None in together and len(set(together)) > 10


def test_nearly_all_that_nobody_wrote_a_pattern_for_is_raised(tools: Tools) -> None:
    assert sum(raised(tools, text) for text in UNSEEN["urgent"]) >= 0.85 * len(UNSEEN["urgent"])


def test_what_only_sounds_alike_is_seldom_raised(tools: Tools) -> None:
    assert sum(raised(tools, text) for text in UNSEEN["calm"]) <= 0.1 * len(UNSEEN["calm"])


def test_what_is_said_every_day_in_welsh_is_not_raised(tools: Tools) -> None:
    assert [text for text in UNSEEN["calm_cy"] if raised(tools, text, "cy")] == []


def test_what_expires_in_welsh_is_not_raised(tools: Tools) -> None:
    """Of a badge and of a life it is said in the same words."""
    text = "Chefais i ddim llythyr i ddweud bod fy mathodyn ar fin dod i ben."
    assert not raised(tools, text, "cy")


@pytest.mark.parametrize(("language", "share"), [("en", 0.78), ("cy", 0.55)])
def test_most_of_what_is_cryptic_and_held_out_is_raised(tools: Tools, language: str, share: float) -> None:
    """Nothing was fitted on these: what is added for one of them belongs into no list of examples.

    By the first encoder alone .68 and .74 of the English ones are raised.
    """
    for held_out in HELD_OUT:
        texts = [text for kind in held_out[language].values() for text in kind]
        assert sum(raised(tools, text, language) for text in texts) >= share * len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "The milk lorry is here at half past five every morning",
        "I have tried five times now to attach my photograph",
        "the closing date was yesterday and nobody had told us",
        "My appointment was moved again and I had booked the day off",
        "these stairs are killing me, when will the lift be mended",
        "a bailiff stood at my door although I pay what we agreed",
        "she said she would phone and she has not",
        "my dad died in May and his badge should be cancelled",
        "My lad has moved out, so the council tax should be for one",
        "She has moved out and I have the house to myself",
        "My son has gone to university and his room is empty",
        "My nan with dementia used to wander off, the new door alarm has stopped that",
    ],
)
def test_what_a_council_hears_every_day_is_calm(tools: Tools, text: str) -> None:
    assert not raised(tools, text)


def test_what_is_said_every_day_is_not_raised(tools: Tools) -> None:
    everyday = [
        "I waited three weeks for a new bin",
        "The receptionist was rude and the phone was not answered",
        "My husband was in pain and the ward was short of nurses",
        "The children had nothing to do in the waiting room",
        "Dad died at home as he wished and the nurses were wonderful",
    ]
    assert not [text for text in everyday if raised(tools, text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want to kill myself", "self_harm"),
        ("She took all of her tablets last night", "self_harm"),
        ("Rwy'n meddwl am ladd fy hun", "self_harm"),
        ("My dad cannot breathe and nobody comes", "danger"),
        ("Bare wires hang where children play", "danger"),
        ("My partner hits me and I have nowhere to go", "safeguarding"),
        ("Residents are left in soiled beds all day", "safeguarding"),
        ("I know where you park your car", "threat"),
        ("a man pulled a knife on the housing officer", "threat"),
        ("I had thoughts of this last year and now I am planning to end my life", "self_harm"),
        ("She passed out and her lips are blue", "danger"),
        ("he put his hands round my neck again", "safeguarding"),
        ("I know what school her children go to", "threat"),
        ("I won't be around much longer", "self_harm"),
        ("She'd be better off without me", "self_harm"),
        ("He locks her in", "safeguarding"),
        ("my husband won't let me leave the house", "safeguarding"),
        ("He won't let her out", "safeguarding"),
        ("Please only ring me when he is at work", "safeguarding"),
        ("Someone should torch that office", "threat"),
        ("He came at the nurse with a chair", "threat"),
    ],
)
def test_a_pattern_tells_its_kind_and_its_words(text: str, kind: str) -> None:
    found = urgency(text)
    assert found is not None and found.kind == kind and "“" in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "this service is killing me",
        "I'm dying for a coffee and killing me with these forms",
        "They locked me in to a two year contract",
        "The boss won't let me out of the yard with this licence",
        "The site won't let me leave a comment",
        "It won't let me leave my number blank",
        "I will find you the receipt and you'll pay for parking by card",
        "The carbon monoxide alarm that you fitted works",
        "I used to think about ending it, I don't now",
        "I said goodbye to the old library",
        "I am dying to see the new library",
        "I would never hurt myself",
        "No one was hurt when the branch came down",
        "I was abused as a child and the therapy has helped me",
        "Thank you for saving my son's life",
        "The suicide prevention training was excellent",
        "My grandfather was killed in the war",
        "I had thoughts of suicide two years ago and I am well now",
        "I came into hospital suicidal and went home hopeful, I still thank you",
        "Could I have the domestic abuse leaflet in large print",
        "He would never hurt anybody",
    ],
)
def test_figures_of_speech_denials_and_what_is_over_are_calm(tools: Tools, text: str) -> None:
    assert not raised(tools, text)


def test_the_nearest_example_is_the_reason(tools: Tools) -> None:
    said = ["The form was long", "my father's chest hurts and he will not wake up"]
    found = looked_at(tools, said)
    assert found is not None and found.kind == "danger" and "most like" in found.reason


def test_words_of_praise_need_more_to_be_urgent(tools: Tools) -> None:
    assert not raised(tools, "The nurse who looked after my dying mother was lovely and kind")
    assert raised(tools, "goodbye, I love you all, by tonight I will be dead and happy")


def test_a_long_call_is_raised_for_what_is_plainly_urgent_in_it(tools: Tools) -> None:
    call = [
        f"I rang about the {what} on {day} and nobody called me back"
        for what in ["bins", "rent", "bus"]
        for day in DAYS
    ]
    urgent = "he keeps a blade under his pillow and says he wants to be dead"
    assert looked_at(tools, call) is None
    found = looked_at(tools, [*call, urgent])
    assert found is not None and found.kind == "self_harm"


def test_nothing_said_is_nothing_urgent(tools: Tools) -> None:
    assert looked_at(tools, []) is None
