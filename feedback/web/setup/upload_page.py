"""What becomes of a file that was brought: its columns are confirmed, it is taken in, and taken back as a whole."""

import asyncio
import datetime as dt
import io
import uuid
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord, WorkQueueDependency
from feedback.http.forms import read_form
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed, NotFound
from feedback.record.limits import convert
from feedback.record.models import Feedback, Refit, Service, ServiceWork, Upload, UploadedPiece
from feedback.record.output.tables import TableWriter
from feedback.record.states import ChannelName, UploadStage, WorkKind
from feedback.record.work.queue import WorkQueue
from feedback.record.work.service_work import due
from feedback.web.setup.bring_page import path_of
from feedback.web.setup.first_findings import FirstFindings, came_at, first_findings
from feedback.web.setup.reloading import REFRESH_SECONDS, reload_unless_still
from ingest.channels.files.importing import refusal_columns
from ingest.channels.uploads import sealed_file
from ingest.channels.uploads.reading_form import FirstLook, ReadingForm, columns_of, first_look
from insights.issues.queries.services import WAITING_STAGES
from insights.pages.forms import PageOrRedirect, submit
from insights.pages.layout import saved, show
from insights.presentation import labels

REASONS_SHOWN = 20
SINGLE = ("date", "id", "rating", "language", "channel_column", "channel")
SEVERAL = ("text", "keep")
RUNNING = (UploadStage.TAKE_IN, UploadStage.TAKE_BACK)
LOOKING = (WorkKind.REFIT, WorkKind.NOTICE, WorkKind.DRIFT)
"""The work for a service that the first findings come of."""


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far a file is: the pieces that came of it, those that wait to be read, whether its service waits, too."""

    pieces: int
    waiting: int
    service_waits: bool

    @property
    def at_work(self) -> bool:
        return bool(self.waiting) or self.service_waits


@get("/dashboard/{service:str}/bring/{upload:uuid}", sync_to_thread=True)
def upload_page(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], upload: FromPath[uuid.UUID]
) -> Response[str]:
    """Shows how a file would be read, or how far it is. While it is at work the page loads itself again."""
    with record.transaction() as session:
        who, found, row = _owned(session, request, service, upload)
        if row.stage == UploadStage.DRAFT:
            return _draft(session, record, who, found, row, columns_of(row).form, {})
        progress = _progress(session, row)
        findings = first_findings(session, found, row) if _is_looked_at(session, row, progress) else None
        answer = _report(session, record, who, found, row, progress, findings)
        waits = findings and findings.past.progress and not findings.past.progress.has_failed
        if row.stage in RUNNING or progress.at_work or waits:
            reload_unless_still(answer, request)
        return answer


@post("/dashboard/{service:str}/bring/{upload:uuid}", status_code=200)
async def act_on_upload(
    request: AnyRequest,
    record: GivenRecord,
    work_queue: WorkQueueDependency,
    service: FromPath[str],
    upload: FromPath[uuid.UUID],
) -> PageOrRedirect:
    """Reads a file in another form, takes it in, takes it back, or lets it go unread."""
    form = await read_form(request)
    return await asyncio.to_thread(_act, request, record, work_queue, service, upload, form)


def _act(
    request: AnyRequest, record: Record, work_queue: WorkQueue, slug: str, upload: uuid.UUID, form: FormMultiDict
) -> PageOrRedirect:
    act = str(form.get("do", ""))
    wanted = _form_of(form)

    def apply(session: Session, who: Principal) -> PageOrRedirect:
        found, row = _upload_for(session, who, slug, upload, lock=True)
        if act == "discard" and row.stage == UploadStage.DRAFT:
            session.delete(row)
            return saved(f"/dashboard/{quote(slug)}/bring", "discarded")
        if act in ("look", "take") and row.stage == UploadStage.DRAFT:
            _confirm(session, record, found, row, wanted)
        _advance(row, act)
        return saved(path_of(found, row), SAYS[act])

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        found, row = _upload_for(session, who, slug, upload)
        return _draft(session, record, who, found, row, wanted, {error.field or "text": str(error)})

    answer = submit(request, record, apply, show_again)
    work_queue.wake(*RUNNING)
    return answer


def _confirm(session: Session, record: Record, service: Service, row: Upload, form: ReadingForm) -> None:
    """Raises `Malformed` where the file cannot be read so."""
    if not form.text:
        raise Malformed("say which column holds the words", field="text")
    first_look(sealed_file.open_file(session, record.keys, row), form.source(service, row.file))
    row.columns = msgspec.to_builtins(msgspec.structs.replace(columns_of(row), form=form))


SAYS = {"look": "looked_at", "take": "taking_in", "undo": "taking_back"}
"""What the page confirms of each act."""

_NEXT = {
    "look": ((UploadStage.DRAFT,), UploadStage.DRAFT),
    "take": ((UploadStage.DRAFT, UploadStage.SET_ASIDE), UploadStage.TAKE_IN),
    "undo": ((UploadStage.TAKE_IN, UploadStage.DONE, UploadStage.SET_ASIDE), UploadStage.TAKE_BACK),
}
"""What may be done with a file: in which stages it may be, and which it is in then."""


def _advance(row: Upload, act: str) -> None:
    """Raises `Conflict` for what cannot be done with it as it is. Whoever has it in hand finds it theirs no more."""
    before, after = _NEXT.get(act, ((), UploadStage.DRAFT))
    if row.stage not in before:
        raise Conflict("this cannot be done with the file as it is now")
    row.stage, row.claimed_by, row.attempts, row.reason = after, None, 0, None


def _form_of(form: FormMultiDict) -> ReadingForm:
    single = {name: str(form.get(name, "")) for name in SINGLE}
    several = {name: [str(value) for value in form.getall(name, [])] for name in SEVERAL}
    return convert({**single, **several, "channel": single["channel"] or ChannelName.IMPORT}, ReadingForm)


def _owned(session: Session, request: AnyRequest, slug: str, upload: uuid.UUID) -> tuple[Principal, Service, Upload]:
    who = authenticate(session, request)
    return who, *_upload_for(session, who, slug, upload)


def _upload_for(
    session: Session, who: Principal, slug: str, upload: uuid.UUID, *, lock: bool = False
) -> tuple[Service, Upload]:
    service = access.service_for(session, who, slug, Role.owner)
    mine = select(Upload).where(Upload.id == upload, Upload.service_id == service.id)
    if (found := session.scalar(mine.with_for_update() if lock else mine)) is None:
        raise NotFound("there is no such file")
    return service, found


def _draft(
    session: Session,
    record: Record,
    who: Principal,
    service: Service,
    row: Upload,
    form: ReadingForm,
    errors: dict[str, str],
) -> Response[str]:
    look = None if errors or not form.text else _look(session, record, service, row, form, errors)
    return show(
        who,
        "setup/columns.html",
        400 if errors else 200,
        service=service,
        upload=row,
        columns_named={name: name for name in columns_of(row).names},
        values=msgspec.to_builtins(form),
        look=look,
        channels=labels.CHANNELS,
        errors=errors,
    )


def _look(
    session: Session, record: Record, service: Service, row: Upload, form: ReadingForm, errors: dict[str, str]
) -> FirstLook | None:
    try:
        return first_look(sealed_file.open_file(session, record.keys, row), form.source(service, row.file))
    except Malformed as error:
        errors["text"] = str(error)
        return None


def _progress(session: Session, row: Upload) -> UploadProgress:
    counts = select(func.count(), func.count().filter(Feedback.stage.in_(WAITING_STAGES)))
    of_it = counts.join(UploadedPiece, UploadedPiece.feedback_id == Feedback.id)
    pieces, waiting = session.execute(of_it.where(UploadedPiece.upload_id == row.id)).one()
    mine = (
        select(ServiceWork.id)
        .where(ServiceWork.service_id == row.service_id, ServiceWork.kind.in_(LOOKING), *due())
        .limit(1)
    )
    return UploadProgress(pieces, waiting, session.scalar(mine) is not None)


def _is_looked_at(session: Session, row: Upload, progress: UploadProgress) -> bool:
    """Once it is, what was found stays in sight, however often the service is grouped and looked at anew."""
    if row.stage != UploadStage.DONE or progress.waiting:
        return False
    refits = select(Refit.id).where(Refit.service_id == row.service_id, Refit.finished_at > came_at(row)).limit(1)
    return not progress.service_waits or session.scalar(refits) is not None


def _report(
    session: Session,
    record: Record,
    who: Principal,
    service: Service,
    row: Upload,
    progress: UploadProgress,
    findings: FirstFindings | None,
) -> Response[str]:
    refused = (one for part in sealed_file.refused_rows(session, record.keys, row) for one in part.rows)
    return show(
        who,
        "setup/upload.html",
        service=service,
        upload=row,
        progress=progress,
        reasons=list(islice(refused, REASONS_SHOWN)),
        kept_until=row.day + dt.timedelta(days=1),
        findings=findings,
        refreshes=REFRESH_SECONDS,
    )


@get("/dashboard/{service:str}/bring/{upload:uuid}/not-taken.csv", sync_to_thread=True)
def not_taken(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], upload: FromPath[uuid.UUID]
) -> Response[str]:
    """Gives the rows that were not taken, as they came and each with its reason, to be mended and brought again."""
    out = io.StringIO()
    with record.transaction() as session:
        _, _, row = _owned(session, request, service, upload)
        parts = list(sealed_file.refused_rows(session, record.keys, row))
    if not parts:
        raise NotFound("no rows are kept that were not taken")
    table = TableWriter(out, marked=True)
    names = next((part.names for part in parts if part.names), ())
    table.row((*refusal_columns(names), *names))
    for part in parts:
        for line, reason, cells in part.rows:
            table.row((line, reason, *cells))
    headers = {"Content-Disposition": 'attachment; filename="not-taken.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


handlers = (upload_page, act_on_upload, not_taken)
