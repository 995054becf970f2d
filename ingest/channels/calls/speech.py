"""JSON transcripts: the makers differ in names, hardly in kind, so one reader knows the names of all of them.

A transcript is a list of what was said, somewhere under one of `_CONTAINERS`; each has words, and perhaps a speaker,
a time and a confidence. Known: Amazon (Connect, Transcribe), Whisper and its kin, Deepgram, AssemblyAI, Azure, Google,
Rev, Genesys, Twilio, and lists of `{speaker, message}`.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, groupby, islice
from operator import itemgetter
from typing import Any, Final

from feedback.record.errors import Malformed
from ingest.channels.calls.conversation import MOST_TURNS, SpeakerRole, Utterance, no_more_turns, role_of
from ingest.channels.parsing import json_object, json_value

_CONTAINERS: Final = (
    *("UtteranceEvent", "Transcript", "SpeechSegments", "Segments", "utterances", "audio_segments", "segments"),
    *("paragraphs", "sentences", "phrases", "turns", "speakers", "monologues", "messages", "entries", "chunks"),
    *("transcription", "recognizedPhrases", "results", "transcripts", "channels", "alternatives", "nBest"),
    *("conversation", "transcript", "combinedRecognizedPhrases", "timeline"),
)
"""Where what was said is found; of several the first that holds anything."""
_FIRST_ONLY: Final = ("alternatives", "nBest")
"""Guesses at the same words, the likeliest first."""
_TEXTS: Final = ("text", "Content", "content", "transcript", "Transcript", "DisplayText", "display", "message", "body")
_SPEAKERS: Final = (
    *("ParticipantId", "ParticipantRole", "SegmentSpeaker", "participantPurpose", "speaker", "Speaker"),
    *("speaker_label", "speakerTag", "channelTag", "speaker_id", "speakerId", "party", "parties", "role"),
    *("media_channel", "channel", "name", "from", "users"),
)
_ROLES: Final = ("ParticipantRole", "participantPurpose", "role")
_STARTS: Final = ("start", "start_time", "startTime", "SegmentStartTime", "begin", "ts")
_ENDS: Final = ("end", "end_time", "endTime", "SegmentEndTime", "end_ts")
_MILLIS: Final = {"start": ("BeginOffsetMillis", "start_ms"), "end": ("EndOffsetMillis", "end_ms")}
_CONFIDENCES: Final = ("confidence", "Confidence", "score", "probability")
_WORDS: Final = ("words", "Items", "items", "WordConfidence")
_CLOCK: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,6})?)")
_DEEPEST: Final = 20
_WRAPPERS: Final = 4
_WRAPPERS_AT_MOST: Final = 50
"""How deep a transcript may lie within objects of unknown names, and how many of each depth are opened."""
_RELEVANT: Final = frozenset((*_CONTAINERS, *_TEXTS, "elements"))
_SILENCE: Final = (0.6, -1.0)
"""From which `no_speech_prob` and up to which `avg_logprob` Whisper itself takes its words for silence."""


Path = tuple[Mapping[str, Any], ...]
"""Objects within each other, the innermost last; what one does not tell, those around it may."""


def document(body: bytes) -> dict[str, Any]:
    """Return one JSON object; a list of segments, or one a line as streams are kept, counts as one that holds them."""
    try:
        found = json_value(body)
    except Malformed:
        found = [json_object(line) for line in body.splitlines()[: MOST_TURNS + 1] if line.strip()]
    if isinstance(found, list) and any(isinstance(one, dict) for one in found):
        return {"Segments": found}
    if not isinstance(found, dict):
        raise Malformed("This is JSON, but neither an object nor a list of segments.")
    return found


def utterances(transcript: Any) -> list[Utterance]:
    """Tell what was said, in the order of time where all of it has one; empty where nothing is recognised."""
    leaves = _known(transcript) or next(filter(None, map(_known, _wrapped([transcript], _WRAPPERS))), [])
    found = [_utterance(text, path) for text, path in leaves]
    if all(one.offset is not None for one in found):
        found.sort(key=lambda one: one.offset or 0.0)
    return found


def _known(node: Any) -> list[tuple[str, Path]]:
    return no_more_turns(list(islice(_leaves(node, (), _DEEPEST), MOST_TURNS + 1)))


def _wrapped(nodes: Sequence[Any], depth: int) -> Iterator[Any]:
    """What objects of unknown names hold, the nearest first."""
    inside = [value for node in nodes if isinstance(node, dict) for value in node.values()]
    held = [value for value in inside if isinstance(value, dict | list)][:_WRAPPERS_AT_MOST]
    yield from held
    if held and depth > 1:
        yield from _wrapped(held, depth - 1)


def seconds(value: object) -> float | None:
    """Seconds from a number, `1.5`, `1.5s` or `00:00:01,500`."""
    if isinstance(value, str):
        clock = _CLOCK.fullmatch(value.strip())
        if clock:
            hours, minutes, rest = clock.groups()
            return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
        value = value.strip().removesuffix("s")
    return number(value)


def number(value: object) -> float | None:
    """Return a finite number from JSON, where figures may be written as text."""
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def _leaves(node: Any, around: Path, depth: int) -> Iterator[tuple[str, Path]]:
    """Every text and the objects that it is within."""
    if depth == 0:
        return
    if isinstance(node, list) and _are_pairs(node):
        yield from ((text, (*around, {"speaker": speaker})) for speaker, text in node)
    elif isinstance(node, list):
        for item in node:
            yield from _leaves(item, around, depth - 1)
    elif isinstance(node, dict) and not _RELEVANT.isdisjoint(node) and not node.get("IsPartial"):
        yield from _of_object(node, (*around, node), depth)


def _are_pairs(items: list[Any]) -> bool:
    """A list of who spoke and what they said."""
    return bool(items) and all(
        isinstance(item, list) and len(item) == 2 and all(isinstance(one, str) for one in item) for item in items
    )


def _of_object(node: Mapping[str, Any], path: Path, depth: int) -> Iterator[tuple[str, Path]]:
    joined, by_speaker = _joined(node), _by_speaker(node)
    if by_speaker:
        yield from ((text, (*path[:-1], first)) for text, first in by_speaker)
        return
    if joined:
        yield joined, path
        return
    for name in _CONTAINERS:
        inside = node.get(name)
        if isinstance(inside, dict | list):
            found = list(_in_container(name, inside, path, depth))
            if found:
                yield from found
                return
    text = next((node[name] for name in _TEXTS if isinstance(node.get(name), str) and node[name].strip()), None)
    if text is not None and not _is_silence(node):
        yield text, path


def _in_container(name: str, inside: Any, path: Path, depth: int) -> Iterator[tuple[str, Path]]:
    if name == "channels" and isinstance(inside, list) and len(inside) > 1:
        for at, item in enumerate(inside):
            yield from _leaves(item, (*path, {"channel": f"channel {at}"}), depth - 1)
        return
    if name in _FIRST_ONLY and isinstance(inside, list):
        inside = inside[:1]
    yield from _leaves(inside, path, depth - 1)


def _joined(node: Mapping[str, Any]) -> str:
    """The words of a paragraph whose sentences or elements are told one by one."""
    if "speaker" not in node:
        return ""
    sentences, elements = node.get("sentences"), node.get("elements")
    if isinstance(sentences, list):
        return " ".join(_strings(sentences, "text"))
    return "".join(_strings(elements, "value")) if isinstance(elements, list) else ""


def _by_speaker(node: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Where the speakers of one text are told word by word: each turn and its first word; none where all are of one."""
    words = node.get("words")
    told = [word for word in words if isinstance(word, dict)] if isinstance(words, list) else []
    speakers = list(map(_speaker, told))
    if len(set(filter(None, speakers))) < 2:
        return []
    # A figure or a short word often has neither speaker nor time: it is said by who speaks around it.
    first = next(filter(None, speakers))
    known = accumulate(speakers, lambda before, now: now or before, initial=first)
    turns = groupby(zip(islice(known, 1, None), told, strict=True), itemgetter(0))
    return [_turn(speaker, [word for _, word in said]) for speaker, said in turns]


