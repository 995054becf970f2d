"""What every channel is given, and what it gives back.

A channel verifies who is calling, reads what came, and returns `Parsed`; it raises `Malformed`, `NotAuthentic`,
`NotSupported` (or its kind `WrongMediaType`) and nothing else. It stores nothing and knows no HTTP beyond `Inbound`.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol

from feedback.record.errors import NotAuthentic, WrongMediaType
from ingest.intake.arrival import Arrival

SmsKeyword = Literal["stop", "start", "help"]

_SKIPPED_SHOWN: Final = 20
"""Parts that were left out which are named one by one."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One request.

    `url` is the address that the caller used, query included; `public_url` the same as an operator set it, where a
    proxy hides the real one. `headers` have lower-case names. `service` is the slug in `?service=`. `caller` names who
    vouches for the ids within.
    """

    url: str
    body: bytes
    caller: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    service: str | None = None
    public_url: str | None = None

    @property
    def media_type(self) -> str:
        """The content type in lower case, without its parameters; empty where none was sent."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the providers share with us, under the names of the settings; None switches a channel off.

    `vonage_method` pins the one way to sign that is taken; None takes each that Vonage offers.
    """

    twilio_auth_token: str | None = None
    notify_token: str | None = None
    vonage_secret: str | None = None
    vonage_method: str | None = None


class Directory(Protocol):
    """Who has which number and which address."""

    def service_for(self, number: str, text: str) -> str | None:
        """The slug of the service whose number, keyword or address this is.

        `number` is a telephone number in digits alone, or a mail address in lower case; `text` may begin with a
        keyword.
        """


@dataclass(frozen=True, slots=True)
class Fragment:
    """One part of a long text message; whoever stores it joins those of one `sender`, `recipient` and `ref`.

    `part` counts from 1 to `total`. `external_id` is the part's own. `sent` says when, as the provider writes it.
    `attributes` are those of the address that it came to.
    """

    ref: str
    part: int
    total: int
    text: str
    sender: str
    recipient: str
    external_id: str
    caller: str
    service: str | None = None
    sent: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a request held.

    `ignored` says why something well-formed is not for us, in fixed words that can be counted. `skipped` names what
    could not be read within something that could, without its words. `keyword` is set where the citizen asked for
    something instead of telling us. `sender` (a number in digits alone) is for acknowledging, and kept only where they
    agree to be told. `answered` says that the provider has already replied to the citizen.
    """

    arrivals: tuple[Arrival, ...] = ()
    ignored: str | None = None
    skipped: tuple[str, ...] = ()
    fragment: Fragment | None = None
    keyword: SmsKeyword | None = None
    sender: str | None = None
    answered: bool = False
    language: str = "en"


def told_how(parsed: Parsed, channel: str) -> Parsed:
    """Adds to each arrival by which channel it was read, and which parts of what came were left out."""
    facts = {"format": channel}
    if parsed.skipped:
        more = len(parsed.skipped) - _SKIPPED_SHOWN
        facts["left out"] = "; ".join(parsed.skipped[:_SKIPPED_SHOWN]) + (f"; and {more} more" if more > 0 else "")
    return replace(parsed, arrivals=tuple(replace(one, read_as={**facts, **one.read_as}) for one in parsed.arrivals))


class ProviderAnswer(Protocol):
    """Makes the media type and the body of the answer that a provider waits for.

    `offer` says that the citizen may ask to be told once what came of it.
    """

    def __call__(
        self, receipt: str | None, language: str, keyword: SmsKeyword | None = None, *, offer: bool = False
    ) -> tuple[str, bytes]: ...


Read = Callable[[Inbound, Secrets, Directory], Parsed]


@dataclass(frozen=True, slots=True)
class KeyedChannel:
    """A channel whose payload proves nothing: whoever sends it shows an API key of the service.

    `needs_service` is off where the payload itself can tell its service, so that `?service=` may be missing.
    """

    read: Read
    needs_service: bool = True


@dataclass(frozen=True, slots=True)
class SignedChannel:
    """A channel whose provider proves itself by a signature or a token, and waits for an answer in its own form.

    The number that was written to tells the service.
    """

    read: Read
    answer: ProviderAnswer
    methods: tuple[str, ...] = ("POST",)


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel for which nobody has to vouch, and which has routes of its own."""

    read: Read


Channel = KeyedChannel | SignedChannel | OpenChannel
"""One line of the table, by who vouches for what comes in."""


def require_media_type(inbound: Inbound, *taken: str) -> None:
    """Refuse a content type that is named and none of `taken`."""
    if inbound.media_type and inbound.media_type not in taken:
        raise WrongMediaType(f"Send it as {' or '.join(taken)}.")


def require_equal(given: str, *expected: str) -> None:
    """Refuse a proof that is none of `expected`, taking the same time wherever it differs."""
    matches = [hmac.compare_digest(given.encode("utf-8", "replace"), proof.encode()) for proof in expected]
    if not any(matches):
        raise NotAuthentic("The proof of who sent this does not fit.")


def require_secret(secret: str | None) -> str:
    """Return the secret of a channel that is switched on."""
    if not secret:
        raise NotAuthentic("This channel is switched off: its secret is not set.")
    return secret
