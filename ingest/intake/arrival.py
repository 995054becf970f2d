"""What a channel hands over, before it is stored."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from feedback.record.states import ChannelName

MESSAGE_LIMIT = 5_000
"""The longest message in characters; a call's transcript may be `TRANSCRIPT_LIMIT`."""
TRANSCRIPT_LIMIT = 200_000
_PAGE_ADDRESS = re.compile(r"https?://|[^:]*(?:[/?#]|\Z)", re.IGNORECASE)


def is_page_address(text: str) -> bool:
    """Tells whether this can be the address of a page, or its path: no `javascript:`, no `data:`, however disguised."""
    return _PAGE_ADDRESS.match(text) is not None


ANONYMOUS_BODY_LIMIT = 64 * 1024
"""Bytes of a request that nobody vouches for: enough for the longest message, however it is encoded."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that the citizen said in a call.

    `offset` counts seconds into the call, `confidence` runs from 0 to 1. `begin` is the character of the message at
    which it begins there; None where nothing of it is in the message.
    """

    text: str
    speaker: str
    offset: float | None = None
    confidence: float | None = None
    begin: int | None = None


class Visitor(NamedTuple):
    """What tells the visitors of a day apart: `known_by` their network and browser.

    `network` is the network alone, None where it is known that many people are behind it.
    """

    known_by: str
    network: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One contact of one citizen, as a channel read it.

    `service` is a slug. `caller` names who vouches for `external_id`, which is unique per caller and service.
    `submitted_at` is a date where no time of day is known. `sender` is the number or address that it came from, as far
    as the channel tells it: it stays with the raw text, and goes with it. `client` is what else tells visitors apart;
    it is not kept, but digests that change daily are. `batch` names an import or a source that enters many at once.
    `assisted` says that staff entered it for the citizen, `suspicion` why a machine seems to have sent it. `turns` are
    what the citizen said in a call; `message` then joins them. `read_as` tells staff how it was read (`format`,
    `encoding`, what was left out and why): fixed words and figures, none of the citizen's, as it is kept as it is.
    """

    service: str
    message: str
    channel: ChannelName
    caller: str
    external_id: str | None = None
    submitted_at: dt.datetime | dt.date | None = None
    rating: int | None = None
    page_url: str | None = None
    language: str | None = None
    contact: str | None = None
    sender: str | None = field(default=None, repr=False)
    client: Visitor | None = field(default=None, repr=False)
    batch: str | None = None
    assisted: bool = False
    suspicion: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)
