"""The bearer token of a request (RFC 6750), for every door that takes one."""

from collections.abc import Mapping

from feedback.record.errors import NotAuthentic


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """Returns the token of `Authorization: Bearer TOKEN`, or None where the request carries none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def require_bearer_token(headers: Mapping[str, str]) -> str:
    """Returns the token. Raises `NotAuthentic` where the request carries none."""
    token = bearer_token(headers)
    if token is None:
        raise NotAuthentic("this takes a key: Authorization: Bearer KEY")
    return token
