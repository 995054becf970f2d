"""Channels whose provider proves itself: it is told 2xx whatever becomes of the message, since it would repeat it."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, replace

from litestar import Response

from feedback.http.dependencies import AnyRequest
from feedback.record import access
from feedback.record.errors import FeedbackError
from feedback.record.privacy import contacts
from feedback.record.settings import Settings
from ingest.channels import refusals
from ingest.channels.contract import Inbound, Parsed, Secrets, SignedChannel, told_how
from ingest.channels.requests import IGNORED, inbound, refusals_noted
from ingest.channels.sms import reassembly
from ingest.intake.accept import Accepted
from ingest.intake.dependencies import Intake
from ingest.intake.directory import ServiceDirectory
from nlp.clean.language import language


async def receive(request: AnyRequest, intake: Intake, name: str, channel: SignedChannel) -> Response[bytes]:
    """Verifies, reads, stores, and answers as the provider expects; what cannot be stored is counted, not refused."""
    came = await inbound(request, intake.record.settings, name)
    async with refusals_noted(intake, name):
        parsed = told_how(await asyncio.to_thread(_read, intake, channel, came), name)
    answers = await intake.store(*parsed.arrivals)
    refused = [answer for answer in answers if isinstance(answer, FeedbackError)]
    if parsed.ignored or refused:
        IGNORED.labels(name, parsed.ignored or type(refused[0]).__name__).inc()
        await asyncio.to_thread(refusals.note, intake.record, name, parsed.ignored or str(refused[0]))
    stored = [answer for answer in answers if isinstance(answer, Accepted)]
    receipt, spoken, offer = await asyncio.to_thread(_acknowledgement, intake, parsed, stored)
    media, body = channel.answer(receipt, spoken, None if parsed.answered else parsed.keyword, offer=offer)
    return Response(body, status_code=200, media_type=media)


def _read(intake: Intake, channel: SignedChannel, came: Inbound) -> Parsed:
    record = intake.record
    with record.transaction() as session:
        directory = ServiceDirectory(session)
    parsed = channel.read(came, _secrets(record.settings), directory)
    if parsed.fragment:
        with record.transaction() as session:
            whole = reassembly.add(session, record.keys, parsed.fragment, directory, dt.datetime.now(dt.UTC))
        return Parsed(ignored=whole.ignored)
    return _with_keyword_obeyed(intake, parsed) if parsed.keyword and parsed.sender else parsed


def _secrets(settings: Settings) -> Secrets:
    return Secrets(**{it.name: getattr(settings, it.name) for it in fields(Secrets)})


def _with_keyword_obeyed(intake: Intake, parsed: Parsed) -> Parsed:
    """STOP: nothing is kept to reach them by. YES: we may. Who was not asked is not thanked."""
    keys, number = intake.record.keys, f"+{parsed.sender}"
    with intake.record.transaction() as session:
        if parsed.keyword == "stop":
            contacts.shred_of_person(session, keys, number)
        if parsed.keyword == "start" and not contacts.record_consent(session, keys, number):
            return replace(parsed, answered=True)
    return parsed


def _acknowledgement(intake: Intake, parsed: Parsed, stored: Sequence[Accepted]) -> tuple[str | None, str, bool]:
    """The receipt, where the service wants texts answered, the language to do it in, and whether more is offered."""
    if not stored:
        return None, parsed.language, False
    arrival = parsed.arrivals[0]
    with intake.record.transaction() as session:
        wanted = access.service(session, arrival.service).properties
        offer = wanted.follow_up and bool(parsed.sender)
        if offer:
            contacts.store_offered(session, intake.record.keys, stored[0].id, f"+{parsed.sender}")
    if not wanted.acknowledge:
        return None, "en", offer
    spoken = language(arrival.message)
    return stored[0].receipt, spoken if spoken in wanted.languages else "en", offer
