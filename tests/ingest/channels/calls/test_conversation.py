"""Calls: who is the caller, and what of what they say is the reason."""

import json
from itertools import permutations
from pathlib import Path

import pytest

from feedback.record.errors import Malformed, NotSupported
from ingest.channels.calls import caller_intent, speaker_labels
from ingest.channels.calls.conversation import ANOTHER, Utterance, role_of, with_roles
from tests.ingest.channels.reading import arrival, read

SAMPLES = Path(__file__).parents[5] / "shared" / "data" / "transcripts"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the project")


def told(*lines: str) -> str:
    """What stays of a call written as `A: ...` for the agent and `C: ...` for the caller."""
    roles = {"A": "agent", "C": "caller"}
    spoken = [Utterance(text, speaker=roles[who]) for who, _, text in (line.partition(": ") for line in lines)]
    return caller_intent.reason_for_call(with_roles(spoken)).text


OPENING = ("A: Good morning, you're through to the council, how can I help?",)
SECURITY = (
    "A: Can I take your full name and date of birth please?",
    "C: John Smith, the second of May nineteen seventy.",
    "A: And the first line of your address?",
    "C: It's 14 Mill Lane.",
    "A: Thank you. And a contact number?",
    "C: 07700 900123.",
)
HOLD = (
    "A: Bear with me one moment while I look that up.",
    "C: No worries, I've got my cup of tea.",
    "C: The dog says hello too.",
)
CLOSING = (
    "A: Is there anything else I can help you with today?",
    "C: No, that's all, thanks very much for your help.",
    "A: Have a lovely day.",
    "C: You too, bye bye.",
)
REASONS = [
    "My bin hasn't been collected for three weeks.",
    "I want to know why my parking permit was refused.",
    "The street light outside the school is broken.",
    "I applied in May and I'm still waiting for the badge.",
    "Just wanted to check on the status of a refund.",
    "How long does it take to renew a library card?",
    "The form on your website will not let me add a second child.",
    "Mae'r golau yn y stryd wedi torri.",
    "There's water coming through the ceiling.",
    "Somebody dumped a mattress in our lane.",
    "Your letter says that I owe ninety pounds.",
    "The nurse was ever so kind to my mother.",
    "Nobody told us that the library shuts on Mondays now.",
]


@pytest.mark.parametrize("cause", REASONS)
def test_only_the_reason_is_left_of_a_whole_call(cause: str) -> None:
    assert told(*OPENING, "C: Hi there, good morning.", f"C: {cause}", *SECURITY, *HOLD, *CLOSING) == cause


@pytest.mark.parametrize("cause", REASONS)
def test_the_reason_survives_wherever_it_is_asked_for(cause: str) -> None:
    for order in permutations([SECURITY, HOLD]):
        before = [line for part in order for line in part]
        assert told(*before, "A: Right, what's the problem?", f"C: {cause}", *CLOSING) == cause


@pytest.mark.parametrize("cause", REASONS[:5])
def test_a_problem_told_in_the_midst_of_security_or_waiting_survives(cause: str) -> None:
    assert cause in told(*OPENING, *SECURITY[:1], f"C: It's John Smith. {cause}", *CLOSING)
    assert cause in told(*OPENING, *HOLD[:1], f"C: {cause}", *CLOSING)
    assert cause in told(*OPENING, "C: Bye then.", f"C: Oh, one more thing. {cause}")


def test_a_call_of_pleasantries_alone_keeps_its_words() -> None:
    assert told("A: Hello?", "C: Hello.", "C: Bye.") == "Hello.\nBye."


def test_a_question_of_the_callers_is_no_formula() -> None:
    assert told(*OPENING, "C: Is there anything else I need to send with it?") == (
        "Is there anything else I need to send with it?"
    )
    assert told(*OPENING, "C: Can I change the address on my permit?") == "Can I change the address on my permit?"


def test_one_breath_over_several_turns_is_put_together() -> None:
    spoken = [
        Utterance("My badge", "x", "caller", 0.0, 1.0),
        Utterance("Mm-hmm.", "y", "agent", 1.0, 1.2),
        Utterance("never arrived", "x", "caller", 1.3, 2.0),
        Utterance("in the post.", "x", "caller", 2.1, 3.0),
        Utterance("When will it come?", "x", "caller", 30.0, 31.0),
    ]
    assert caller_intent.reason_for_call(spoken).text == "My badge never arrived in the post.\nWhen will it come?"


def test_without_times_a_sentence_goes_on_in_small_letters() -> None:
    assert (
        told("C: I applied for", "C: a badge in May", "C: Nobody answered")
        == "I applied for a badge in May\nNobody answered"
    )


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Agent", "agent"),
        ("Customer Service Rep 2", "agent"),
        ("AGENT_1", "agent"),
        ("Cynghorydd", "agent"),
        ("customer", "caller"),
        ("Caller-1", "caller"),
        ("Galwr", "caller"),
        ("Mary", None),
        ("spk_0", None),
        ("", None),
    ],
)
def test_a_name_may_tell_the_role(name: str, role: str | None) -> None:
    assert role_of(name) == role


def roles(*spoken: tuple[str, str]) -> list[str | None]:
    return [one.role for one in with_roles([Utterance(text, speaker) for speaker, text in spoken])]


