"""Applying what was entered into a form, or showing its page again with what is wrong."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest
from feedback.http.staff import authenticate
from feedback.i18n import _
from feedback.record.access import Principal
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed

FormValues = Mapping[str, str]
"""What was typed into each field of a form."""

PageOrRedirect = Response[str] | Redirect
ApplyForm = Callable[[Session, Principal], PageOrRedirect]
ShowAgain = Callable[[Session, Principal, FeedbackError], Response[str]]


def submit(
    request: AnyRequest,
    record: Record,
    apply: ApplyForm,
    show_again: ShowAgain,
    told: tuple[type[FeedbackError], ...] = (Malformed,),
) -> PageOrRedirect:
    """Answers with what `apply` returns, which works in one transaction.

    Where it fails in one of the ways in `told`, nothing of it is stored, and `show_again` makes the page that says why.
    """
    try:
        with record.transaction() as session:
            return apply(session, authenticate(session, request))
    except told as error:
        refused = error
    with record.transaction() as session:
        return show_again(session, authenticate(session, request), refused)


def local_time(text: str, field: str, zone: ZoneInfo) -> dt.datetime:
    """Returns the time that a browser's field holds, in a service's own zone. Raises `Malformed` for what is none."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise Malformed("this is no time", field=field) from None


def ids(ticked: Sequence[object]) -> list[uuid.UUID]:
    """Returns the ids that were ticked, each once. What is none is left out: nobody could tick it."""
    found = []
    for text in ticked:
        try:
            found.append(uuid.UUID(str(text)))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def complaint(error: FeedbackError, complaints: Mapping[str, str], otherwise: str) -> dict[str, str]:
    """Returns what is said of the field that a failure names, by that field; of `otherwise` where it names another."""
    field = error.field if error.field and error.field in complaints else otherwise
    return {field: complaints[field]}


def complaint_at(place: str, error: FeedbackError, complaints: Mapping[str, str]) -> dict[str, str]:
    """Returns what is said of a failure at one place of a form, whichever field it names; of none, that all changed."""
    outdated = _("Something has changed in the meantime; look again")
    return {place: complaints.get(error.field or "", outdated)}
