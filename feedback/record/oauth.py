"""Access tokens of OAuth 2 by client credentials (RFC 6749, section 4.4), with which mail servers are signed in to."""

import httpx

from feedback.record.errors import Unavailable
from feedback.record.settings import Settings

TOKEN_SECONDS = 30.0


def access_token(settings: Settings) -> str:
    """Asks for a token. Raises `Unavailable` where the server gives none."""
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.oauth_client_id or "",
        "client_secret": settings.oauth_client_secret or "",
        "scope": settings.oauth_scope,
    }
    try:
        answer = httpx.post(settings.oauth_token_url or "", data=form, timeout=TOKEN_SECONDS).raise_for_status()
        return str(answer.json()["access_token"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"the server of FEEDBACK_OAUTH_TOKEN_URL gives no token: {type(error).__name__}") from None


def xoauth2(user: str, token: str) -> str:
    """Returns what the mechanism XOAUTH2 of Microsoft 365 and Google sends for a user."""
    return f"user={user}\1auth=Bearer {token}\1\1"
