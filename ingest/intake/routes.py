"""Intake over HTTP: what citizens' pages, widgets and other systems post; and receipts."""

import datetime as dt
import uuid
from typing import Annotated

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.types import ASGIApp, Receive, Scope, Send

from feedback.http.compression import UNCOMPRESSED
from feedback.http.dependencies import AnyRequest
from feedback.http.security_headers import header
from feedback.record.access import Principal
from feedback.record.errors import Malformed
from feedback.record.states import ChannelName
from ingest.intake import receipts
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT, MESSAGE_LIMIT, Arrival, Visitor
from ingest.intake.dependencies import LONGEST_KEY, REFUSAL, GivenIntake, Intake, visitor_of
from ingest.intake.receipts import Receipt

SUBMIT_PATH = "/v1/services/{service:str}/feedback"

IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=LONGEST_KEY)]
Short = Annotated[str, msgspec.Meta(max_length=200)]


class Submission(msgspec.Struct, forbid_unknown_fields=True):
    """One piece of feedback. `submitted_at`: RFC 3339, or a date alone. `contact`: to be told once what came of it."""

    message: Annotated[str, msgspec.Meta(max_length=MESSAGE_LIMIT, pattern=r"\S")]
    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    page_url: Annotated[str, msgspec.Meta(max_length=2_000)] | None = None
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")] | None = None
    contact: Short | None = None
    submitted_at: str | None = None
    attributes: Annotated[dict[Annotated[str, msgspec.Meta(max_length=50)], Short], msgspec.Meta(max_length=20)] = {}
    external_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = None


class Acknowledgement(msgspec.Struct, frozen=True):
    """It is stored, and will be read. The receipt tells what becomes of it."""

    id: uuid.UUID
    receipt: str


def arrival_of_stranger(intake: Intake, scope: Scope, service: str, data: Submission) -> Arrival:
    """Returns what nobody vouches for. Raises `Malformed`."""
    key = header(scope, b"idempotency-key").decode("latin-1").strip()
    repeat_key = intake.repeat_key(scope, service, key) if key else None
    visitor = visitor_of(scope, intake.record.settings.shared_networks)
    return _arrival(service, data, None, repeat_key, visitor)


def _arrival(
    service: str, data: Submission, who: Principal | None, repeat_key: str | None, visitor: Visitor | None
) -> Arrival:
    if data.external_id and not who:
        raise Malformed("external_id needs a key; without one, send an Idempotency-Key")
    caller = who.caller if who else "public"
    return Arrival(
        service=service,
        message=data.message,
        channel=ChannelName.WEB,
        caller=caller if data.external_id else f"{caller}:idempotency",
        external_id=data.external_id or repeat_key,
        submitted_at=parse_moment(data.submitted_at) if data.submitted_at else None,
        rating=data.rating,
        page_url=data.page_url,
        language=data.language,
        contact=data.contact,
        client=visitor,
        attributes=data.attributes,
    )


def parse_moment(text: str) -> dt.datetime | dt.date:
    """Read a date where no time is given."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("submitted_at is neither a date nor a time of RFC 3339") from None


def refused_already(app: ASGIApp) -> ASGIApp:
    """A middleware: it raises what was found to be wrong before the request came here (`at_once.py`)."""

    async def said(scope: Scope, receive: Receive, send: Send) -> None:
        if REFUSAL in scope["state"]:
            raise scope["state"][REFUSAL]
        await app(scope, receive, send)

    return said


@post(
    SUBMIT_PATH,
    status_code=202,
    request_max_body_size=ANONYMOUS_BODY_LIMIT,
    middleware=[refused_already],
)
async def submit(
    request: AnyRequest,
    service: FromPath[str],
    data: JSONBody[Submission],
    intake: GivenIntake,
    idempotency_key: IdempotencyKey = None,
) -> Acknowledgement:
    """Leave feedback. Repeating it under the same Idempotency-Key gives the same answer."""
    who = await intake.authenticate(request, service)
    if who:
        arrival = _arrival(service, data, who, (idempotency_key or "").strip() or None, None)
    else:
        arrival = arrival_of_stranger(intake, request.scope, service, data)
    stored = await intake.store_one(arrival)
    return Acknowledgement(stored.id, stored.receipt)


@get("/v1/receipts/{code:str}", sync_to_thread=True, opt=UNCOMPRESSED)
def show_receipt(code: FromPath[str], intake: GivenIntake) -> Receipt:
    """Show where a piece of feedback is."""
    with intake.record.transaction() as session:
        return receipts.look_up(session, code)


@delete("/v1/receipts/{code:str}", sync_to_thread=True)
def take_back(code: FromPath[str], intake: GivenIntake) -> None:
    """Take a piece of feedback back: what was said is erased."""
    with intake.record.transaction() as session:
        receipts.take_back(session, code)


@post("/v1/receipts/{code:str}/not-fixed", status_code=202, sync_to_thread=True)
def not_fixed(code: FromPath[str], intake: GivenIntake) -> Receipt:
    """Say that what is called resolved is not: that counts as a new report."""
    with intake.record.transaction() as session:
        receipts.not_fixed(session, code)
        return receipts.look_up(session, code)


router = Router("/", route_handlers=[submit, show_receipt, take_back, not_fixed], tags=["citizens"])
