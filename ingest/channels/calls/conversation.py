"""What all transcripts have in common: who is the caller, what they said, what of it is the reason for the call."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Final, Literal, TypeVar

from feedback.record.errors import Malformed
from feedback.record.states import ChannelName
from ingest.channels.calls import caller_intent, noise, smalltalk
from ingest.channels.contract import Inbound, Parsed, require_media_type
from ingest.channels.parsing import attributes, moment_or_none, storable
from ingest.intake.arrival import TRANSCRIPT_LIMIT, Arrival, Turn

SpeakerRole = Literal["agent", "caller"]

_ANY_FILE: Final = ("text/plain", "application/octet-stream", "application/x-www-form-urlencoded")
"""What senders write that give no thought to the content type."""


MOST_TURNS: Final = 20_000
"""Lines, cues or turns of one call; half a day has no more."""

LOOPED_TURNS: Final = 3
"""Turns of the same words by one speaker in a row that are a recogniser's loop."""

ANOTHER: Final = "-"
"""Somebody who is not named, and another than who spoke before."""

UNTOLD: Final = "?"
"""Somebody who was not told apart."""

NOBODY: Final = frozenset(
    (ANOTHER, UNTOLD, "unknown", "unk", "speaker ?", "(speaker ?)", "speaker unknown", "unknown speaker", "none")
)
"""How recognisers call whom they cannot tell apart."""

ROLES: Final = smalltalk.AGENT_NAMES | smalltalk.CALLER_NAMES
"""Words that name a role."""

