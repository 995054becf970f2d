"""Texts through GOV.UK Notify: a template of the service's own, whose one field `message` holds all that is said."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

import httpx

from insights.replies.texts import Text, read_list

ID = 36  # characters of a UUID, as an API key ends with two: of the service, and the secret


@dataclass(frozen=True, slots=True)
class Notify:
    url: str
    key: str = field(repr=False)
    template: str

    def was_sent(self, http: httpx.Client, text: Text) -> bool:
        asked = {"reference": text.reference, "template_type": "sms"}
        answer = http.get("/v2/notifications", params=asked, headers=self._proof())
        return bool(read_list(answer, "notifications"))

    def send(self, http: httpx.Client, text: Text) -> httpx.Response:
        order = {
            "phone_number": text.to,
            "template_id": self.template,
            "personalisation": {"message": text.words},
            "reference": text.reference,
        }
        return http.post("/v2/notifications/sms", json=order, headers=self._proof())

    def _proof(self) -> dict[str, str]:
        """Good for half a minute, so it is made for each request."""
        claims: dict[str, str | int] = {"iss": self.key[-2 * ID - 1 : -ID - 1], "iat": int(time.time())}
        return {"Authorization": f"Bearer {token(claims, self.key[-ID:])}"}


def token(claims: dict[str, str | int], secret: str) -> str:
    """A JSON Web Token, signed by HS256 (RFC 7519)."""
    head, body = (_part(json.dumps(it).encode()) for it in ({"typ": "JWT", "alg": "HS256"}, claims))
    signed = f"{head}.{body}"
    return f"{signed}.{_part(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def _part(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
