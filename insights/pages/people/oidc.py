"""OpenID Connect: who somebody is, as the organisation's directory says (Core 1.0 and Discovery 1.0; code flow, PKCE).

What the provider publishes is read anew at each sign-in, so that its new keys count at once. What is signed with no
key of its own (`none`, a shared secret) counts for nothing.
"""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from feedback.record.errors import NotAuthentic, Unavailable
from feedback.record.settings import Settings

SECONDS = 10.0
"""How long the provider may take for each answer."""
PLACES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
"""What a provider publishes of where it is asked: addresses of the web, or nobody is sent there."""
PROOFS = "token_endpoint_auth_methods_supported"
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError)


class Attempt(msgspec.Struct, frozen=True):
    """What one browser keeps while it is away at the provider. `after` is the page to go on to, `at` a UNIX time."""

    state: str
    nonce: str
    verifier: str
    after: str
    at: float


def begin(after: str, at: float) -> Attempt:
    """Draws what nobody can guess about an attempt to sign in."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), after, at)


def authorization_url(settings: Settings, attempt: Attempt, return_url: str) -> str:
    """Returns where a browser is sent to sign in. Raises `Unavailable` where the provider does not answer."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - as below

    wanted = {
        "response_type": "code",
        "client_id": settings.oidc_client_id or "",
        "redirect_uri": return_url,
        "scope": settings.oidc_scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": create_s256_code_challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    place = str(_published(settings)["authorization_endpoint"])
    return f"{place}{'&' if '?' in place else '?'}{urlencode(wanted)}"


def claims(settings: Settings, attempt: Attempt, code: str, return_url: str) -> Mapping[str, Any]:
    """Trades a code for what the provider says about somebody.

    Raises `NotAuthentic` for a code or a token that does not hold, `Unavailable` where the provider does not answer.
    """
    from insights.pages.people import id_tokens  # noqa: PLC0415 - 3 MB of libraries, for who signs in that way

    published = _published(settings)
    tokens = _tokens(settings, published, attempt, code, return_url)
    return id_tokens.claims(tokens, _keys(published), published["issuer"], settings.oidc_client_id, attempt.nonce)


def _published(settings: Settings) -> Mapping[str, Any]:
    issuer = settings.oidc_issuer or ""
    try:
        answer = httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=SECONDS).raise_for_status()
        found: dict[str, Any] = answer.json()
        if found["issuer"].rstrip("/") != issuer:
            raise ValueError("it speaks for another")
        if not all(str(found[name]).startswith(("https://", "http://")) for name in PLACES):
            raise ValueError("it does not say where it is asked")
        found[PROOFS] = list(found.get(PROOFS, ["client_secret_basic"]))
    except _FAILURES as error:
        raise Unavailable(f"the directory of FEEDBACK_OIDC_ISSUER cannot be read: {type(error).__name__}") from None
    return found


def _keys(published: Mapping[str, Any]) -> Any:
    try:
        return httpx.get(str(published["jwks_uri"]), timeout=SECONDS).raise_for_status().json()
    except _FAILURES as error:
        raise Unavailable(f"the keys of the directory cannot be read: {type(error).__name__}") from None


def _tokens(
    settings: Settings, published: Mapping[str, Any], attempt: Attempt, code: str, return_url: str
) -> Mapping[str, Any]:
    client, secret = settings.oidc_client_id or "", settings.oidc_client_secret or ""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_url,
        "code_verifier": attempt.verifier,
    }
    by_header = secret and "client_secret_basic" in published[PROOFS]
    proof = {"client_id": client} | ({"client_secret": secret} if secret else {})
    how: dict[str, Any] = {"auth": (client, secret), "data": form} if by_header else {"data": form | proof}
    try:
        answer = httpx.post(str(published["token_endpoint"]), timeout=SECONDS, **how)
        if answer.is_client_error:
            raise NotAuthentic("the directory does not take this code")
        found: dict[str, Any] = answer.raise_for_status().json()
    except _FAILURES as error:
        raise Unavailable(f"the directory gives no token: {type(error).__name__}") from None
    return found
