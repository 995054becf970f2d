"""Texts through Twilio."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from insights.replies.texts import Text, read_list


@dataclass(frozen=True, slots=True)
class Twilio:
    """`sender`: a number, or the id of a messaging service (MG...); none: the number of the service written to."""

    url: str
    account: str
    token: str = field(repr=False)
    sender: str | None

    def was_sent(self, http: httpx.Client, text: Text) -> bool:
        """Twilio knows no reference of ours; but no two citizens' words are the same, as the receipt is in them."""
        answer = http.get(self._path, params={"To": text.to}, auth=self._proof)
        return any(text.words in str(_body(message)) for message in read_list(answer, "messages"))

    def send(self, http: httpx.Client, text: Text) -> httpx.Response:
        sender = self.sender or text.sender or ""
        by = "MessagingServiceSid" if sender.startswith("MG") else "From"
        return http.post(self._path, data={"To": text.to, by: sender, "Body": text.words}, auth=self._proof)

    @property
    def _path(self) -> str:
        return f"/2010-04-01/Accounts/{self.account}/Messages.json"

    @property
    def _proof(self) -> tuple[str, str]:
        return self.account, self.token


def _body(message: Any) -> object:
    return message.get("body") if isinstance(message, dict) else None
