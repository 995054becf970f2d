"""What the audit says in place of the names by which the store knows who did something, and what it is about."""

from collections.abc import Mapping

from feedback.i18n import N_, TranslatedLabels, _

AUTHORS: Mapping[str, str] = TranslatedLabels(
    {
        "machine": N_("By itself"),
        "refit": N_("By itself"),
        "citizen": N_("Whoever wrote it"),
        "directory": N_("The directory"),
        "command line": N_("Whoever runs this, at the command line"),
        "restore": N_("Whoever runs this, from a backup"),
        "its receiver": N_("Its receiver"),
    }
)
"""Who does things and is neither a key nor a member of staff."""
GONE_AUTHORS: Mapping[str, str] = TranslatedLabels(
    {"person": N_("A member of staff who is gone"), "key": N_("A key that is gone")}
)
AUDITED_THINGS: Mapping[str, str] = TranslatedLabels(
    {
        "change": N_("A change"),
        "erasure": N_("An erasure"),
        "feedback": N_("A piece of feedback"),
        "hand-over": N_("A hand-over"),
        "import": N_("A calendar"),
        "installation": N_("Technical settings"),
        "issue": N_("An issue"),
        "key": N_("A key"),
        "organisation": N_("The organisation"),
        "person": N_("A member of staff"),
        "refit": N_("A new grouping"),
        "service": N_("A service"),
        "session": N_("A session"),
        "subscription": N_("A subscription"),
        "view": N_("A saved view"),
    }
)


def author(by: str, name: str | None = None) -> str:
    """Says who did something, whose `name` is known or not; never the id that the store knows them by."""
    kind, _id, number = by.partition(":")
    if name or not number:
        return name or AUTHORS.get(by, by)
    return GONE_AUTHORS.get(kind, by)


def detail(value: object) -> str:
    """Writes what an entry of the audit tells more of, as in: cy: Cyngor Aberwen."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {detail(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(detail, value))
    if value is None or isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def audited(subject: str) -> tuple[str, str]:
    """Says what an entry of the audit is about, and where it is shown; nowhere where it has no page."""
    kind, _id, identity = subject.partition(":")
    folders = {"issue": "issues/", "feedback": "feedback/", "subscription": "subscriptions/", "service": ""}
    path = f"/dashboard/{folders[kind]}{identity}" if kind in folders else ""
    return AUDITED_THINGS.get(kind, subject), path
