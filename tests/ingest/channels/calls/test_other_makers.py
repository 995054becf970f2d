"""Calls transcribed by makers that have no address of their own here, and files made by other programs."""

import json
from typing import Any

import pytest
from vcon import Vcon
from vcon.dialog import Dialog
from vcon.party import Party

from ingest.channels.calls import speech
from tests.ingest.channels.reading import arrival

OTHER_MAKERS: dict[str, Any] = {
    "AssemblyAI": {
        "id": "t1",
        "text": "x",
        "utterances": [
            {"speaker": "A", "text": "How can I help?", "start": 10, "end": 20, "confidence": 0.9, "words": []},
            {"speaker": "B", "text": "No ramp.", "start": 30, "end": 40, "confidence": 0.8, "words": []},
        ],
    },
    "Azure": {
        "combinedRecognizedPhrases": [{"channel": 0, "display": "x"}],
        "recognizedPhrases": [
            {
                "channel": 0,
                "speaker": 1,
                "nBest": [{"confidence": 0.9, "display": "How can I help?"}, {"display": "x"}],
            },
            {"channel": 0, "speaker": 2, "nBest": [{"confidence": 0.8, "display": "No ramp."}]},
        ],
    },
    "Google": {
        "results": [
            {
                "alternatives": [{"transcript": "How can I help?", "confidence": 0.9}, {"transcript": "x"}],
                "channelTag": 1,
            },
            {"alternatives": [{"transcript": "No ramp.", "confidence": 0.8}], "channelTag": 2},
        ]
    },
    "Rev": {
        "monologues": [
            {"speaker": 0, "elements": [{"type": "text", "value": "How can I help"}, {"type": "punct", "value": "?"}]},
            {"speaker": 1, "elements": [{"type": "text", "value": "No"}, {"value": " "}, {"value": "ramp."}]},
        ]
    },
    "Genesys": {
        "transcripts": [
            {
                "phrases": [
                    {"participantPurpose": "internal", "text": "Hello?"},
                    {"participantPurpose": "external", "text": "No ramp."},
                ]
            }
        ]
    },
    "Twilio": {
        "sentences": [
            {"media_channel": 1, "sentence_index": 0, "start_time": "0.1", "transcript": "How can I help?"},
            {"media_channel": 2, "sentence_index": 1, "start_time": "2.5", "transcript": "No ramp."},
        ]
    },
    "OpenAI, diarised": {
        "text": "x",
        "segments": [
            {"type": "transcript.text.segment", "speaker": "A", "text": "How can I help?", "start": 0.0, "end": 1.0},
            {"type": "transcript.text.segment", "speaker": "B", "text": "No ramp.", "start": 1.0, "end": 2.0},
        ],
    },
    "a list": [{"role": "assistant", "content": "Hello?"}, {"role": "user", "content": "No ramp."}],
    "streaming events": [
        {"UtteranceEvent": {"IsPartial": True, "ParticipantRole": "CUSTOMER", "Transcript": "No"}},
        {"UtteranceEvent": {"IsPartial": False, "ParticipantRole": "CUSTOMER", "Transcript": "No ramp."}},
        {"CategoryEvent": {"MatchedCategories": []}},
    ],
}


@pytest.mark.parametrize("transcript", OTHER_MAKERS.values(), ids=OTHER_MAKERS.keys())
def test_transcripts_of_other_makers_are_read(transcript: Any) -> None:
    one = arrival("whisper", json.dumps(transcript))
    assert (one.message, len(one.turns)) == ("No ramp.", 1)


def test_of_several_guesses_at_the_same_words_the_first_is_taken() -> None:
    guesses = {"results": [{"alternatives": [{"transcript": "No ramp."}, {"transcript": "No lamp."}]}]}
    assert arrival("whisper", json.dumps(guesses)).message == "No ramp."


@pytest.mark.parametrize(
    ("written", "meant"),
    [(1.5, 1.5), ("1.5", 1.5), ("1.5s", 1.5), ("00:00:01,500", 1.5), ("1:02:03.5", 3723.5), ("x", None), (True, None)],
)
def test_seconds_are_written_in_many_ways(written: object, meant: float | None) -> None:
    assert speech.seconds(written) == meant


def made_by_package(text: str) -> Any:
    made = Vcon.build_new()
    made.add_party(Party(tel="+441632960001", name="Ann", role="customer"))
    made.add_party(Party(name="Desk", role="agent"))
    for at, party in (("2025-03-01T10:00:00+00:00", 1), ("2025-03-01T10:00:05+00:00", 0)):
        words = "How can I help?" if party else text
        made.add_dialog(Dialog(type="text", start=at, parties=[party, 1 - party], originator=party, body=words))
    return made


def test_files_made_by_the_vcon_package_are_read() -> None:
    made = made_by_package("No ramp.")
    one = arrival("vcon", made.to_json())
    assert (one.message, one.external_id) == ("No ramp.", made.uuid)
    assert [turn.offset for turn in one.turns] == [5.0]


def test_the_number_of_who_called_is_the_sender_and_no_agents_is() -> None:
    assert arrival("vcon", made_by_package("No ramp.").to_json()).sender == "+441632960001"
    parties = [{"tel": "+441632960001", "role": "agent"}, {"mailto": "mailto:ann@example.org"}]
    for spoken in ("Caller: No ramp.", "No ramp."):
        call = {"parties": parties, "analysis": [{"type": "transcript", "dialog": 0, "body": spoken}]}
        assert arrival("vcon", json.dumps(call)).sender == "ann@example.org"


@pytest.mark.parametrize("turn", [{"speaker": "Ann  Lee "}, {"party": 1}])
def test_a_number_is_that_of_who_called_however_names_are_spaced_and_whoever_was_taken_out(
    turn: dict[str, Any],
) -> None:
    parties = [None, {"name": "Ann  Lee ", "tel": "+447700900999"}, {"name": "Bo", "tel": "+441632960001"}]
    analysis = [{"type": "transcript", "dialog": 0, "body": [{**turn, "message": "No ramp."}]}]
    call = {"parties": parties, "dialog": [{"originator": 2}], "analysis": analysis}
    assert arrival("vcon", json.dumps(call)).sender == "+447700900999"


def test_a_file_signed_by_the_vcon_package_is_read() -> None:
    made = made_by_package("No ramp.")
    made.sign(Vcon.generate_key_pair()[0])
    content = json.loads(made.to_json())
    signed = {name: content[name] for name in ("payload", "signatures")}
    assert arrival("vcon", json.dumps(signed)).message == "No ramp."


def test_an_analysis_made_by_the_vcon_package_is_read() -> None:
    made = Vcon.build_new()
    made.add_party(Party(name="Ann", role="customer"))
    made.add_dialog(
        Dialog(type="recording", start="2025-03-01T10:00:00+00:00", parties=[0], url="https://x.example/a.wav")
    )
    body = json.dumps([{"speaker": "Ann", "message": "No ramp."}])
    made.add_analysis(type="transcript", dialog=0, vendor="x", body=body, encoding="json")
    assert arrival("vcon", made.to_json()).message == "No ramp."
