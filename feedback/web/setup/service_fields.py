"""The form of a service's settings: its fields, what is typed into them, and what is wrong with that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from litestar.datastructures import FormMultiDict

from feedback.i18n import N_, TranslatedLabels, _, catalogues, formats
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.limits import UNSTORABLE, convert
from feedback.record.models import Properties, Service
from feedback.record.models.properties import ServiceName
from feedback.record.states import Nation
from insights.presentation import labels

FieldKind = Literal["text", "password", "lines", "number", "color", "tick", "choice", "ticks"]
FormEntries = Mapping[str, str | list[str]]
"""What stands in each field of a form: a text, or for `ticks` the values that are ticked."""
NAME_IN = "name_in_"
"""What the name of a field begins with that holds the service's name in a further language."""


@dataclass(frozen=True, slots=True)
class SettingField:
    """A field of the form. `complaint` is what is said where it cannot be taken, `choices` are texts by value."""

    name: str
    label: str
    hint: str
    complaint: str
    kind: FieldKind = "text"
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """Returns the label in the language that is spoken."""
        code = self.name.removeprefix(NAME_IN)
        return _(self.label, language=labels.LANGUAGES.get(code, code))


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """Fields that belong together, under a heading."""

    id: str
    heading: str
    fields: Sequence[SettingField]


_NATIONS: Mapping[str, str] = TranslatedLabels(
    {
        Nation.ENGLAND: N_("England"),
        Nation.WALES: N_("Wales"),
        Nation.SCOTLAND: N_("Scotland"),
        Nation.NORTHERN_IRELAND: N_("Northern Ireland"),
    }
)
_LANGUAGES = {code: formats.own_name(code) for code in catalogues.languages("citizen")}
NAMES_IN_LANGUAGES = tuple(
    SettingField(
        f"{NAME_IN}{code}",
        N_("Name in %(language)s (optional)"),
        N_("What pages in this language show; left empty, they show the name above."),
        N_("The name must be of one line, in 200 characters or fewer"),
    )
    for code in _LANGUAGES
    if code != "en"
)
"""A name in each further language that pages speak."""
_IS = SettingGroup(
    "is",
    N_("What it is"),
    (
        SettingField(
            "name", N_("Name"), N_("As citizens know it."), N_("Enter a name of one line, in 200 characters or fewer")
        ),
        *NAMES_IN_LANGUAGES,
        SettingField(
            "department",
            N_("Department (optional)"),
            N_("Who runs it."),
            N_("Enter one line, in 200 characters or fewer"),
        ),
        SettingField(
            "nation",
            N_("Nation"),
            N_("Its bank holidays count in charts and in what is expected."),
            N_("Choose one of the nations"),
            "choice",
            _NATIONS,
        ),
        SettingField(
            "time_zone",
            N_("Time zone"),
            N_("Whose days and hours count, as the tz database calls it: Europe/London."),
            N_("Enter a time zone of the tz database, as Europe/London is one"),
        ),
        SettingField(
            "languages",
            N_("Languages of its pages"),
            N_("In what citizens may read the form, the receipt and what you did."),
            N_("Choose one language at least"),
            "ticks",
            _LANGUAGES,
        ),
        SettingField(
            "colour",
            N_("Colour"),
            N_("Of the form, the receipt and the widget. Its text is black or white, whichever reads better on it."),
            N_("Choose a colour, as #0b5d7a"),
            "color",
        ),
    ),
)
_REACHED = SettingGroup(
    "reached",
    N_("How people reach it"),
    (
        SettingField(
            "anyone_may_write",
            N_("Anybody may write"),
            N_("Unticked, feedback is taken under a key alone: the form and the widget are off."),
            N_("Tick it or leave it"),
            "tick",
        ),
        SettingField(
            "origins",
            N_("Sites that may show the widget (optional)"),
            N_("One a line, as https://www.example.gov.uk: no path, no slash at the end."),
            N_("Each line must be the address of a site, as https://www.example.gov.uk"),
            "lines",
        ),
        SettingField(
            "sms_numbers",
            N_("Numbers for text messages (optional)"),
            N_("One a line. What is texted there is about this service."),
            N_("Each line must be a telephone number, as +44 7700 900001, which no other service has"),
            "lines",
        ),
        SettingField(
            "sms_keywords",
            N_("Keywords for text messages (optional)"),
            N_("One a line: the first word that makes a text to a shared number this service’s own."),
            N_("Each line must be one word, which no other service has"),
            "lines",
        ),
        SettingField(
            "acknowledge",
            N_("Answer a text with its receipt"),
            N_("It costs a text each."),
            N_("Tick it or leave it"),
            "tick",
        ),
        SettingField(
            "follow_up",
            N_("Offer those who text to hear once what was done"),
            N_("Their number is held sealed for a day, and longer only after a YES."),
            N_("Tick it or leave it"),
            "tick",
        ),
        SettingField(
            "mail_addresses",
            N_("Mail addresses (optional)"),
            N_("One a line. Mail that comes to one of them is about this service."),
            N_("Each line must be a mail address, which no other service has"),
            "lines",
        ),
    ),
)
_KEPT = SettingGroup(
    "kept",
    N_("What is kept, and when it warns"),
    (
        SettingField(
            "retention_days",
            N_("Days that feedback is kept"),
            N_("After that the words go; the figures stay."),
            N_("Enter a whole number of days, from 1 to 36,500"),
            "number",
        ),
        SettingField(
            "four_eyes",
            N_("Erasing what a person said takes two"),
            N_("One owner asks for it, and another approves it. What citizens take back themselves goes at once."),
            N_("Tick it or leave it"),
            "tick",
        ),
        SettingField(
            "tolerance",
            N_("False alarms a week that you tolerate"),
            N_("0.02 is one a year. More of them means that less is missed, and that it is noticed sooner."),
            N_("Enter a number from 0.0001 to 100"),
            "number",
        ),
    ),
)
FIELDSETS = (_IS, _REACHED, _KEPT)
FIELDS = {one.name: one for group in FIELDSETS for one in group.fields}


