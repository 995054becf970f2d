"""Bring what you have: a spreadsheet is brought in the browser, its columns are confirmed, and it is on its way."""

import asyncio
import io
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import read_form
from feedback.http.staff import authenticate
from feedback.i18n import _
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.models import Service, Upload
from ingest.channels.uploads import sealed_file
from ingest.channels.uploads.proposal import propose
from insights.pages.forms import PageOrRedirect, submit
from insights.pages.layout import redirect, show

UPLOAD_LIMIT = 32 * 1024 * 1024
"""Bytes of a file that is brought in the browser; larger ones take `feedback import`."""
MOST_SHOWN = 50


@get("/dashboard/{service:str}/bring", sync_to_thread=True)
def bring_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows the form that takes a file, and the files that were brought before."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.service_for(session, who, service, Role.owner))


@post("/dashboard/{service:str}/bring", status_code=200, request_max_body_size=UPLOAD_LIMIT + 64 * 1024)
async def bring(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Keeps the file, sealed, and goes on to its columns. Nobody's file is read before it is known who they are."""
    await asyncio.to_thread(_require_owner, request, record, service)
    name, body = await _file_of(await read_form(request))
    return await asyncio.to_thread(_bring, request, record, service, name, body)


def _require_owner(request: AnyRequest, record: Record, slug: str) -> None:
    with record.transaction() as session:
        access.service_for(session, authenticate(session, request), slug, Role.owner)


async def _file_of(form: FormMultiDict) -> tuple[str, bytes]:
    """Nothing where no file was chosen: browsers then send one without a name."""
    sent = form.get("file")
    return (sent.filename, await sent.read()) if isinstance(sent, UploadFile) else ("", b"")


def _bring(request: AnyRequest, record: Record, slug: str, name: str, body: bytes) -> PageOrRedirect:
    """Reads the file before the transaction: a workbook may take minutes."""
    proposed = _proposed(body)

    def keep(session: Session, who: Principal) -> Redirect:
        if isinstance(proposed, Malformed):
            raise proposed
        service = access.service_for(session, who, slug, Role.owner)
        made = sealed_file.keep(session, record.keys, service, name, body, proposed, who.caller)
        return redirect(path_of(service, made))

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(session, who, access.service_for(session, who, slug, Role.owner), {"file": str(error)})

    return submit(request, record, keep, show_again)


def _proposed(body: bytes) -> dict[str, Any] | Malformed:
    """What its columns seem to hold, or why it cannot be read."""
    if not body:
        return Malformed(_("Choose a file that holds something"))
    if len(body) > UPLOAD_LIMIT:
        most = UPLOAD_LIMIT // 1024**2
        return Malformed(_("The file has more than %(most)s MB: divide it, or have it imported", most=most))
    try:
        return dict(msgspec.to_builtins(propose(io.BytesIO(body))))
    except Malformed as error:
        return error


def path_of(service: Service, upload: Upload) -> str:
    """Returns the address of what becomes of a file."""
    return f"/dashboard/{quote(service.slug)}/bring/{upload.id}"


def _page(session: Session, who: Principal, service: Service, errors: dict[str, str] | None = None) -> Response[str]:
    brought = select(Upload).where(Upload.service_id == service.id).order_by(Upload.id.desc()).limit(MOST_SHOWN)
    return show(
        who,
        "setup/bring.html",
        400 if errors else 200,
        service=service,
        uploads=session.scalars(brought).all(),
        errors=errors or {},
        megabytes=UPLOAD_LIMIT // 1024**2,
    )


handlers = (bring_page, bring)
