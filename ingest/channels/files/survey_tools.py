"""Survey tools whose exports are known by their headers, and which of their columns hold what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, available_timezones


@dataclass(frozen=True, slots=True)
class SurveyTool:
    """A tool: `signature` are the columns that all its exports have, in the order of likelihood none or others.

    `date`, `id` and `language` name the columns that hold these, the likeliest first; `about` the other columns that no
    citizen wrote. `labelled` says that the row below the header tells the questions or the choices.
    """

    name: str
    signature: tuple[frozenset[str], ...]
    date: tuple[str, ...]
    id: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    about: frozenset[str] = frozenset()
    labelled: bool = False
    month_first: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


SURVEY_TOOLS: Final = (
    SurveyTool(
        "Qualtrics",
        (_names("responseid|startdate"), _names("responseid|recordeddate"), _names("response id|recorded date")),
        date=("recordeddate", "recorded date", "enddate", "end date", "startdate", "start date"),
        id=("responseid", "response id"),
        language=("userlanguage", "user language"),
        about=_names(
            "status|ipaddress|ip address|progress|duration (in seconds)|finished|recipientlastname|recipientfirstname"
            "|recipientemail|externalreference|locationlatitude|locationlongitude|distributionchannel"
            "|external data reference|response type|distribution channel"
        ),
        labelled=True,
    ),
    SurveyTool(
        "SurveyMonkey",
        (_names("respondent id|collector id"), _names("respondentid|collectorid")),
        date=("end date", "enddate", "start date", "startdate", "date created", "date modified"),
        id=("respondent id", "respondentid"),
        about=_names(
            "collector id|collectorid|ip address|email address|first name|last name|custom data 1|custom value"
            "|language|date created|date modified"
        ),
        labelled=True,
        month_first=True,
    ),
    SurveyTool(
        "Microsoft Forms",
        (_names("id|start time|completion time"), _names("id|amser dechrau|amser cwblhau")),
        date=("completion time", "amser cwblhau", "start time", "amser dechrau"),
        id=("id",),
        language=("language",),
        about=_names("email|name|last modified time|e-bost|enw|total points|quiz feedback"),
    ),
    SurveyTool(
        "Typeform",
        (_names("#|submit date (utc)"), _names("#|submitted at"), _names("network id|submit date (utc)")),
        date=("submit date (utc)", "submitted at", "start date (utc)", "stage date (utc)"),
        id=("#",),
        about=_names("network id|tags|ending|response type|token|start date (utc)|stage date (utc)"),
    ),
    SurveyTool(
        "Citizen Space",
        (
            _names("response id|date submitted"),
            _names("responseid|datesubmitted"),
            _names("response id|submitted"),
            _names("response id|submission date"),
            _names("response id|submitted on"),
            _names("response id|submitted date"),
        ),
        date=("date submitted", "datesubmitted", "submitted", "submitted on", "submission date", "submitted date"),
        id=("response id", "responseid"),
        about=_names(
            "status|response status|method|response method|name|email|e-mail|organisation|publish response"
            "|date started|started|date last saved|username|user|included in overview|what is your name?"
            "|what is your name|what is your email address?|what is your email?|what is your organisation?"
        ),
    ),
    SurveyTool(
        "Google Forms",
        (_names("timestamp"), _names("stamp amser")),
        date=("timestamp", "stamp amser"),
        about=_names("email address|username|cyfeiriad e-bost|score"),
    ),
)
"""The more particular first, as some have the columns of another besides their own."""


def folded(name: str) -> str:
    """Return a column's name as it is compared: in lower case, without marks that show nothing, spaces as one."""
    plain = name.replace("\ufeff", "").replace("\u200b", "").replace("\xa0", " ")
    return " ".join(plain.split()).rstrip(" *:").lower()


def tool_of(names: Sequence[str]) -> SurveyTool | None:
    """Return the tool whose export has these columns; Google's is known only where its column stands first."""
    plain = [folded(name) for name in names]
    for tool in SURVEY_TOOLS:
        if any(signature <= set(plain) for signature in tool.signature):
            return tool if tool.id or (plain[0] in tool.date and len(plain) > 1) else None
    return None


def labels(tool: SurveyTool | None, names: Sequence[str], below: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Tell which of the rows right below the header are none of a citizen: questions, choices and ids of the tool."""
    ids = next((at for at, row in enumerate(below[:2]) if any(map(is_import_id, row))), None)
    if ids is not None:
        return list(below[: ids + 1])
    if tool is None or not tool.labelled or not below:
        return []
    place = next(at for at, name in enumerate(map(folded, names)) if name in tool.id)
    cell = folded(below[0][place]) if place < len(below[0]) else ""
    return list(below[:1]) if cell in ("", "response id", "respondent id") else []


def is_import_id(cell: str) -> bool:
    """Tell whether this is how Qualtrics numbers a column."""
    return cell.lstrip().startswith('{"ImportId"')


def zone_told(cells: Sequence[str]) -> ZoneInfo | None:
    """Return the time zone that Qualtrics writes below the columns of dates."""
    for cell in cells:
        try:
            told = json.loads(cell) if is_import_id(cell) else {}
        except ValueError:
            continue
        zone = told.get("timeZone")
        if zone in ("Z", "UTC") or (isinstance(zone, str) and zone in available_timezones()):
            return ZoneInfo("UTC" if zone == "Z" else zone)
    return None
