"""What recognisers of speech add is no citizen's word, and what they leave out costs none."""

import json
from typing import Any

import pytest

from ingest.channels.calls import noise
from tests.ingest.channels.reading import arrival, read


@pytest.mark.parametrize(
    "written",
    [
        *["[BLANK_AUDIO]", "(sighs)", "(speaker ?)", "[MUSIC PLAYING]", "*coughs*", "♪ la la ♪", "[Applause]", "<unk>"],
        *["(inaudible)", "[crosstalk]", "(clears throat)", "{noise}", "[ Silence ]", "(ochneidio)", "[dial tone]"],
        *["Thanks for watching!", "Thank you for watching.", "Please subscribe to my channel.", "Like and subscribe!"],
        *["Subtitles by the Amara.org community", "See you in the next video.", "Transcription by CastingWords"],
        *["Don't forget to like and subscribe.", "www.mooji.org", "Captions by GetTranscribed.com"],
    ],
)
def test_sounds_and_inventions_are_nobodys_words(written: str) -> None:
    assert noise.without(written) == ""
    assert (
        " ".join(noise.without(f"The lift is stuck. {written.rstrip('.')}. It smells.").replace(" .", "").split())
        == "The lift is stuck. It smells."
    )


@pytest.mark.parametrize(
    "said",
    [
        *[
            "My number is [PII] and [NAME] knows.",
            "The bin (the brown one) was missed.",
            "I cannot subscribe to your emails.",
        ],
        *["Thank you for listening to me.", "The music from the hall is loud.", "No no no, it never came."],
        *[
            "It is very very very very bad.",
            "No, no, no, no, I said no.",
            "Diolch diolch diolch diolch i chi.",
            "The captions by the lift are wrong.",
            "Door 4 (the back door of the big hall, I mean) is locked.",
        ],
    ],
)
def test_what_somebody_said_stays(said: str) -> None:
    assert noise.without(said) == said


def test_a_loop_counts_once() -> None:
    assert noise.without("The lift is stuck. " * 6).strip() == "The lift is stuck."
    assert noise.without("I waited for for for for for an hour") == "I waited for an hour"
    assert noise.without("Bye. Bye. Bye. Bye. The tap drips " + "drip " * 9) == "Bye. The tap drips drip"
    looped: dict[str, Any] = {"segments": [{"start": at, "end": at + 1, "text": "It is cold."} for at in range(5)]}
    assert arrival("whisper", json.dumps(looped)).message == "It is cold."


def words(*said: tuple[str, str | None]) -> list[dict[str, Any]]:
    return [
        {"word": word, **({"speaker": speaker, "start": at, "end": at + 0.5} if speaker else {})}
        for at, (word, speaker) in enumerate(said)
    ]


def test_a_word_without_a_speaker_stays_in_its_sentence_and_turns_keep_their_time() -> None:
    segment = {
        "start": 0,
        "end": 9,
        "text": "x",
        "words": words(
            ("How", "A"),
            ("can", "A"),
            ("I", "A"),
            ("help?", None),
            ("3", None),
            ("bins", "B"),
            ("at", "B"),
            ("14", None),
            ("missed.", "B"),
        ),
    }
    one = arrival("whisper", json.dumps({"segments": [segment]}))
    assert [(turn.text, turn.offset) for turn in one.turns] == [("bins at 14 missed.", 5.0)]
    first = {
        "segments": [
            {
                **segment,
                "words": words(
                    ("14", None), ("bins", "B"), ("late.", "B"), ("How", "A"), ("can", "A"), ("I", "A"), ("help?", "A")
                ),
            }
        ]
    }
    assert [turn.text for turn in arrival("whisper", json.dumps(first)).turns] == ["14 bins late."]


def test_a_word_of_transcribe_without_a_label_is_kept() -> None:
    items = [
        {"type": "pronunciation", "speaker_label": who, "start_time": str(at), "alternatives": [{"content": word}]}
        for at, (word, who) in enumerate([("The", "spk_1"), ("lift", "spk_1"), ("2", ""), ("fails", "spk_1")])
    ]
    one = arrival("transcribe", json.dumps({"jobName": "j", "results": {"items": items, "transcripts": []}}))
    assert one.message == "The lift 2 fails"


@pytest.mark.parametrize(
    "cue",
    [
        "00:04.000 --> 00:08.000\n\nCaller: The bin was missed.\n",
        "00:04.000 --> 00:08.000\n\n\nCaller: The bin was missed.\n",
        "00:04.000 --> 00:08.000\nCaller: The bin\n\nwas missed.\n",
        "2\n00:04.000 --> 00:08.000 align:start\n \nCaller: The bin was missed.\n",
        "00:04.000 --> 00:08.000\n<v Caller>The bin\n\nwas missed.</v>\n",
    ],
)
def test_a_blank_line_within_a_cue_costs_no_word(cue: str) -> None:
    end = "\n00:09.000 --> 00:10.000\nAgent: I see.\n" if "<v" not in cue else ""
    parsed = read("webvtt", "WEBVTT\n\n" + cue + end)
    assert parsed.arrivals[0].message == "The bin was missed."
    assert parsed.arrivals[0].turns[0].offset == 4.0


def test_a_comment_behind_a_cue_is_no_word() -> None:
    assert arrival("webvtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nNo ramp.\n\nNOTE made by us\n").message == "No ramp."


def test_who_cannot_be_told_apart_is_the_agent_only_where_it_sounds_so() -> None:
    said = [
        ("0", "How can I help?"),
        ("1", "The tap drips."),
        ("?", "I will send somebody on Monday."),
        ("?", "It is cold."),
    ]
    found = {"transcription": [{"text": text, "speaker": who} for who, text in said]}
    assert arrival("whisper", json.dumps(found)).message == "The tap drips.\nIt is cold."


def caption(*lines: str) -> str:
    cues = [f"00:00:{at:02}.000 --> 00:00:{at:02}.900\n{line}\n" for at, line in enumerate(lines, 1)]
    return "\n".join(["WEBVTT\n", *cues])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["Agent: When?", "- Every week.\n- On Fridays?", "Agent: I see."], ["Every week."]),
        (["<v Agent>When?</v>", "- Every week.", "<v Caller>It smells.</v>"], ["Every week.", "It smells."]),
        (
            ["<v Agent>When?</v>", "[Caller] Every week", "and it smells.", "<v Agent>I see.</v>"],
            ["Every week", "and it smells."],
        ),
        (["<v Agent>When was it</v>", "last missed?", "<v Caller>On Friday.</v>"], ["On Friday."]),
        (["<v Agent>When?</v>", "Every week.", "<v Caller>It smells.</v>"], ["Every week.", "It smells."]),
        (
            ["Agent: Hello.", ">> The lift is stuck.", ">> How can I help?", ">> It smells."],
            ["The lift is stuck.", "It smells."],
        ),
        (["Galwr: Mae'n oer.", "\u2013 Ers pryd?", "\u2013 Ers dydd Llun."], ["Mae'n oer.", "Ers dydd Llun."]),
    ],
)
def test_a_caption_that_names_nobody_is_not_the_words_of_whoever_spoke_before(
    lines: list[str], said: list[str]
) -> None:
    assert [turn.text for turn in arrival("webvtt", caption(*lines)).turns] == said


def test_what_recognisers_added_is_told_as_left_out() -> None:
    parsed = read("webvtt", caption("Caller: (sighs) It is cold.", "[BLANK_AUDIO]", "Thanks for watching!"))
    assert parsed.skipped == ("sounds, inventions or loops of the recogniser, in 3 places",)
    assert read("text", "Caller: It is cold.").skipped == ()
