"""Texts through GOV.UK Notify: a template of the service's own, whose one field `message` holds all that is said."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

import httpx

from insights.replies.texts import TextMessage, read_list

UUID_LENGTH = 36  # characters; an API key ends with two: of the service, and the secret


@dataclass(frozen=True, slots=True)
class Notify:
    """Sends texts through GOV.UK Notify."""

    url: str
    key: str = field(repr=False)
    template: str

    def was_sent(self, http: httpx.Client, text: TextMessage) -> bool:
        """Looks the text up by its reference."""
        asked = {"reference": text.reference, "template_type": "sms"}
        answer = http.get("/v2/notifications", params=asked, headers=self._auth())
        return bool(read_list(answer, "notifications"))

    def send(self, http: httpx.Client, text: TextMessage) -> httpx.Response:
        """Makes one attempt to send."""
        order = {
            "phone_number": text.to,
            "template_id": self.template,
            "personalisation": {"message": text.body},
            "reference": text.reference,
        }
        return http.post("/v2/notifications/sms", json=order, headers=self._auth())

    def _auth(self) -> dict[str, str]:
        """The token is good for half a minute, so each request gets a new one."""
        claims: dict[str, str | int] = {
            "iss": self.key[-2 * UUID_LENGTH - 1 : -UUID_LENGTH - 1],
            "iat": int(time.time()),
        }
        return {"Authorization": f"Bearer {token(claims, self.key[-UUID_LENGTH:])}"}


def token(claims: dict[str, str | int], secret: str) -> str:
    """Makes a JSON Web Token, signed by HS256 (RFC 7519)."""
    head, body = (_part(json.dumps(it).encode()) for it in ({"typ": "JWT", "alg": "HS256"}, claims))
    signed = f"{head}.{body}"
    return f"{signed}.{_part(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def _part(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