def _turn(speaker: str, said: Sequence[Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
    """The words of a turn, and its first word that has a time, which tells when it was said."""
    timed = next((word for word in said if _times(word)[0] is not None), said[0])
    return " ".join(_word(word).strip() for word in said), {**timed, "speaker": speaker}


def _word(word: Mapping[str, Any]) -> str:
    return next((word[name] for name in ("punctuated_word", "word", "text") if isinstance(word.get(name), str)), "")


def _strings(items: list[Any], name: str) -> list[str]:
    return [item[name] for item in items if isinstance(item, dict) and isinstance(item.get(name), str)]


def _utterance(text: str, path: Path) -> Utterance:
    inner_first = path[::-1]
    times = [_times(node) for node in inner_first]
    return Utterance(
        text=text,
        speaker=next(filter(None, map(_speaker, inner_first)), ""),
        role=next(filter(None, map(_role, inner_first)), None),
        offset=next((start for start, _ in times if start is not None), None),
        end=next((end for _, end in times if end is not None), None),
        confidence=next((sure for sure in _confidences(inner_first) if sure is not None), None),
        marked=bool(path[-1].get("IssuesDetected")),
    )


def _role(node: Mapping[str, Any]) -> SpeakerRole | None:
    return next((role_of(node[name]) for name in _ROLES if isinstance(node.get(name), str)), None)


def _speaker(node: Mapping[str, Any]) -> str:
    for name in _SPEAKERS:
        value = node.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("name", value.get("username"))
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value)[:100].strip():
            return str(value)[:100]
    return ""


def _times(node: Mapping[str, Any]) -> tuple[float | None, float | None]:
    pair, millis = node.get("timestamp"), node.get("offsets")
    if isinstance(pair, list) and len(pair) == 2:
        return seconds(pair[0]), seconds(pair[1])
    if isinstance(millis, dict):
        return _thousandth(millis.get("from")), _thousandth(millis.get("to"))
    start = next((_thousandth(node[name]) for name in _MILLIS["start"] if name in node), None)
    end = next((_thousandth(node[name]) for name in _MILLIS["end"] if name in node), None)
    if start is None:
        start = next((seconds(node[name]) for name in _STARTS if name in node), None)
    if end is None:
        end = next((seconds(node[name]) for name in _ENDS if name in node), None)
    return start, end


def _thousandth(value: object) -> float | None:
    read = number(value)
    return None if read is None else read / 1_000


def _confidences(inner_first: Path) -> Iterator[float | None]:
    """Of the words only those of the innermost object are looked at: others hold all the words there are."""
    yield _confidence(inner_first[0])
    yield _confidence_of_words(inner_first[0])
    yield from map(_confidence, inner_first[1:])


def _confidence(node: Mapping[str, Any]) -> float | None:
    own = next((number(node[name]) for name in _CONFIDENCES if name in node), None)
    if own is None and (log := number(node.get("avg_logprob"))) is not None:
        return math.exp(min(log, 0.0))
    return own


def _confidence_of_words(node: Mapping[str, Any]) -> float | None:
    words: list[Any] = next((node[name] for name in _WORDS if isinstance(node.get(name), list)), [])
    known = [sure for word in words if isinstance(word, dict) and (sure := _confidence_of_word(word)) is not None]
    return sum(known) / len(known) if known else None


def _confidence_of_word(word: Mapping[str, Any]) -> float | None:
    return next((number(word[name]) for name in _CONFIDENCES if name in word), None)


def _is_silence(node: Mapping[str, Any]) -> bool:
    silent, sure = number(node.get("no_speech_prob")), number(node.get("avg_logprob"))
    return silent is not None and sure is not None and silent > _SILENCE[0] and sure < _SILENCE[1]
