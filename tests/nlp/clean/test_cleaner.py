import pytest

from ingest.intake.arrival import TRANSCRIPT_LIMIT
from nlp.clean.cleaner import Cleaner
from nlp.clean.language import language
from nlp.clean.statement_kinds import kind
from nlp.clean.statements import is_filler, split
from nlp.clean.urgency import urgency
from nlp.clean.verdicts import verdicts


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


def test_both_sides_of_a_but_are_statements() -> None:
    assert said("The staff were lovely but I waited three hours.") == ["The staff were lovely", "I waited three hours."]


def test_a_but_that_parts_nothing_parts_nothing() -> None:
    assert len(said("Nothing but trouble from start to finish")) == 1


def test_a_title_or_an_abbreviation_ends_no_sentence() -> None:
    assert len(said("I saw Dr. Green at 3 p.m. on the ward")) == 1


@pytest.mark.parametrize(
    "text",
    [
        *("nothing", "n/a", "Thank you", "No comment", "Dim byd", "-", "Nothing at the moment", ""),
        *(
            "Good morning, so, um.",
            "Not impressed.",
            "Please, can somebody look into it",
            "What a shambles!",
            "And I just, I don't know what to do.",
            "Disgusted.",
            "Do something about these.",
            "Bore da",
            "A suggestion and a grumble.",
            "Just a quick question",
        ),
    ],
)
def test_what_says_nothing_is_filler(text: str) -> None:
    assert is_filler(text)


@pytest.mark.parametrize(
    "text",
    [
        "Parking",
        "Nothing works",
        "no parking",
        "thank you for cancelling my bus",
        "Please fix the ramp",
        "Terrible food",
        "My complaint was ignored",
        "One question: where is the desk",
    ],
)
def test_what_says_something_is_none(text: str) -> None:
    assert not is_filler(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("why was I charged twice", "question"),
        ("how do I change my PIN", "question"),
        ("my card has not arrived", "problem"),
        ("Please send me a new form", "request"),
        ("There should be more seats", "suggestion"),
        ("Lovely helpful staff", "praise"),
        ("I had no problems", "praise"),
        ("I wish to thank all the staff for their support", "praise"),
        ("Please pass on our warm thanks to the crew", "praise"),
        ("I want to thank you for the fine I got for nothing, it is wrong", "request"),
        ("I would recommend this service to anyone who is having problems", "praise"),
        ("Would not hesitate to recommend you to friends and family", "praise"),
        ("Not sure if I would recommend it to others", "problem"),
        ("I would recommend it to friends, but nobody answers", "problem"),
        ("I would recommend sending a text to patients the day before", "problem"),
        ("My name is [NAME]", "other"),
        ("The website is much better than it was last year", "praise"),
        ("Much easier than last time", "praise"),
        ("Your advice has greatly improved since last year", "praise"),
        ("The wait has not improved", "problem"),
        ("The form is no better than it was", "suggestion"),
        ("Better than before, but still slow", "problem"),
        ("The form should be easier than it was", "suggestion"),
        ("Parking", "problem"),
    ],
)
def test_what_a_statement_is(text: str, expected: str) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bins have not been emptied for two weeks", "en"),
        ("Nid yw'r biniau wedi cael eu gwagio ers pythefnos", "cy"),
        ("Śmieci nie były odbierane od dwóch tygodni", "pl"),
        ("کوڑا دو ہفتوں سے نہیں اٹھایا گیا", "ur"),
        ("Council tax reminder: " + "کوڑا دو ہفتوں سے نہیں اٹھایا گیا", "ur"),
        ("The sign says کوڑا and nobody can read it", "en"),
        ("عملہ بہت اچھا تھا", "ur"),
        ("کارکنان خیلی مهربان بودند", "fa"),
        ("Vă rog să reparați lampa", "ro"),
        ("Otobüs yine çok gecikti, şoför kızgındı", "tr"),
        ("Ma fahmin", "unknown"),
        ("[NAME] 12", "unknown"),
        ("", "unknown"),
    ],
)
def test_languages_are_told_and_not_guessed(text: str, expected: str) -> None:
    assert language(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Where do I top up an Oystercard?",
        "Where can I find Moneycard ATMs?",
        "I forgot the passphrase for my Fitbit app",
        "How do I change EUR to CHF?",
        "The Nuffield MRI was punctual",
        "Excellent care on MSSU",
        "No wifi on Moorfields ward 3B",
        "Change catheter 10pm",
        "Marvellous phlebotomist, so was Karolina",
    ],
)
def test_english_with_a_rare_word_in_it_is_no_other_language(text: str) -> None:
    assert language(text) in ("en", "unknown")


