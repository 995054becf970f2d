"""What the operator sets: one frozen object, read once by each command and passed down."""

import base64
import dataclasses
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from feedback.record.errors import Malformed
from feedback.record.settings import readers
from feedback.record.settings.readers import GroupRole

SettingSource = Literal["environment", "file", "default"]


def _setting(
    variable: str, says: str, default: Any = None, read: Callable[[str], Any] = str, *, secret: bool = False
) -> Any:
    return field(default=default, metadata={"variable": variable, "says": says, "read": read, "secret": secret})


def _secret(variable: str, says: str, default: Any = None, read: Callable[[str], Any] = str) -> Any:
    """What is never shown again."""
    return _setting(variable, says, default, read, secret=True)


@dataclass(frozen=True, slots=True)
class Settings:
    """Holds all settings: each field names its variable and says what it is for; `docs/settings.md` does the same."""

    database_url: str | None = _secret(
        "DATABASE_URL", "PostgreSQL with pgvector; none: one is started beside us.", None, readers.database
    )
    database_direct_url: str | None = _secret(
        "DATABASE_DIRECT_URL",
        "The same PostgreSQL without the pooler, where DATABASE_URL leads through one.",
        None,
        readers.database,
    )
    database_read_url: str | None = _secret(
        "DATABASE_READ_URL", "A replica that pages for staff and exports are read from.", None, readers.database
    )
    redis_url: str | None = _secret(
        "REDIS_URL", "Redis or Valkey; none: one is started beside us.", None, readers.redis
    )
    port: int = _setting("PORT", "The port of the API and the pages.", 8000, int)
    host: str = _setting("FEEDBACK_HOST", "The address that the API listens on.", "127.0.0.1")
    data: Path = _setting("FEEDBACK_DATA", "The folder of all that we keep on disk.", Path(".feedback"), Path)
    public_url: str | None = _setting(
        "FEEDBACK_PUBLIC_URL", "Where citizens and providers reach us, behind a proxy.", None, readers.base
    )
    security_contact: str | None = _setting(
        "FEEDBACK_SECURITY_CONTACT", "Whom to tell of a hole in this installation.", None, readers.way_to_reach
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "FEEDBACK_TRUSTED_PROXIES", "Addresses whose X-Forwarded-For is believed.", ("127.0.0.1",), readers.words
    )
    shared_networks: tuple[str, ...] = _setting(
        "FEEDBACK_SHARED_NETWORKS", "Networks that many people write from: offices, libraries.", (), readers.networks
    )
    intake_rate: float = _setting(
        "FEEDBACK_INTAKE_RATE", "Pieces a minute that one address may send; 0: no limit.", 60.0, float
    )
    client_seconds: int = _setting(
        "FEEDBACK_CLIENT_SECONDS",
        "Seconds that a client may take to send a request, or stay idle.",
        20,
        readers.positive,
    )
    client_connections: int = _setting(
        "FEEDBACK_CLIENT_CONNECTIONS", "Connections that one address may hold at once; 0: no limit.", 100, int
    )
    secret_keys: tuple[str, ...] = _secret(
        "FEEDBACK_SECRET_KEY",
        "The key of keys (32 bytes, base64); older ones may follow, after a comma.",
        (),
        readers.words,
    )
    embedding_model: Path | None = _setting(
        "FEEDBACK_EMBEDDING_MODEL", "A folder of another sentence-transformers BERT model.", None, Path
    )
    multilingual_model: Path | None = _setting(
        "FEEDBACK_MULTILINGUAL_MODEL", "A folder of another multilingual model, with its map; off: none.", None, Path
    )
    titles_url: str | None = _setting(
        "FEEDBACK_TITLES_URL", "An OpenAI-compatible API that may propose titles.", None, readers.base
    )
    titles_key: str | None = _secret("FEEDBACK_TITLES_KEY", "The key of that API.")
    titles_model: str = _setting("FEEDBACK_TITLES_MODEL", "The model to ask there.", "default")
    settings_in_browser: bool = _setting(
        "FEEDBACK_SETTINGS_IN_BROWSER", "0: what admins set in the browser does not count.", True, readers.flag
    )
    dev: bool = _setting(
        "FEEDBACK_DEV", "1: logs for developers, with tracebacks, which may quote citizens.", False, readers.flag
    )
    workers: int = _setting("FEEDBACK_WORKERS", "Worker processes of `feedback up`; 0: one per core.", 0, int)
    webhook_allow: tuple[str, ...] = _setting(
        "FEEDBACK_WEBHOOK_ALLOW",
        "Hosts or networks that alerts may reach although they are private.",
        (),
        readers.words,
    )
    egress_proxy: str | None = _secret(
        "FEEDBACK_EGRESS_PROXY", "A proxy that alerts go out through.", None, readers.proxy
    )
    smtp_url: str | None = _secret(
        "FEEDBACK_SMTP_URL", "smtp://user:password@host:port of outgoing mail.", None, readers.mail_server
    )
    smtp_user: str | None = _setting("FEEDBACK_SMTP_USER", "Who signs in there, where the address does not say.")
    smtp_password: str | None = _secret("FEEDBACK_SMTP_PASSWORD", "The password of that user.")
    otlp_endpoint: str | None = _setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Where traces go (OpenTelemetry, OTLP over HTTP); unset, nowhere.",
        None,
        readers.base,
    )
    mail_from: str = _setting(
        "FEEDBACK_MAIL_FROM", "The sender of outgoing mail.", "feedback@localhost", readers.sender
    )
    imap_url: str | None = _secret(
        "FEEDBACK_IMAP_URL", "A mailbox that is looked into each minute: imaps://host/INBOX.", None, readers.mailbox
    )
    imap_move_to: str | None = _setting("FEEDBACK_IMAP_MOVE_TO", "The folder that mails are moved to once taken in.")
    imap_user: str | None = _setting("FEEDBACK_IMAP_USER", "Who reads the mailbox.")
    imap_password: str | None = _secret("FEEDBACK_IMAP_PASSWORD", "The password of that user.")
    oauth_token_url: str | None = _setting(
        "FEEDBACK_OAUTH_TOKEN_URL", "Where mail servers' access tokens (OAuth 2) are given.", None, readers.base
    )
    oauth_client_id: str | None = _setting("FEEDBACK_OAUTH_CLIENT_ID", "Who we are there.")
    oauth_client_secret: str | None = _secret("FEEDBACK_OAUTH_CLIENT_SECRET", "The secret that proves it.")
    oauth_scope: str = _setting(
        "FEEDBACK_OAUTH_SCOPE", "What the token is for.", "https://outlook.office365.com/.default"
    )
    oidc_issuer: str | None = _setting(
        "FEEDBACK_OIDC_ISSUER", "The directory that staff sign in at.", None, readers.base
    )
    oidc_client_id: str | None = _setting("FEEDBACK_OIDC_CLIENT_ID", "Who we are there.")
    oidc_client_secret: str | None = _secret("FEEDBACK_OIDC_CLIENT_SECRET", "The secret that proves it.")
    oidc_name: str = _setting("FEEDBACK_OIDC_NAME", "What staff call the directory.", "your organisation")
    oidc_scope: str = _setting("FEEDBACK_OIDC_SCOPE", "What is asked for.", "openid email profile")
    oidc_claim: str = _setting("FEEDBACK_OIDC_CLAIM", "What names the groups of somebody.", "groups")
    oidc_roles: tuple[tuple[str, GroupRole], ...] = _setting(
        "FEEDBACK_OIDC_ROLES", "Which group is which role.", (), readers.group_roles
    )
    oidc_trust_email: bool = _setting(
        "FEEDBACK_OIDC_TRUST_EMAIL", "1: believe addresses that are not said to be verified.", False, readers.flag
    )
    twilio_auth_token: str | None = _secret("FEEDBACK_TWILIO_AUTH_TOKEN", "Proves that Twilio is calling.")
    notify_token: str | None = _secret("FEEDBACK_NOTIFY_TOKEN", "The bearer token of GOV.UK Notify's callback.")
    vonage_secret: str | None = _secret("FEEDBACK_VONAGE_SECRET", "The signature secret of Vonage.")
    vonage_method: str | None = _setting(
        "FEEDBACK_VONAGE_METHOD", "The one way to sign that is taken of Vonage.", None, readers.vonage_method
    )
    notify_api_key: str | None = _secret(
        "FEEDBACK_NOTIFY_API_KEY", "Lets us text through Notify.", None, readers.notify_key
    )
    notify_template: str | None = _setting("FEEDBACK_NOTIFY_TEMPLATE", "The id of a text template of ((message)).")
    notify_url: str = _setting(
        "FEEDBACK_NOTIFY_URL", "Where Notify is.", "https://api.notifications.service.gov.uk", readers.base
    )
    twilio_account_sid: str | None = _setting("FEEDBACK_TWILIO_ACCOUNT_SID", "Lets us text through Twilio.")
    twilio_from: str | None = _setting("FEEDBACK_TWILIO_FROM", "A number or a messaging service that texts come from.")
    twilio_url: str = _setting("FEEDBACK_TWILIO_URL", "Where Twilio is.", "https://api.twilio.com", readers.base)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Reads the environment; a value may stand in a file instead, which the variable with `_FILE` names.

        Raises `Malformed`, which names the variable, for a value that cannot be read.
        """
        environment = os.environ if environment is None else environment
        texts = {f: _text(variable_of(f), environment) for f in dataclasses.fields(cls)}
        given = {f.name: _read(f, text) for f, text in texts.items() if text}
        return cls(**given)

    @staticmethod
    def sources(environment: Mapping[str, str] | None = None) -> dict[str, SettingSource]:
        """Tells where each setting comes from, by its field: a variable, a file that a variable names, or nowhere."""
        environment = os.environ if environment is None else environment
        return {f.name: _source(variable_of(f), environment) for f in dataclasses.fields(Settings)}

    def keys(self) -> tuple[bytes, ...]:
        """Returns the keys of keys, the current one first. Where none is given, one is made in the data folder."""
        texts = self.secret_keys or (_kept_key(self.key_file),)
        return tuple(_decoded(text) for text in texts)

    @property
    def key_file(self) -> Path:
        """The file that holds the key of keys, where none is given."""
        return self.data / "secret.key"

    @property
    def has_pooler(self) -> bool:
        """Tells whether `database_url` leads through one that gives a connection for a transaction at a time."""
        return self.database_direct_url is not None

    @property
    def url(self) -> str:
        """The address that citizens and staff reach us under, without a slash at the end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")


