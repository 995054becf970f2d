"""Transcripts of systems that nobody recorded for us: taken where their meaning is clear, else told what is."""

import json

import pytest

from feedback.record.errors import Malformed, NotSupported
from ingest.channels import CHANNELS
from ingest.channels.contract import Inbound, Secrets
from ingest.intake.arrival import Arrival
from tests.ingest.channels.phonebook import PhoneBook

HELP, REASON = "How can I help?", "My parking permit never arrived"
SPOKEN = [{"speaker": "0", "text": HELP}, {"speaker": "1", "text": REASON}]
WORDS = [{"word": word, "speakerTag": 1} for word in HELP.split()] + [
    {"word": word, "speakerTag": 2} for word in REASON.split()
]


def item(word: str, at: float) -> dict[str, object]:
    return {"type": "pronunciation", "start_time": str(at), "alternatives": [{"content": word, "confidence": "0.9"}]}


CHANNELED = [
    {"channel_label": f"ch_{at}", "items": [item(word, at * 10 + n) for n, word in enumerate(words.split())]}
    for at, words in enumerate((HELP, REASON))
]
STREAMED = [
    {"UtteranceEvent": {"ParticipantRole": "AGENT", "Transcript": HELP, "IsPartial": False}},
    {"UtteranceEvent": {"ParticipantRole": "CUSTOMER", "Transcript": "My parking", "IsPartial": True}},
    {"UtteranceEvent": {"ParticipantRole": "CUSTOMER", "Transcript": REASON, "IsPartial": False}},
]


def vcon(body: object) -> str:
    return json.dumps({"parties": [], "analysis": [{"type": "transcript", "vendor": "unknown", "body": body}]})


TIMES = ("00:00:01.000 --> 00:00:02.000", "00:00:03.000 --> 00:00:05.000")
TAKEN = {
    "Otter": (
        "calls/text",
        f"Priya Shah  0:03\n{HELP}\n\nDavid Jones  0:09\n{REASON}\n\nDavid Jones  0:12\nIt has not.",
    ),
    "headings": ("calls/text", f"AGENT\n{HELP}\n\nCALLER\n{REASON}\n"),
    "one line": ("calls/text", f"Agent: Hello. {HELP} Caller: {REASON}."),
    "a page": ("calls/text", f"<p><b>Agent:</b> {HELP}</p><p><b>Caller:</b> {REASON}</p>"),
    "brackets": ("calls/srt", f"1\n{TIMES[0]}\n[Agent] {HELP}\n\n2\n{TIMES[1]}\n(Caller) {REASON}\n"),
    "diarised": ("calls/srt", f"1\n{TIMES[0]}\n[SPEAKER_00]: {HELP}\n\n2\n{TIMES[1]}\n[SPEAKER_01]: {REASON}\n"),
    "Webex": ("calls/webvtt", f'WEBVTT\n\n1 "Jo" (7)\n{TIMES[0]}\n{HELP}\n\n2 "Al" (8)\n{TIMES[1]}\n{REASON}\n'),
    "Zoom": ("calls/webvtt", f"WEBVTT\n\n1\n{TIMES[0]}\nJo Ap: {HELP}\n\n2\n{TIMES[1]}\nAl Roe: {REASON}\n"),
    "Zoom's timeline": (
        "calls/whisper",
        json.dumps({"timeline": [{"text": one["text"], "users": [{"username": one["speaker"]}]} for one in SPOKEN]}),
    ),
    "words of two": ("calls/whisper", json.dumps({"transcript": "all of it", "words": WORDS})),
    "pairs": ("calls/whisper", json.dumps({"id": 7, "original": [["agent", HELP], ["customer", REASON]]})),
    "one text": ("calls/whisper", json.dumps({"transcript": f"Agent: {HELP}\nCaller: {REASON}"})),
    "unknown wrapper": ("calls/vcon", vcon({"data": {"result": {"turns": SPOKEN}}})),
    "lines": ("calls/vcon", vcon([f"Agent: {HELP}", f"Caller: {REASON}"])),
    "JSON within text": ("calls/vcon", vcon(json.dumps(SPOKEN))),
    "channels": ("calls/transcribe", json.dumps({"results": {"channel_labels": {"channels": CHANNELED}}})),
    "a stream": ("calls/transcribe", json.dumps(STREAMED)),
    "a stream by lines": ("calls/transcribe", "\n".join(map(json.dumps, STREAMED))),
}


