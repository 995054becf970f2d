"""Amazon Transcribe: Call Analytics (after the call and streaming), its post-call solution, and plain transcripts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from feedback.record.errors import NotSupported
from ingest.channels.calls import conversation, speech
from ingest.channels.calls.conversation import Utterance
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets
from ingest.channels.parsing import objects, word

_IDS: Final = ("JobName", "SessionId", "jobName", "CallAnalyticsJobName")
_TURNS: Final = ("Transcript", "SpeechSegments", "Segments", "UtteranceEvent", "results")


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one call; tokens such as `[PII]` stay as they are."""
    conversation.expect(inbound, "application/json")
    found = speech.document(inbound.body)
    if not any(isinstance(found.get(name), dict | list) for name in _TURNS):
        raise NotSupported("This JSON has no Transcript, SpeechSegments or results, as Amazon Transcribe writes them.")
    names = _speaker_names(found)
    said = _from_items(found) or speech.utterances(found)
    return conversation.parsed(
        inbound,
        [replace(one, speaker=names.get(one.speaker, one.speaker)) for one in said],
        external_id=_identity(found),
        said_at=_analytics(found).get("ConversationTime"),
    )


def _analytics(found: Mapping[str, Any]) -> dict[str, Any]:
    analytics = found.get("ConversationAnalytics")
    return analytics if isinstance(analytics, dict) else {}


def _identity(found: Mapping[str, Any]) -> str | None:
    jobs = [source.get("TranscribeJobInfo") for source in objects(_analytics(found).get("SourceInformation"))]
    known = [found.get(name) for name in _IDS] + [job.get("TranscriptionJobName") for job in objects(jobs)]
    return next((one for one in known if isinstance(one, str) and one), None)


def _speaker_names(found: Mapping[str, Any]) -> dict[str, str]:
    """The post-call solution calls speakers `spk_0` and says elsewhere who that is."""
    labels = objects(_analytics(found).get("SpeakerLabels"))
    return {word(one.get("Speaker")): name for one in labels if (name := word(one.get("DisplayText")))}


def _from_items(found: Mapping[str, Any]) -> list[Utterance]:
    """Plain transcripts tell the speaker of each word alone: words of one speaker in a row are a turn."""
    results = found.get("results")
    if not isinstance(results, dict) or results.get("audio_segments"):
        return []
    labels = _labels_by_start(results)
    said: list[tuple[str, list[dict[str, Any]]]] = []
    for item in _by_channel(results) or objects(results.get("items")):
        speaker = word(item.get("speaker_label")) or labels.get(word(item.get("start_time")), "")
        if said and (item.get("type") == "punctuation" or speaker in ("", said[-1][0])):
            said[-1][1].append(item)
        elif said or speaker or item.get("type") != "punctuation":
            said.append((speaker, [item]))
    return [_turn(speaker, items) for speaker, items in said]


def _by_channel(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where each speaker has a channel: the items of all in the order of time, the channel as the speaker of each."""
    labels = results.get("channel_labels")
    placed: list[tuple[float, dict[str, Any]]] = []
    for channel in objects(labels.get("channels")) if isinstance(labels, dict) else []:
        at = 0.0
        for item in objects(channel.get("items")):
            at = speech.seconds(item.get("start_time")) or at  # punctuation has no time of its own
            placed.append((at, {**item, "speaker_label": word(channel.get("channel_label"))}))
    return [item for _, item in sorted(placed, key=lambda one: one[0])]


def _labels_by_start(results: Mapping[str, Any]) -> dict[str, str]:
    labels = results.get("speaker_labels")
    segments = objects(labels.get("segments")) if isinstance(labels, dict) else []
    items = [item for segment in segments for item in objects(segment.get("items"))]
    return {word(item.get("start_time")): word(item.get("speaker_label")) for item in items}


def _turn(speaker: str, items: Sequence[Mapping[str, Any]]) -> Utterance:
    likeliest = [(item.get("type"), (objects(item.get("alternatives")) or [{}])[0]) for item in items]
    text = "".join(("" if kind == "punctuation" else " ") + word(one.get("content")) for kind, one in likeliest)
    known = [speech.number(one.get("confidence")) for kind, one in likeliest if kind != "punctuation"]
    sure = [confidence for confidence in known if confidence is not None]
    ends = [speech.seconds(item.get("end_time")) for item in items]
    return Utterance(
        text=text,
        speaker=speaker,
        offset=speech.seconds(items[0].get("start_time")),
        end=max((end for end in ends if end is not None), default=None),
        confidence=sum(sure) / len(sure) if sure else None,
    )


CHANNEL = KeyedChannel(read)