def _source(variable: str, environment: Mapping[str, str]) -> SettingSource:
    if environment.get(f"{variable}_FILE"):
        return "file"
    return "environment" if environment.get(variable) else "default"


def variable_of(setting: "dataclasses.Field[Any]") -> str:
    """Returns the variable of the environment that a field of `Settings` is read from."""
    return str(setting.metadata["variable"])


def _text(variable: str, environment: Mapping[str, str]) -> str | None:
    """From a file, as Docker and Kubernetes hand over secrets, without the line end that editors put after it."""
    there = f"{variable}_FILE"
    if not (path := environment.get(there)):
        return environment.get(variable)
    if environment.get(variable):
        raise Malformed(f"{variable} and {there} are both set: leave one out")
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"{there} names a file that cannot be read ({type(error).__name__})") from None
    if not text:
        raise Malformed(f"{there} names a file that is empty")
    return text


def _read(setting: "dataclasses.Field[Any]", text: str) -> Any:
    try:
        return setting.metadata["read"](text)
    except ValueError as error:
        raise Malformed(f"{variable_of(setting)} cannot be read: {error}") from error


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed("FEEDBACK_SECRET_KEY is not base64") from error
    if len(key) != 32:
        raise Malformed("FEEDBACK_SECRET_KEY must hold 32 bytes")
    return key


def _kept_key(path: Path) -> str:
    """Made once: a second process that starts at the same time must read the same key, so the write is exclusive."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