def read(channel: str, body: str) -> Arrival:
    inbound = Inbound("", body.encode(), "somebody", service="parks")
    (arrival,) = CHANNELS[channel].read(inbound, Secrets(), PhoneBook()).arrivals
    return arrival


@pytest.mark.parametrize(("channel", "body"), TAKEN.values(), ids=TAKEN)
def test_the_caller_and_the_reason_are_found(channel: str, body: str) -> None:
    arrival = read(channel, body)
    assert arrival.message.splitlines()[0].rstrip(".") == REASON
    assert HELP not in {turn.text for turn in arrival.turns}


@pytest.mark.parametrize(
    ("channel", "body", "told"),
    [
        ("calls/text", json.dumps(SPOKEN), "calls/whisper"),
        ("calls/text", f"WEBVTT\n\n{TIMES[0]}\n{REASON}", "calls/webvtt"),
        ("calls/srt", f"WEBVTT\n\n{TIMES[0]}\n{REASON}", "calls/webvtt"),
        ("calls/whisper", json.dumps({"a": {"b": 1}}), "neither text nor segments"),
        ("calls/vcon", vcon({"a": {"b": 1}}), "no words that can be read"),
    ],
)
def test_what_is_not_taken_there_is_told(channel: str, body: str, told: str) -> None:
    with pytest.raises(NotSupported, match=told):
        read(channel, body)


def test_a_stage_direction_is_nobody() -> None:
    arrival = read("calls/srt", f"1\n{TIMES[0]}\n[music] {REASON}\n")
    assert arrival.turns[0].speaker == ""


def test_words_before_a_colon_are_no_speaker_of_the_line_below() -> None:
    arrival = read("calls/text", f"Caller: {REASON}.\nThree things:\nThe letter was late.\nAgent: I see.\n")
    assert [turn.speaker for turn in arrival.turns] == ["Caller"] * 3
    assert "The letter was late." in arrival.message


def test_small_talk_while_waiting_is_no_reason() -> None:
    call = f"Agent: {HELP}\nCaller: {REASON}.\nAgent: Bear with me. How's your day been?\n"
    call += (
        "Caller: Bit rainy, isn't it? I took the dog out.\nAgent: Found it.\nCaller: Nobody told me it was stopped.\n"
    )
    assert read("calls/text", call).message == f"{REASON}.\nNobody told me it was stopped."


def test_who_greets_in_the_name_of_an_office_is_the_agent() -> None:
    said = [{"speaker": "S0", "text": "Hello, library services."}, {"speaker": "S1", "text": REASON}]
    assert read("calls/whisper", json.dumps({"segments": said})).message == REASON


@pytest.mark.parametrize("body", ["[]", "[1]", "7", "", "{}\n7"])
def test_a_stream_without_segments_is_malformed_or_not_supported(body: str) -> None:
    with pytest.raises((Malformed, NotSupported)):
        read("calls/transcribe", body)


def test_what_is_typed_without_apostrophes_is_understood_all_the_same() -> None:
    chat = f"agent: {HELP}\ncustomer: i forgot my username\nagent: It is jo1.\ncustomer: oh thats right\n"
    assert read(
        "calls/text", f"{chat}customer: thank you\nagent: Anything else?\ncustomer: nope thats all\n"
    ).message == ("i forgot my username")


def test_lines_of_nobody_without_full_stops_are_told_apart_by_what_agents_say() -> None:
    lines = [
        "good afternoon you're through to the pensions helpline how can i help",
        "my state pension hasn't been paid this month",
        "okay can i take your national insurance number",
        "yes it's q q one two three four five six c",
        "thank you one moment",
        "nobody told me and i've had to borrow money",
    ]
    assert read("calls/text", "\n".join(lines)).message.split("\n") == [lines[1], lines[5]]
