"""SubRip (.srt): numbered captions with times."""

import re
from typing import Final

from feedback.record.errors import Malformed, NotSupported
from ingest.channels.calls import captions, conversation
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets

_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^{}]*\}")


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one call; numbers may be missing, and a broken block costs no other."""
    conversation.expect(inbound, "application/x-subrip", "text/srt", "text/x-subrip", "application/srt")
    text = captions.decoded(inbound.body)
    if text.lstrip().startswith("WEBVTT"):
        raise NotSupported("This is WebVTT: send it to calls/webvtt.")
    found = captions.captions(text.split("\n"), 1)
    if not found.cues:
        raise Malformed("This is no SubRip: it has no line with two times.")
    for cue in found.cues:
        cue.lines = [_MARKUP.sub("", line) for line in cue.lines]
    return conversation.parsed(inbound, captions.utterances(found.cues), skipped=found.skipped)


CHANNEL = KeyedChannel(read)
