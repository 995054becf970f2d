"""Whisper and its kin (JSON): plain, verbose with segments, diarised, whisper.cpp, faster-whisper, WhisperX."""

from feedback.record.errors import Malformed, NotSupported
from ingest.channels.calls import conversation, speech, text
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets
from ingest.channels.parsing import json_value


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one call; where no speakers are told apart, all of it is the caller's."""
    conversation.expect(inbound, "application/json")
    found = json_value(inbound.body)
    if not isinstance(found, dict | list):
        raise Malformed("A transcript of Whisper is a JSON object or a list of segments.")
    said = text.unfolded(speech.utterances(found))
    if not said and not (isinstance(found, dict) and {"text", "segments"} & set(found)):
        raise NotSupported("This JSON holds neither text nor segments, as Whisper writes them.")
    return conversation.parsed(inbound, said, language=_language(found))


def _language(found: object) -> str | None:
    """Its code; Whisper also writes `english`, which is left to our own detector."""
    language = found.get("language") if isinstance(found, dict) else None
    return language.lower() if isinstance(language, str) and len(language) == 2 and language.isalpha() else None


CHANNEL = KeyedChannel(read)
