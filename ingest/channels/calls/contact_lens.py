"""Amazon Connect Contact Lens: the analysis of a call after it, or its segments in real time."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from feedback.record.errors import Malformed
from ingest.channels.calls import conversation, speech
from ingest.channels.calls.conversation import SpeakerRole, role_of
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets
from ingest.channels.parsing import objects, word

_RECORDED_AT: Final = re.compile(r"_(\d{4})(\d\d)(\d\d)T(\d\d:\d\d)_UTC")


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one contact; tokens such as `[PII]` stay as they are."""
    conversation.expect(inbound, "application/json")
    found = speech.document(inbound.body)
    if not isinstance(found.get("Transcript", found.get("Segments")), list):
        raise Malformed("An analysis of Contact Lens has a Transcript.")
    roles = _roles(found)
    said = [replace(one, role=one.role or roles.get(one.speaker)) for one in speech.utterances(found)]
    return conversation.parsed(inbound, said, external_id=_contact(found), said_at=_recorded_at(found))


def _roles(found: Mapping[str, Any]) -> dict[str, SpeakerRole | None]:
    participants = objects(found.get("Participants"))
    return {word(one.get("ParticipantId")): role_of(word(one.get("ParticipantRole"))) for one in participants}


def _metadata(found: Mapping[str, Any]) -> dict[str, Any]:
    metadata = found.get("CustomerMetadata")
    return metadata if isinstance(metadata, dict) else {}


def _contact(found: Mapping[str, Any]) -> str | None:
    contact = _metadata(found).get("ContactId") or found.get("ContactId")
    return contact if isinstance(contact, str) else None


def _recorded_at(found: Mapping[str, Any]) -> str | None:
    """The beginning of the recording, which only its file's name tells."""
    named = _RECORDED_AT.search(word(_metadata(found).get("InputS3Uri")))
    return "{}-{}-{}T{}+00:00".format(*named.groups()) if named else None


CHANNEL = KeyedChannel(read)