def test_what_is_too_short_to_tell_is_in_the_language_of_what_is_said_around_it() -> None:
    [cleaned] = Cleaner().clean(["Nid yw'r biniau wedi cael eu gwagio ers pythefnos. Wythnos arall!"])
    assert [it.language for it in cleaned.statements] == ["cy", "cy"]
    assert language("Wythnos arall!") == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I want to kill myself", "self_harm"),
        ("i cant go on like this", "self_harm"),
        ("There is a strong smell of gas in the hall", "danger"),
        ("her husband hits her and the children saw it", "safeguarding"),
        ("I'll come down there and smash your office up, I know where you live", "threat"),
        ("Rwy'n meddwl am hunanladdiad", "self_harm"),
    ],
)
def test_what_cannot_wait_is_raised_with_its_reason(text: str, expected: str) -> None:
    found = urgency(text)
    assert found
    assert found.kind == expected
    assert found.reason


@pytest.mark.parametrize(
    "text",
    [
        "I am not suicidal, I just want my bin emptied",
        "The nurses saved my life when I was suicidal, thank you",
        "This waiting is killing me and my phone died",
        "Staff were brilliant",
    ],
)
def test_denial_thanks_and_figures_of_speech_are_not_urgent(text: str) -> None:
    assert urgency(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Postcode box refuses my postcode, says invalid, cannot go on with the badge application",
        "the page shows an error and I cannot go on to the next step",
        "I can't go on past the photo page",
        "we cannot go on any further without a code",
        "My mum can't go on the bus without her pass",
        "I can't go on because the page is broken",
    ],
)
def test_who_cannot_go_on_with_a_form_is_not_urgent(text: str) -> None:
    assert urgency(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I cannot go on",
        "I just can't go on any more, the letters keep coming",
        "She says she can't go on.",
        "I can't go on with my life",
        "can't go on much longer",
        "I can't go on this way",
    ],
)
def test_who_cannot_go_on_living_is_urgent(text: str) -> None:
    found = urgency(text)
    assert found and found.kind == "self_harm"


def test_a_long_list_of_names_is_read_in_one_go() -> None:
    """Where all ways to part it were tried, this would never end."""
    assert kind("[NAME] and " * 500 + "were kind") == "praise"


@pytest.mark.parametrize("endless", ["a-", "www.", "1."])
def test_what_is_as_long_as_a_call_may_be_is_looked_at_in_one_go(endless: str) -> None:
    """Where the time grew with the square of the length, this would go on for minutes."""
    assert verdicts(endless * (TRANSCRIPT_LIMIT // len(endless)) + ".gov.uk") == ()


def test_statements_index_the_redacted_text() -> None:
    [found] = Cleaner().clean(["My name is Siobhan Entwistle. The lift is broken, however the stairs are fine."])
    assert "Siobhan" not in found.text
    assert all(found.text[one.start : one.end] == one.text for one in found.statements)
    assert found.language == "en"


def test_who_says_no_more_than_who_they_are_says_nothing_that_could_be_an_issue() -> None:
    personal = ["The postcode is LS1 4AB", "my number's 0113 496 0000", "I'm a pensioner", "Email me at a@example.org"]
    telling = [
        "My bin at LS1 4AB was missed",
        "My bin was missed at LS1 4AB",
        "The light is out at 7 Elm Road, LS1 4AB",
    ]
    found = Cleaner().clean(personal + telling)
    assert [one.statements[0].filler for one in found] == [True] * 4 + [False] * 3


@pytest.mark.parametrize(
    "text",
    [
        "Diolch yn fawr iawn.",
        "Atebwch os gwelwch yn dda.",
        "Mae'n ddrwg gen i gwyno",
        "Helo, annwyl syr",
        "Hello love. Please reply soon!",
        "Writing on behalf of my aunt",
        "Dziękuję, pozdrawiam",
        "Vă rog să răspundeți",
        "السلام علیکم، براہ کرم جواب دیں",
        "谢谢！",
        "Mulțumesc [NAME]",
    ],
)
def test_pleasantries_are_nothing_to_act_on_in_any_language(text: str) -> None:
    assert is_filler(text)


@pytest.mark.parametrize(
    "text",
    [
        "Diolch am ddim",
        "Thank you for nothing",
        "Please reply to my complaint about the bins",
        "Mae'n ddrwg gen i gwyno ond mae'r bin yn llawn",
        "Hello, the bin was missed",
        "Proszę o nowy kosz",
        "Bună ziua, gunoiul nu a fost ridicat",
    ],
)
def test_what_is_politely_said_is_still_said(text: str) -> None:
    assert not is_filler(text)
