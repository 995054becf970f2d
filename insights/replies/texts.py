"""Text messages to citizens: timing and outcome, once for every supplier."""

from dataclasses import dataclass
from typing import Protocol

import httpx

from feedback.record.settings import Settings

SUPPLIER_TIMEOUT_SECONDS = 15.0  # seconds for each step of the conversation


@dataclass(frozen=True, slots=True)
class Text:
    """`to`: the number, as +447700900123. `reference`: the same whenever it is sent. `sender`: the service's number."""

    to: str
    words: str
    reference: str
    sender: str | None


class Supplier(Protocol):
    """Who brings texts to telephones."""

    @property
    def url(self) -> str:
        """Where their API is."""

    def was_sent(self, http: httpx.Client, text: Text) -> bool:
        """Whether an earlier attempt got through, whose end nobody saw."""

    def send(self, http: httpx.Client, text: Text) -> httpx.Response:
        """One attempt."""


def send(settings: Settings, supplier: Supplier, text: Text) -> int | None:
    """The status that the supplier answers with, 200 where it has the text already; none where it does not answer."""
    proxy = settings.egress_proxy
    try:
        with httpx.Client(
            base_url=supplier.url, timeout=SUPPLIER_TIMEOUT_SECONDS, proxy=proxy, trust_env=False
        ) as http:
            return 200 if supplier.was_sent(http, text) else supplier.send(http, text).status_code
    except httpx.HTTPStatusError as error:
        return error.response.status_code
    except httpx.HTTPError:
        return None


def read_list(response: httpx.Response, name: str) -> list[object]:
    """A list within an answer, which must be a good one. Raises `httpx.HTTPError`."""
    try:
        content = response.raise_for_status().json()
        return list(content[name])
    except (ValueError, LookupError, TypeError):
        raise httpx.DecodingError("this is no list", request=response.request) from None