def test_whoever_is_no_agent_is_the_caller_and_the_other_way_round() -> None:
    assert roles(("Agent", "a"), ("Mary", "b")) == ["agent", "caller"]
    assert roles(("Mary", "a"), ("Customer", "b")) == ["agent", "caller"]
    assert roles(("Agent", "a"), ("Action", "b"), ("Customer", "c")) == ["agent", "agent", "caller"]


def test_where_nobody_is_named_agent_every_turn_is_the_callers() -> None:
    assert roles(("Mary", "It is broken."), ("Ann", "Yes, it is.")) == ["caller", "caller"]
    assert roles(("0", "Thank you for calling, how can I help?"), ("1", "It broke.")) == ["agent", "caller"]
    assert roles(("", "How can I help?"), ("", "It broke.")) == ["caller", "caller"]
    assert roles(("0", "Thank you for calling me back."), ("1", "It broke.")) == ["caller", "caller"]


def test_what_stands_before_a_colon_is_a_speaker_or_words() -> None:
    assert speaker_labels.split(["Caller: No ramp.", "And no lift.", "Nor a bench."])[:2] == [
        ("Caller", "No ramp."),
        (None, "And no lift."),
    ]
    assert speaker_labels.split(["The bus was late.", "Reason: no driver.", "It rained.", "We walked."])[1][0] is None
    assert [name for name, _ in speaker_labels.split(["Mary: a", "Ann: b", "c"])] == ["Mary", "Ann", None]
    call = ["Agent: Where?", "Caller: I told you twice.", "Address: 12 High Street.", "Time: about nine."]
    assert [name for name, _ in speaker_labels.split(call)] == ["Agent", "Caller", None, None]
    assert speaker_labels.split([">> It broke.", "https://x.example broke"])[0] == (ANOTHER, "It broke.")
    assert speaker_labels.split(["Agent: http://x.example"]) == [("Agent", "http://x.example")]


def test_the_request_may_tell_the_id_the_time_and_attributes() -> None:
    one = arrival("text", "Caller: No ramp.", id="call-7", at="2025-03-01T10:00:00Z", office="North", other="x")
    assert (one.external_id, one.attributes) == ("call-7", {"office": "North"})
    assert str(one.submitted_at) == "2025-03-01 10:00:00+00:00"


def test_who_when_and_how_sure_is_kept_of_each_turn() -> None:
    one = arrival(
        "whisper", json.dumps({"segments": [{"start": 1.5, "end": 2, "text": "No ramp.", "avg_logprob": 0.0}]})
    )
    (turn,) = one.turns
    assert (turn.text, turn.offset, turn.confidence) == ("No ramp.", 1.5, 1.0)
    assert one.channel == "call"


def test_a_call_longer_than_any_is_refused() -> None:
    with pytest.raises(Malformed, match="turns"):
        read("text", "Caller: a\n" * 20_001)
    with pytest.raises(Malformed, match="characters"):
        read("text", "Caller: " + "word " * 100_000)


@needs_samples
@pytest.mark.parametrize(
    ("file", "turns"),
    [
        ("sample.vtt", 16),
        ("captions_with_bom.vtt", 4),
        ("comments.vtt", 5),
        ("cue_tags.vtt", 3),
        ("missing_timeframe.vtt", 6),
        ("using_identifiers.vtt", 6),
        ("sample.srt", 5),
        ("ab_call_ext_rec_analysis.vcon", 4),
        ("ab_call_ext_rec_redacted.vcon", 4),
        ("transcribe_call_analytics.json", 6),
    ],
)
def test_each_sample_ends_as_the_right_number_of_turns(file: str, turns: int) -> None:
    name = {".vtt": "webvtt", ".srt": "srt", ".vcon": "vcon", ".json": "transcribe"}[Path(file).suffix]
    parsed = read(name, (SAMPLES / file).read_bytes())
    assert len(parsed.arrivals[0].turns) == turns
    assert len(parsed.skipped) == (file == "missing_timeframe.vtt")


@needs_samples
@pytest.mark.parametrize(
    ("file", "error", "words"),
    [
        ("invalid.vtt", Malformed, "WEBVTT"),
        ("ab_call_ext_rec_encrypted.vcon", NotSupported, "encrypted"),
        ("simple-vcon.vcon", Malformed, "JSON"),
    ],
)
def test_each_broken_sample_ends_as_a_clear_error(file: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read("webvtt" if file.endswith(".vtt") else "vcon", (SAMPLES / file).read_bytes())


@needs_samples
@pytest.mark.parametrize(("at", "words"), [(0, "need to return"), (1, "status of a refund"), (2, "promo code")])
def test_a_sample_dialogue_is_the_customers_reason_alone(at: int, words: str) -> None:
    turns = json.loads((SAMPLES / "abcd_sample.json").read_text())[at]["original"]
    one = arrival("text", "\n".join(f"{who.title()}: {text}" for who, text in turns))
    said = [text for who, text in turns if who == "customer"]
    assert [turn.text for turn in one.turns] == said
    assert words in one.message
    assert all(line in " ".join(said) for line in one.message.split("\n"))
    assert not any(text in one.message for who, text in turns if who != "customer" and len(text) > 20)
    assert not any(mark in one.message for mark in ("@", "have a great day", "Take care"))
