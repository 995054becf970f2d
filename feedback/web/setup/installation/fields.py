"""The forms of the installation's settings: a group of fields each, which are those of the API and the environment."""

from collections.abc import Mapping

from feedback.i18n import N_
from feedback.web.setup.service_fields import SettingField, SettingGroup

_LINE = N_("Enter one line")
_WEB = N_("Enter an address that begins with https:// or http://")
_SECRET = N_("This cannot be read; look at where you copied it from")


def _field(name: str, label: str, hint: str = "", complaint: str = _LINE) -> SettingField:
    return SettingField(name, label, hint, complaint)


def _secret(name: str, label: str, hint: str = "", complaint: str = _SECRET) -> SettingField:
    return SettingField(name, label, hint, complaint, "password")


_MAIL_SERVER = N_("Enter an address like smtps://mail.example.gov.uk, or smtp://mail.example.gov.uk:587")

FORMS: Mapping[str, SettingGroup] = {
    "address": SettingGroup(
        "address",
        N_("Address"),
        (
            _field(
                "public_url",
                N_("Address of this site"),
                N_("Where citizens, staff and providers reach it, as https://feedback.example.gov.uk."),
                _WEB,
            ),
            _field(
                "security_contact",
                N_("Whom to tell of a security hole"),
                N_("A mail address, or the address of a page. Everybody can read it."),
                N_("Enter a mail address, or an address that begins with https:// or tel:+"),
            ),
        ),
    ),
    "mail": SettingGroup(
        "mail",
        N_("Outgoing mail"),
        (
            _field(
                "smtp_url",
                N_("Mail server"),
                N_("smtps:// and its name, or smtp:// where encryption begins later; a port may follow, as :587."),
                _MAIL_SERVER,
            ),
            _field("smtp_user", N_("Who signs in there"), N_("Often a mail address. Empty: nobody has to.")),
            _secret("smtp_password", N_("Password there")),
            _field(
                "mail_from",
                N_("Sender"),
                N_("The mail address that mail comes from."),
                N_("Enter an e-mail address, like name@example.gov.uk"),
            ),
            _field(
                "oauth_token_url",
                N_("Address of access tokens"),
                N_("For Microsoft 365, which takes no password: mail and mailboxes sign in with a token from there."),
                _WEB,
            ),
            _field("oauth_client_id", N_("Application there"), N_("Its client id.")),
            _secret("oauth_client_secret", N_("Secret of that application")),
            _field("oauth_scope", N_("What the token is for")),
        ),
    ),
    "directory": SettingGroup(
        "directory",
        N_("Directory that staff sign in at"),
        (
            _field(
                "oidc_issuer",
                N_("Address of the directory"),
                N_("Its issuer, as Entra ID, Google or Keycloak name it."),
                _WEB,
            ),
            _field("oidc_client_id", N_("Application there"), N_("Its client id.")),
            _secret("oidc_client_secret", N_("Secret of that application")),
            _field("oidc_name", N_("What staff call it"), N_("As in: Sign in with …")),
            _field("oidc_scope", N_("What is asked for")),
            _field("oidc_claim", N_("What names somebody’s groups")),
            _field(
                "oidc_roles",
                N_("Which group is which role"),
                N_("As: Feedback admins=admin, Badge team=editor:blue-badge"),
                N_("Each must be GROUP=admin, or GROUP=reader, editor or owner with :SERVICE; commas between"),
            ),
            SettingField(
                "oidc_trust_email",
                N_("Believe addresses that it does not say are verified"),
                N_("Only where it holds your own people alone."),
                N_("Tick it or leave it"),
                "tick",
            ),
        ),
    ),
    "providers": SettingGroup(
        "providers",
        N_("Text messages"),
        (
            _secret("notify_token", N_("GOV.UK Notify: bearer token of its callback"), N_("For texts that come in.")),
            _secret(
                "notify_api_key",
                N_("GOV.UK Notify: API key"),
                N_("For answers that go out as texts."),
                N_("An API key is a name, the id of the service and a secret, joined by hyphens"),
            ),
            _field(
                "notify_template",
                N_("GOV.UK Notify: id of a template"),
                N_("Of a text template whose whole text is ((message))."),
            ),
            _field("notify_url", N_("GOV.UK Notify: its address"), "", _WEB),
            _secret(
                "twilio_auth_token",
                N_("Twilio: auth token"),
                N_("For texts that come in, and for answers that go out."),
            ),
            _field("twilio_account_sid", N_("Twilio: account SID"), N_("For answers that go out.")),
            _field(
                "twilio_from",
                N_("Twilio: number that answers come from"),
                N_("Or a messaging service, MG…. Empty: the service’s own number."),
            ),
            _field("twilio_url", N_("Twilio: its address"), "", _WEB),
            _secret("vonage_secret", N_("Vonage: signature secret"), N_("For texts that come in.")),
            _field(
                "vonage_method",
                N_("Vonage: signature method"),
                N_("md5hash, md5, sha1, sha256 or sha512, as chosen at Vonage. Empty: each of them is taken."),
                N_("Enter md5hash, md5, sha1, sha256 or sha512"),
            ),
        ),
    ),
    "mailboxes": SettingGroup(
        "mailboxes",
        N_("Mailbox that is looked into"),
        (
            _field(
                "imap_url",
                N_("Mailbox"),
                N_("imaps://, the name of the server and the folder, as imaps://mail.example.gov.uk/INBOX."),
                N_("Enter an address like imaps://mail.example.gov.uk/INBOX"),
            ),
            _field("imap_user", N_("Who signs in there"), N_("Often a mail address.")),
            _secret("imap_password", N_("Password there")),
            _field(
                "imap_move_to", N_("Folder for what was taken in"), N_("Empty: mails stay, and are marked as read.")
            ),
        ),
    ),
    "egress": SettingGroup(
        "egress",
        N_("How alerts leave"),
        (
            _field(
                "egress_proxy",
                N_("Proxy that alerts go out through"),
                N_("As http://proxy.example.gov.uk:3128."),
                N_("Enter an address like http://proxy.example.gov.uk:3128"),
            ),
            _field(
                "webhook_allow",
                N_("Private hosts and networks that alerts may reach"),
                N_("Names or networks, as hook.internal, 10.1.0.0/16. All others that are private are refused."),
                N_("Each must be the name of a host, or a network like 10.1.0.0/16"),
            ),
        ),
    ),
    "titles": SettingGroup(
        "titles",
        N_("Proposed titles"),
        (
            _field(
                "titles_url",
                N_("Address of the language model"),
                N_("An API like OpenAI’s. It is shown redacted statements, and may propose titles."),
                _WEB,
            ),
            _secret("titles_key", N_("Key of that API")),
            _field("titles_model", N_("Model to ask there")),
        ),
    ),
}
"""What admins set, a form for each group; `feedback.record.installation.SETTINGS_BY_GROUP` holds the same fields."""