NO_ADDRESSES: Final[Mapping[str, str]] = MappingProxyType({})

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that somebody said.

    `offset` and `end` are seconds into the call, `confidence` is 0 to 1. `marked`: the format says that it tells the
    reason for the call.
    """

    text: str
    speaker: str = ""
    role: SpeakerRole | None = None
    offset: float | None = None
    end: float | None = None
    confidence: float | None = None
    marked: bool = False


def expect(inbound: Inbound, *media_types: str) -> None:
    """Refuse a transcript without a service, and other content types."""
    require_media_type(inbound, *media_types, *_ANY_FILE)
    if not inbound.service:
        raise Malformed("Name the service: add ?service= to the address.")


def no_more_turns(turns: list[One]) -> list[One]:
    """Tell what it is given, unless that is more than is ever said in a call."""
    if len(turns) > MOST_TURNS:
        raise Malformed(f"This has more than {MOST_TURNS:,} turns, as no call has.")
    return turns


def parsed(
    inbound: Inbound,
    utterances: Iterable[Utterance],
    *,
    external_id: str | None = None,
    said_at: object = None,
    language: str | None = None,
    reached_at: Mapping[str, str] = NO_ADDRESSES,
    skipped: Sequence[str] = (),
) -> Parsed:
    """Read the call as one arrival: every turn of the caller, and as its message what bears on the reason for the call.

    `?id=` and `?at=` of the request tell its id and beginning where the format does not. `reached_at` tells the number
    or address of speakers: the caller's is the sender.
    """
    spoken, added = _spoken(utterances)
    skipped = (*skipped, *added)
    told = [one for one in spoken if one.role != "agent"]
    if not told:
        return Parsed(ignored="the caller says nothing", skipped=skipped)
    query = dict(inbound.query)
    ways = {_called(speaker): way for speaker, way in reached_at.items()}
    reason = caller_intent.reason_for_call(spoken)
    arrival = Arrival(
        service=inbound.service or "",
        message=reason.text,
        channel=ChannelName.CALL,
        caller=inbound.caller,
        external_id=storable(external_id or query.get("id", "")) or None,
        submitted_at=moment_or_none(said_at) or moment_or_none(query.get("at")),
        language=language,
        sender=next((ways[one.speaker] for one in told if one.speaker in ways), None),
        attributes=attributes(inbound.query),
        turns=tuple(
            Turn(one.text, one.speaker.removeprefix(ANOTHER), one.offset, one.confidence, begin)
            for one, begin in zip(told, reason.begins, strict=True)
        ),
    )
    return Parsed(arrivals=(arrival,), skipped=skipped)


def _spoken(utterances: Iterable[Utterance]) -> tuple[list[Utterance], tuple[str, ...]]:
    """What people said, by whom, in which role; and what was left out.

    Raises `Malformed` where that is more than any call holds.
    """
    came = list(utterances)
    if sum(len(one.text) for one in came) > 2 * TRANSCRIPT_LIMIT:
        raise Malformed(f"This is longer than {2 * TRANSCRIPT_LIMIT:,} characters, as no call is.")
    tidy = [_tidy(one) for one in came]
    said = _once([one for one in tidy if one.text])
    mended = sum(after.text != " ".join(storable(one.text).split()) for one, after in zip(came, tidy, strict=True))
    places = mended + sum(bool(one.text) for one in tidy) - len(said)
    added = f"sounds, inventions or loops of the recogniser, in {places} place{'s' * (places > 1)}"
    return with_roles(said), (added,) if places else ()


def _once(spoken: Sequence[Utterance]) -> list[Utterance]:
    """Without the turns of a recogniser that says the same again and again, but for the first of them."""
    found: list[Utterance] = []
    for (_, _), same in groupby(spoken, lambda one: (one.speaker, one.text)):
        turns = list(same)
        found += turns[:1] if len(turns) >= LOOPED_TURNS else turns
    return found


def with_roles(spoken: Sequence[Utterance]) -> list[Utterance]:
    """Return each utterance with its role.

    Where a speaker is the caller by role or name, all others are agents; where only an agent is, all others are
    callers. Where nobody is either, one who speaks as only agents do is the agent, if the others do not; else every
    turn is the caller's. Who is not told apart is the agent where it sounds so.
    """
    roles = {one.speaker: role for one in spoken if (role := one.role or role_of(one.speaker))}
    rest: SpeakerRole = "agent" if "caller" in roles.values() else "caller"
    if not roles and (agent := _sounds_like_agent(spoken)) is not None:
        roles[agent] = "agent"
    unnamed: SpeakerRole = "caller" if "agent" in roles.values() else rest
    found: list[Utterance] = []
    for one in spoken:
        role = one.role or roles.get(one.speaker)
        if role is None and one.speaker.lower() in NOBODY:
            role = _of_nobody(one, found[-1].role if found else None) or unnamed
        found.append(replace(one, role=role or rest))
    return found


def _of_nobody(one: Utterance, before: SpeakerRole | None) -> SpeakerRole | None:
    """Of who was not told apart what only an agent says is the agent's, and so is what asks the caller back."""
    plain = smalltalk.folded(one.text)
    if smalltalk.opens_as_agent(plain) or smalltalk.promises(plain):
        return "agent"
    if one.speaker != ANOTHER:
        return None
    asks_back = before == "caller" and one.text.endswith("?")
    return "agent" if asks_back else "caller" if before == "agent" else None


def role_of(name: str) -> SpeakerRole | None:
    """Return the role that a speaker's name tells: `Council Agent 2` is the agent, `Mary` may be anyone."""
    words = set("".join(letter if letter.isalpha() else " " for letter in name.lower()).split())
    if words & smalltalk.AGENT_NAMES:
        return "agent"
    return "caller" if words & smalltalk.CALLER_NAMES else None


def _sounds_like_agent(spoken: Sequence[Utterance]) -> str | None:
    speakers = {one.speaker for one in spoken if one.speaker.lower() not in NOBODY}
    formulas = Counter(one.speaker for one in spoken if smalltalk.opens_as_agent(smalltalk.folded(one.text)))
    return next(iter(formulas)) if len(formulas) == 1 and len(speakers) > 1 else None


def _tidy(one: Utterance) -> Utterance:
    return replace(
        one,
        text=" ".join(noise.without(storable(one.text)).split()),
        speaker=_called(one.speaker),
        offset=_finite(one.offset),
        end=_finite(one.end),
        confidence=one.confidence if one.confidence is not None and 0 <= one.confidence <= 1 else None,
    )


def _called(speaker: str) -> str:
    return " ".join(storable(speaker).split())[:100]


def _finite(seconds: float | None) -> float | None:
    return seconds if seconds is not None and math.isfinite(seconds) and seconds >= 0 else None
