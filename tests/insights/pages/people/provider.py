"""A provider of OpenID Connect on loopback that says what a test wants it to say."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.jws import JWSRegistry

CLIENT, SECRET = "feedback", "a secret that the two share"


class Provider:
    """`said` is put over the claims of the next token, `algorithm` and `key` sign it; `published` are its keys.

    `described` is put over what it publishes about itself.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.forget()

    def forget(self) -> None:
        self.said: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.algorithm = "ES256"
        self.rotate()
        self._asked: dict[str, str] = {}

    def rotate(self) -> None:
        """Signs with a new key from now on, and publishes no other."""
        self.key: Any = ECKey.generate_key("P-256", {"kid": str(time.monotonic_ns())})
        self.published = self.key.as_dict(private=False)

    def sign_in(self, location: str) -> str:
        """What a browser is sent back to after somebody has signed in, as the query of the address."""
        self._asked = {name: value for name, [value] in parse_qs(urlsplit(location).query).items()}
        assert self._asked["response_type"] == "code" and self._asked["code_challenge_method"] == "S256"
        return urlencode({"code": "once", "state": self._asked["state"], "iss": self.url})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self._asked.get("code_challenge")
        known = authorization == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if not (proved and known and form["code"] == "once" and form["redirect_uri"] == self._asked["redirect_uri"]):
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "a", "id_token": self._signed()}

    def _signed(self) -> str:
        now = int(time.time())
        who = {"sub": "42", "name": "Ann O'Hara", "email": "ann@example.gov.uk", "email_verified": True}
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self._asked["nonce"]}
        claims = {name: value for name, value in (claims | who | self.said).items() if value is not None}
        if self.algorithm == "none":
            parts = (json.dumps({"alg": "none"}), json.dumps(claims), "")
            return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
        header = {"alg": self.algorithm, "kid": self.published["kid"]}
        return jwt.encode(header, claims, self.key, registry=JWSRegistry(algorithms=[self.algorithm]))

    def sign_with_the_secret(self) -> None:
        """Whoever reads our settings has it, too."""
        self.algorithm, self.key = "HS256", OctKey.import_key(SECRET)


@contextmanager
def provider() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/keys":
                self.answer(200, {"keys": [found.published]})
            else:
                places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
                own = {"issuer": found.url} | {name: found.url + path for name, path in places.items()}
                self.answer(200, own | found.described)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            plain = {name: value for name, [value] in form.items()}
            self.answer(*found.token(plain, self.headers.get("authorization", "")))

        def answer(self, status: int, content: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Provider(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        server.shutdown()
        thread.join()
