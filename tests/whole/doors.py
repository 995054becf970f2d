"""Every door by which a citizen's words come in: one entry for each, tried with words of one's own."""

import datetime as dt
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime

from httpx import Client, Request, Response
from twilio.request_validator import RequestValidator
from vonage import Auth

from feedback.record import access
from feedback.record.db import Record
from feedback.record.work.queue import WorkQueue
from ingest.channels.files.importing import import_file
from ingest.channels.files.table import ImportSource

OFFICE = "+447700900001"
ADDRESS = "feedback@council.example"
TWILIO_TOKEN, NOTIFY_TOKEN, VONAGE_SECRET = "secret", "token", "secret"


@dataclass(frozen=True, slots=True)
class Visit:
    """One citizen at one door: their words, when they say them, what is personal in and beside them.

    `office`: the headers of those who send calls and mails; `editor`: of a browser in which one is signed in. `key`
    tells the piece from all others.
    """

    client: Client
    office: Mapping[str, str]
    editor: Mapping[str, str]
    words: str
    key: str
    mail: str
    number: str
    at: dt.datetime

    def transcript(self, kind: str, body: str, media_type: str) -> Response:
        headers = {"Content-Type": media_type, **self.office}
        path = f"/v1/channels/calls/{kind}?service=blue-badge&id={self.key}"
        return self.client.post(path, content=body, headers=headers)


Door = Callable[[Visit], Response]
"""Answers as the door does: of several requests the first that is refused, or the last."""


def web_request(visit: Visit) -> Request:
    body = {
        "message": visit.words,
        "contact": visit.mail,
        "page_url": f"https://c.example/{visit.mail.replace('@', '%40')}?of={visit.mail}#{visit.mail}",
        "attributes": {"asked": visit.mail, visit.mail: "asked", "number": visit.number},
    }
    headers = {"Idempotency-Key": visit.key}
    return visit.client.build_request("POST", "/v1/services/blue-badge/feedback", json=body, headers=headers)


def web(visit: Visit) -> Response:
    return visit.client.send(web_request(visit))


def form(visit: Visit) -> Response:
    fields = {"message": visit.words, "contact": visit.mail, "page_url": "", "key": visit.key}
    return visit.client.post("/services/blue-badge/feedback", data=fields)


def assisted(visit: Visit) -> Response:
    said = {"key": visit.key, "message": visit.words, "on": "", "office": visit.mail, "way": "paper"}
    said |= {"contact": visit.mail}
    return visit.client.post("/dashboard/blue-badge/enter", data=said, headers=visit.editor)


def twilio(visit: Visit) -> Response:
    fields = {"MessageSid": f"SM{visit.key}", "From": visit.number, "To": OFFICE, "Body": visit.words, "NumMedia": "0"}
    url = f"{visit.client.base_url}".rstrip("/") + "/v1/channels/sms/twilio"
    proof = RequestValidator(TWILIO_TOKEN).compute_signature(url, fields)
    return visit.client.post("/v1/channels/sms/twilio", data=fields, headers={"X-Twilio-Signature": proof})


def vonage(visit: Visit) -> Response:
    """In two parts, whose words wait sealed until both are there."""
    middle = len(visit.words) // 2
    auth = Auth(api_key="k", signature_secret=VONAGE_SECRET, signature_method="sha256")
    for part, words in ((1, visit.words[:middle]), (2, visit.words[middle:])):
        fields = {"msisdn": visit.number, "to": OFFICE[1:], "messageId": f"{visit.key}{part}", "text": words}
        fields |= {"concat": "true", "concat-ref": "1", "concat-total": "2", "concat-part": str(part)}
        fields |= {"timestamp": f"{visit.at.timestamp():.0f}"}
        answer = visit.client.post("/v1/channels/sms/vonage", data={**fields, "sig": auth.sign_params(dict(fields))})
        if not answer.is_success:
            break
    return answer


def notify(visit: Visit) -> Response:
    body = {"id": visit.key, "source_number": visit.number, "destination_number": OFFICE, "message": visit.words}
    headers = {"Authorization": f"Bearer {NOTIFY_TOKEN}"}
    body |= {"date_received": f"{visit.at:%FT%TZ}"}
    return visit.client.post("/v1/channels/sms/notify", json=body, headers=headers)


