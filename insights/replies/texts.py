"""Text messages to citizens: timing and outcome are seen to once for every supplier."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

from feedback.record.settings import Settings

SUPPLIER_TIMEOUT_SECONDS = 15.0  # for each step of the conversation


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One text message to a citizen.

    `to` is a number such as +447700900123, `sender` the service's own number, if it has one. The `reference` stays the
    same when the message is sent again.
    """

    to: str
    body: str
    reference: str
    sender: str | None


class TextSupplier(Protocol):
    """A company that brings text messages to telephones."""

    @property
    def url(self) -> str:
        """Returns the address of its API."""

    def was_sent(self, http: httpx.Client, text: TextMessage) -> bool:
        """Asks whether an earlier attempt got through whose end nobody saw. Raises `httpx.HTTPError`."""

    def send(self, http: httpx.Client, text: TextMessage) -> httpx.Response:
        """Makes one attempt to send. Raises `httpx.HTTPError`."""


def send(settings: Settings, supplier: TextSupplier, text: TextMessage) -> int | None:
    """Sends a text and returns the supplier's HTTP status, 200 if it has the text already; none without an answer."""
    return _asked(
        settings, supplier, lambda http: 200 if supplier.was_sent(http, text) else supplier.send(http, text).status_code
    )


def knows_us(settings: Settings, supplier: TextSupplier) -> int | None:
    """Asks after a text that was never sent, and sends none; returns the HTTP status, none without an answer."""
    never = TextMessage("+447700900000", "A text that was never sent", "never-sent", None)

    def ask(http: httpx.Client) -> int:
        supplier.was_sent(http, never)
        return 200

    return _asked(settings, supplier, ask)


def _asked(settings: Settings, supplier: TextSupplier, ask: Callable[[httpx.Client], int]) -> int | None:
    proxy = settings.egress_proxy
    try:
        with httpx.Client(
            base_url=supplier.url, timeout=SUPPLIER_TIMEOUT_SECONDS, proxy=proxy, trust_env=False
        ) as http:
            return ask(http)
    except httpx.HTTPStatusError as error:
        return error.response.status_code
    except httpx.HTTPError:
        return None


def read_list(response: httpx.Response, name: str) -> list[object]:
    """Reads the list called `name` from a successful response. Raises `httpx.HTTPError`."""
    try:
        content = response.raise_for_status().json()
        return list(content[name])
    except (ValueError, LookupError, TypeError):
        raise httpx.DecodingError("this is no list", request=response.request) from None
