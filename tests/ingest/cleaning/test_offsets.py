"""Each statement of a call knows when in the call it was said: the turn that its first word is in tells it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from feedback.record.db import Record
from feedback.record.models import Statement
from ingest.channels.calls.conversation import SpeakerRole, Utterance, parsed
from ingest.channels.contract import Inbound
from ingest.cleaning.preparation import prepare
from ingest.intake.rows import content_of
from nlp.clean.redaction import Span, before_redaction, substitute
from tests.insights import made_up
from tests.insights.pages.signed_in import signed_in, words_of
from workers.actors.clean import CLEAN
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

SENTENCES = (
    "The {it} is broken.",
    "Nobody ever repairs the {it}.",
    "The {it} is closed again, my number is 07700 900123.",
    "My name is John Smith and the {it} is too cold.",
    "Near 14 Mill Lane, LS1 4AB the {it} was never repaired.",
    "john.smith@example.org said the {it} does not work.",
    "When will the {it} be repaired?",
    "Hello?",
)
SUBJECTS = (
    *("parking", "library", "lighting", "heating", "letter", "queue", "website", "playground", "bus", "pool"),
    *("pavement", "form", "fence", "ramp", "lift", "door", "tap", "bench", "drain", "sign", "kerb", "gate"),
)
"""One a sentence, so that a statement tells which it is of."""


@dataclass(frozen=True, slots=True)
class MadeUpTurn:
    """Sentences that are said `pause` seconds after the turn before; the words from `cut` on come as a second turn."""

    sentences: list[str]
    pause: float
    cut: int
    speaker: str


TURNS = st.lists(
    st.builds(
        MadeUpTurn,
        sentences=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3),
        pause=st.sampled_from([0.5, 1.5, 20.0]),
        cut=st.integers(0, 12),
        speaker=st.sampled_from(["Caller", "Caller", "Agent"]),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(turns=TURNS)
def test_each_statement_has_the_time_of_the_turn_in_which_it_begins(tools: Tools, turns: list[MadeUpTurn]) -> None:
    spoken, offsets = said_aloud(turns)
    for statement in statements(tools, spoken):
        about = [subject for subject in SUBJECTS if subject in statement["text"]]
        assert not about or statement["offset"] == offsets[about[0]], statement["text"]


def said_aloud(turns: Sequence[MadeUpTurn]) -> tuple[list[Utterance], dict[str, float]]:
    """The utterances, and at what time the sentence about each subject begins."""
    spoken, offsets, subjects, now = [], {}, iter(SUBJECTS), 0.0
    for turn in turns:
        now += turn.pause
        words: list[str] = []
        for sentence in turn.sentences:
            subject = next(subjects)
            offsets[subject] = now if not turn.cut or len(words) < turn.cut else now + 0.25
            words += sentence.format(it=subject).split()
        role: SpeakerRole = "agent" if turn.speaker == "Agent" else "caller"
        halves = [(words[: turn.cut], now), (words[turn.cut :], now + 0.25 if turn.cut else now)]
        spoken += [Utterance(" ".join(half), turn.speaker, role, at) for half, at in halves]
    return spoken, offsets


def statements(tools: Tools, spoken: Sequence[Utterance]) -> list[dict[str, Any]]:
    arrivals = parsed(Inbound("", b"", "test", service="blue-badge"), spoken).arrivals
    contents = {uuid.uuid4(): content_of(arrival) for arrival in arrivals}
    return [said for one in prepare(tools, contents).values() for said in one.said]


def test_what_is_left_out_of_the_message_has_no_time_in_it() -> None:
    spoken = [Utterance("Hello there.", "Ann", "caller", 1.0), Utterance("The lift is broken.", "Ann", "caller", 9.0)]
    [arrival] = parsed(Inbound("", b"", "test", service="blue-badge"), spoken).arrivals
    assert arrival.message == "The lift is broken."
    assert [(turn.offset, turn.begin) for turn in arrival.turns] == [(1.0, None), (9.0, 0)]


@given(
    text=st.text("abc ", min_size=1, max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=12),
    entity=st.sampled_from(["NAME", "UK_POSTCODE", "X"]),
)
def test_each_character_that_redaction_left_is_found_where_it_stood(text: str, cuts: list[int], entity: str) -> None:
    places = sorted({cut for cut in cuts if cut <= len(text)})
    spans = [Span(start, end, entity) for start, end in zip(places[::2], places[1::2], strict=False)]
    redacted = substitute(text, spans)
    found = list(before_redaction(range(len(redacted)), spans))
    hidden = {span.start for span in spans}
    assert all(redacted[at] == text[was] or was in hidden for at, was in enumerate(found))
    left = [was for was in range(len(text)) if not any(span.start <= was < span.end for span in spans)]
    assert set(left) | hidden == set(found)
    assert found == sorted(found)


SAID = "The lighting in Mill Lane was never repaired."
TRANSCRIPTS = {
    "webvtt": (
        "WEBVTT\n\n00:04:00.000 --> 00:04:05.000\n<v Agent>How can I help?\n\n"
        f"00:04:12.500 --> 00:04:19.000\n<v Caller>{SAID}\n"
    ),
    "srt": (
        "1\n00:04:00,000 --> 00:04:05,000\nAgent: How can I help?\n\n"
        f"2\n00:04:12,500 --> 00:04:19,000\nCaller: {SAID}\n"
    ),
    "text": f"[04:00] Agent: How can I help?\n[04:12.5] Caller: {SAID}\n",
    "transcribe": {
        "Participants": [{"ParticipantRole": "AGENT"}, {"ParticipantRole": "CUSTOMER"}],
        "Transcript": [
            {"ParticipantRole": "AGENT", "Content": "How can I help?", "BeginOffsetMillis": 240_000},
            {"ParticipantRole": "CUSTOMER", "Content": SAID, "BeginOffsetMillis": 252_500, "EndOffsetMillis": 259_000},
        ],
    },
    "contact-lens": {
        "Participants": [
            {"ParticipantId": "1", "ParticipantRole": "AGENT"},
            {"ParticipantId": "2", "ParticipantRole": "CUSTOMER"},
        ],
        "Transcript": [
            {"ParticipantId": "1", "Content": "How can I help?", "BeginOffsetMillis": 240_000},
            {"ParticipantId": "2", "Content": SAID, "BeginOffsetMillis": 252_500, "EndOffsetMillis": 259_000},
        ],
    },
    "whisper": {
        "segments": [
            {"speaker": "Agent", "text": "How can I help?", "start": 240.0, "end": 245.0},
            {"speaker": "Caller", "text": SAID, "start": 252.5, "end": 259.0},
        ]
    },
    "vcon": {
        "uuid": "0195-1",
        "parties": [{"name": "Ann", "role": "customer"}, {"name": "Desk", "role": "agent"}],
        "dialog": [
            {"type": "text", "start": "2025-03-01T10:00:00Z", "originator": 1, "body": "How can I help?"},
            {"type": "text", "start": "2025-03-01T10:04:12.5Z", "originator": 0, "body": SAID},
        ],
    },
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_time_goes_from_each_format_to_the_api_and_the_pages(
    name: str, client: TestClient[Litestar], record: Record, worker: Worker, blue_badge: str, admin: dict[str, str]
) -> None:
    body = TRANSCRIPTS[name]
    content = body if isinstance(body, str) else json.dumps(body)
    answer = client.post(f"/v1/channels/calls/{name}?service=blue-badge", content=content, headers=admin)
    assert answer.status_code == 202, answer.text
    work_once(worker, CLEAN)
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        session.execute(update(Statement).values(issue_id=issue.id))
        issue.quotes = list(session.scalars(select(Statement.id)))
    [statement] = client.get(f"/v1/issues/{issue.id}/statements", headers=admin).json()["items"]
    assert (statement["text"], statement["offset"]) == (SAID, 252.5)
    [quote] = client.get(f"/v1/issues/{issue.id}", headers=admin).json()["quotes"]
    assert quote["offset"] == 252.5
    staff = signed_in(client, record)
    assert words_of(staff.get(f"/dashboard/issues/{issue.id}")).count("4:12 into the call") == 2
    assert f"{SAID} 4:12 into the call" in words_of(staff.get(f"/dashboard/feedback/{statement['feedback_id']}"))
