"""Texts through Twilio, from the operator's number or from the service's own."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from insights.replies.texts import TextMessage, read_list


@dataclass(frozen=True, slots=True)
class Twilio:
    """Sends texts through Twilio.

    `sender` is a number or the id of a messaging service (MG...); without it, texts come from the service's own number.
    """

    url: str
    account: str
    token: str = field(repr=False)
    sender: str | None

    def was_sent(self, http: httpx.Client, text: TextMessage) -> bool:
        """Looks the text up by its body: Twilio knows no reference, but each body holds the citizen's own receipt."""
        answer = http.get(self._path, params={"To": text.to}, auth=self._auth)
        return any(text.body in str(_body(message)) for message in read_list(answer, "messages"))

    def send(self, http: httpx.Client, text: TextMessage) -> httpx.Response:
        """Makes one attempt to send."""
        sender = self.sender or text.sender or ""
        by = "MessagingServiceSid" if sender.startswith("MG") else "From"
        return http.post(self._path, data={"To": text.to, by: sender, "Body": text.body}, auth=self._auth)

    @property
    def _path(self) -> str:
        return f"/2010-04-01/Accounts/{self.account}/Messages.json"

    @property
    def _auth(self) -> tuple[str, str]:
        return self.account, self.token


def _body(message: Any) -> object:
    return message.get("body") if isinstance(message, dict) else None