def contact_lens(visit: Visit) -> Response:
    people = [{"ParticipantId": "c", "ParticipantRole": "CUSTOMER"}]
    said = [{"Id": "1", "ParticipantId": "c", "Content": visit.words, "BeginOffsetMillis": 10, "EndOffsetMillis": 20}]
    call = {"Version": "1.1.0", "Channel": "VOICE", "Participants": people, "Transcript": said}
    return visit.transcript("contact-lens", json.dumps(call), "application/json")


def transcribe(visit: Visit) -> Response:
    said = [{"ParticipantRole": "CUSTOMER", "Content": visit.words, "BeginOffsetMillis": 10, "EndOffsetMillis": 20}]
    people = [{"ParticipantRole": "CUSTOMER"}]
    call = {"JobStatus": "COMPLETED", "JobName": visit.key, "Participants": people, "Transcript": said}
    return visit.transcript(
        "transcribe", json.dumps({**call, "LanguageCode": "en-GB", "Channel": "VOICE"}), "application/json"
    )


def vcon(visit: Visit) -> Response:
    dialog = {"type": "text", "parties": [0], "originator": 0, "body": visit.words, "encoding": "none"}
    caller = {"role": "customer", "tel": f"tel:{visit.number}", "mailto": visit.mail, "name": visit.mail}
    call = {"vcon": "0.4.0", "uuid": visit.key, "subject": visit.mail, "parties": [caller], "dialog": [dialog]}
    return visit.transcript("vcon", json.dumps(call), "application/json")


def whisper(visit: Visit) -> Response:
    segments = [
        {"start": 0.1, "end": 1.9, "text": "How can I help?", "speaker": "SPEAKER_00"},
        {"start": 2.0, "end": 9.0, "text": visit.words, "speaker": "SPEAKER_01"},
    ]
    return visit.transcript("whisper", json.dumps({"language": "en", "segments": segments}), "application/json")


def srt(visit: Visit) -> Response:
    return visit.transcript("srt", f"1\n00:00:01,000 --> 00:00:02,000\nCaller: {visit.words}\n", "application/x-subrip")


def plain_text(visit: Visit) -> Response:
    return visit.transcript("text", f"Agent: How can I help?\nCaller: {visit.words}\n", "text/plain")


def webvtt(visit: Visit) -> Response:
    return visit.transcript("webvtt", f"WEBVTT\n\n00:01.000 --> 00:04.000\n<v Caller>{visit.words}</v>\n", "text/vtt")


def email(visit: Visit) -> Response:
    head = f"From: <{visit.mail}>\nTo: {ADDRESS}\nSubject: From {visit.mail}\nMessage-ID: <{visit.key}>\n"
    date = f"Date: {format_datetime(visit.at)}\n"
    headers = {"Content-Type": "message/rfc822", **visit.office}
    return visit.client.post("/v1/channels/email", content=f"{head}{date}\n{visit.words}\n", headers=headers)


def open311(visit: Visit) -> Response:
    fields = {"service_code": "blue-badge", "description": visit.words, "lat": "51.5", "long": "-0.1"}
    return visit.client.post("/open311/v2/requests.json", data={**fields, "email": visit.mail, "phone": visit.number})


DOORS: tuple[Door, ...] = (
    *(web, form, assisted, twilio, vonage, notify, contact_lens, transcribe, vcon, whisper, srt, plain_text, webvtt),
    *(email, open311),
)


def imported(record: Record, work_queue: WorkQueue, words: str, mail: str) -> None:
    """What comes in by a file, past every door."""
    table = f'id,text,page_url\n17,"{words}",https://c.example/{mail}\n'
    source = ImportSource(caller="import:", file="letters.csv", service="blue-badge")
    assert import_file(record, work_queue, io.BytesIO(table.encode()), source, print, print).stored == 1


def opened(record: Record) -> None:
    """Blue Badge takes texts and mail."""
    from feedback.record import services

    with record.transaction() as session:
        numbers = {"sms_numbers": [OFFICE], "mail_addresses": [ADDRESS], "acknowledge": True}
        services.set_properties(access.service(session, "blue-badge"), numbers)