def stored_entries(service: Service) -> FormEntries:
    """Returns what the form shows of a service before anything is typed."""
    known = msgspec.to_builtins(service.properties)
    properties = {one.name: known.get(one.name, one.default) for one in msgspec.structs.fields(Properties)}
    in_languages = {f"{NAME_IN}{code}": name for code, name in service.properties.names.items()}
    values = {"name": service.name, **properties, **in_languages}
    return {name: _shown(one, values.get(name, "")) for name, one in FIELDS.items()}


def _shown(one: SettingField, value: Any) -> str | list[str]:
    if one.kind == "ticks":
        return list(value)
    if one.kind == "tick":
        return "yes" if value else ""
    return "\n".join(value) if one.kind == "lines" else str(value)


def typed_entries(form: FormMultiDict, fields: Iterable[SettingField]) -> FormEntries:
    """Returns what was typed into the fields. Raises `Malformed` for a NUL in it."""
    found = {one.name: _typed(form, one) for one in fields}
    if any(UNSTORABLE.search("".join(entry)) for entry in found.values()):
        raise Malformed("there is a NUL in it")
    return found


def _typed(form: FormMultiDict, one: SettingField) -> str | list[str]:
    if one.kind == "ticks":
        return [str(value) for value in form.getall(one.name, [])]
    return str(form.get(one.name, "")).strip()


def read(entries: FormEntries) -> tuple[dict[str, Any], dict[str, str]]:
    """Reads the fields as the API takes them, and tells what is wrong: the changes, and a complaint for each field."""
    values = {name: _read(one, entries[name]) for name, one in FIELDS.items()}
    wrong = [name for name, value in values.items() if not _fits(name, value)]
    return gathered(values), {name: _(FIELDS[name].complaint) for name in wrong}


def gathered(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values of fields as they are stored: the names in other languages are one of them."""
    by_code = {name.removeprefix(NAME_IN): value for name, value in values.items() if name.startswith(NAME_IN)}
    rest = {name: value for name, value in values.items() if not name.startswith(NAME_IN)}
    return {"names": {code: name for code, name in by_code.items() if name}} | rest


def differing(changes: dict[str, Any], entries: FormEntries, before: FormEntries) -> dict[str, Any]:
    """Returns the changes that are any: of the fields in which something else stands than before."""
    touched = {name for name in FIELDS if entries[name] != before[name]}
    kept = {"names" if name.startswith(NAME_IN) else name for name in touched}
    return {name: value for name, value in changes.items() if name in kept}


def _read(one: SettingField, entry: str | list[str]) -> Any:
    if isinstance(entry, list):
        return entry
    if one.kind == "lines":
        return [line.strip() for line in entry.splitlines() if line.strip()]
    if one.kind == "tick":
        return bool(entry)
    if one.kind == "number":
        return _number(entry)
    return entry


def _number(text: str) -> float | int | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _fits(name: str, value: Any) -> bool:
    try:
        if name == "name":
            convert(value, ServiceName)
        else:
            convert(gathered({name: value}), Properties)
    except Malformed:
        return False
    return True


def complaint(error: FeedbackError) -> dict[str, str]:
    """Returns what is wrong, by field, where the failure names one; what another service has, say."""
    return {error.field: _(FIELDS[error.field].complaint)} if error.field in FIELDS else {"name": str(error)}
