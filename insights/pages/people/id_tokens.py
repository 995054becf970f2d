"""What a directory's token says of somebody (OpenID Connect Core 1.0), once it is known to hold."""

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from feedback.record.errors import NotAuthentic, Unavailable

LEEWAY_SECONDS = 60
"""How far its clock may be from ours."""
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]


def claims(tokens: Mapping[str, Any], keys: Any, issuer: str, client_id: str | None, nonce: str) -> Mapping[str, Any]:
    """Returns what the token says, which one of the published `keys` has signed.

    Raises `NotAuthentic` for a token that does not hold, `Unavailable` where the keys are none.
    """
    key_set = _read(keys)
    try:
        signed = jwt.decode(tokens["id_token"], key_set, registry=JWSRegistry(algorithms=ALGORITHMS))
        options: Any = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
        }
        known = {"nonce": nonce, "client_id": client_id}
        known |= {"access_token": tokens["access_token"]} if "access_token" in tokens else {}
        token = CodeIDToken(signed.claims, signed.header, options, known)
        token.validate(leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotAuthentic(f"the directory's token does not hold ({type(error).__name__})") from None
    return dict(token)


def _read(keys: Any) -> KeySet:
    try:
        return KeySet.import_key_set(keys)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable(f"the keys of the directory cannot be read: {type(error).__name__}") from None
