"""Every door by which a citizen's words come in: one entry for each, tried with words of one's own."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from twilio.request_validator import RequestValidator
from vonage import Auth

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.work.queue import WorkQueue
from ingest.channels.files.importing import import_file
from ingest.channels.files.table import ImportSource
from tests.insights.pages.signed_in import OURS, signed_in

Client = TestClient[Litestar]

OFFICE = "+447700900001"
ADDRESS = "feedback@council.example"
TWILIO_TOKEN, NOTIFY_TOKEN, VONAGE_SECRET = "secret", "token", "secret"


@dataclass(frozen=True, slots=True)
class Visit:
    """One citizen at one door: their words, what is personal in and beside them, and who lets them in."""

    client: Client
    record: Record
    work_queue: WorkQueue
    admin: Mapping[str, str]
    words: str
    mail: str
    number: str

    def post(self, path: str, **request: Any) -> Response:
        """What every door has to answer: that it is taken."""
        answer = self.client.post(path, **request)
        assert answer.is_success, (path, answer.text)
        return answer

    def transcript(self, kind: str, body: str, media_type: str) -> None:
        headers = {"Content-Type": media_type, **self.admin}
        self.post(f"/v1/channels/calls/{kind}?service=blue-badge&id={self.mail}", content=body, headers=headers)


def web(visit: Visit) -> None:
    body = {
        "message": visit.words,
        "contact": visit.mail,
        "page_url": f"https://c.example/{visit.mail.replace('@', '%40')}?of={visit.mail}#{visit.mail}",
        "attributes": {"asked": visit.mail, visit.mail: "asked", "number": visit.number},
    }
    visit.post("/v1/services/blue-badge/feedback", json=body, headers={"Idempotency-Key": visit.mail})


def form(visit: Visit) -> None:
    fields = {"message": visit.words, "contact": visit.mail, "page_url": "", "key": visit.mail}
    visit.post("/services/blue-badge/feedback", data=fields)


def assisted(visit: Visit) -> None:
    editor = signed_in(visit.client, visit.record, Role.editor, "blue-badge")
    said = {"key": visit.mail, "message": visit.words, "on": "", "office": visit.mail, "way": "paper", "contact": ""}
    assert editor.post("/dashboard/blue-badge/enter", data={**said, "contact": visit.mail}, headers=OURS).is_success
    editor.cookies.clear()


def twilio(visit: Visit) -> None:
    fields = {"MessageSid": "SM1", "From": visit.number, "To": OFFICE, "Body": visit.words, "NumMedia": "0"}
    url = f"{visit.client.base_url}/v1/channels/sms/twilio"
    proof = RequestValidator(TWILIO_TOKEN).compute_signature(url, fields)
    visit.post("/v1/channels/sms/twilio", data=fields, headers={"X-Twilio-Signature": proof})


def vonage(visit: Visit) -> None:
    """In two parts, whose words wait sealed until both are there."""
    middle = len(visit.words) // 2
    auth = Auth(api_key="k", signature_secret=VONAGE_SECRET, signature_method="sha256")
    for part, words in ((1, visit.words[:middle]), (2, visit.words[middle:])):
        fields = {"msisdn": visit.number, "to": OFFICE[1:], "messageId": f"{visit.mail}{part}", "text": words}
        fields |= {"concat": "true", "concat-ref": "1", "concat-total": "2", "concat-part": str(part)}
        fields |= {"timestamp": "1735732800"}
        visit.post("/v1/channels/sms/vonage", data={**fields, "sig": auth.sign_params(dict(fields))})


def notify(visit: Visit) -> None:
    body = {"id": visit.mail, "source_number": visit.number, "destination_number": OFFICE, "message": visit.words}
    headers = {"Authorization": f"Bearer {NOTIFY_TOKEN}"}
    visit.post("/v1/channels/sms/notify", json={**body, "date_received": "2026-05-14T12:15:30Z"}, headers=headers)


def contact_lens(visit: Visit) -> None:
    people = [{"ParticipantId": "c", "ParticipantRole": "CUSTOMER"}]
    said = [{"Id": "1", "ParticipantId": "c", "Content": visit.words, "BeginOffsetMillis": 10, "EndOffsetMillis": 20}]
    call = {"Version": "1.1.0", "Channel": "VOICE", "Participants": people, "Transcript": said}
    visit.transcript("contact-lens", json.dumps(call), "application/json")


def transcribe(visit: Visit) -> None:
    said = [{"ParticipantRole": "CUSTOMER", "Content": visit.words, "BeginOffsetMillis": 10, "EndOffsetMillis": 20}]
    people = [{"ParticipantRole": "CUSTOMER"}]
    call = {"JobStatus": "COMPLETED", "JobName": visit.mail, "Participants": people, "Transcript": said}
    visit.transcript(
        "transcribe", json.dumps({**call, "LanguageCode": "en-GB", "Channel": "VOICE"}), "application/json"
    )


def vcon(visit: Visit) -> None:
    dialog = {"type": "text", "parties": [0], "originator": 0, "body": visit.words, "encoding": "none"}
    caller = {"role": "customer", "tel": f"tel:{visit.number}", "mailto": visit.mail, "name": visit.mail}
    call = {"vcon": "0.4.0", "uuid": visit.mail, "subject": visit.mail, "parties": [caller], "dialog": [dialog]}
    visit.transcript("vcon", json.dumps(call), "application/json")


def whisper(visit: Visit) -> None:
    segments = [
        {"start": 0.1, "end": 1.9, "text": "How can I help?", "speaker": "SPEAKER_00"},
        {"start": 2.0, "end": 9.0, "text": visit.words, "speaker": "SPEAKER_01"},
    ]
    visit.transcript("whisper", json.dumps({"language": "en", "segments": segments}), "application/json")


def srt(visit: Visit) -> None:
    visit.transcript("srt", f"1\n00:00:01,000 --> 00:00:02,000\nCaller: {visit.words}\n", "application/x-subrip")


def plain_text(visit: Visit) -> None:
    visit.transcript("text", f"Agent: How can I help?\nCaller: {visit.words}\n", "text/plain")


def webvtt(visit: Visit) -> None:
    visit.transcript("webvtt", f"WEBVTT\n\n00:01.000 --> 00:04.000\n<v Caller>{visit.words}</v>\n", "text/vtt")


def email(visit: Visit) -> None:
    head = f"From: <{visit.mail}>\nTo: {ADDRESS}\nSubject: From {visit.mail}\nMessage-ID: <{visit.mail}>\n"
    date = "Date: Mon, 03 Mar 2025 09:30:00 +0000\n"
    headers = {"Content-Type": "message/rfc822", **visit.admin}
    visit.post("/v1/channels/email", content=f"{head}{date}\n{visit.words}\n", headers=headers)


def open311(visit: Visit) -> None:
    fields = {"service_code": "blue-badge", "description": visit.words, "lat": "51.5", "long": "-0.1"}
    visit.post("/open311/v2/requests.json", data={**fields, "email": visit.mail, "phone": visit.number})


def imported(visit: Visit) -> None:
    table = f'id,text,page_url\n17,"{visit.words}",https://c.example/{visit.mail}\n'
    source = ImportSource(caller="import:", file="letters.csv", service="blue-badge")
    assert import_file(visit.record, visit.work_queue, io.BytesIO(table.encode()), source, print, print).stored == 1


DOORS: tuple[Callable[[Visit], None], ...] = (
    *(web, form, assisted, twilio, vonage, notify, contact_lens, transcribe, vcon, whisper, srt, plain_text, webvtt),
    *(email, open311, imported),
)


def opened(record: Record) -> None:
    """Blue Badge takes texts and mail."""
    from feedback.record import services

    with record.transaction() as session:
        numbers = {"sms_numbers": [OFFICE], "mail_addresses": [ADDRESS], "acknowledge": True}
        services.set_properties(access.service(session, "blue-badge"), numbers)
