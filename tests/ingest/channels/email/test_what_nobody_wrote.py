# ruff: noqa: E501 (mails are as wide as they are)
"""What machines send is told by its kind; what citizens and forms send is kept."""

import pytest

from tests.ingest.channels.email.making import PLAIN, read, said, several

CALENDAR = "Content-Type: text/calendar; method={}; charset=utf-8"
EVENT = "BEGIN:VCALENDAR\nMETHOD:{}\nEND:VCALENDAR"
DSN = ("Content-Type: message/delivery-status", "Reporting-MTA: dns; x\n\nAction: failed")
NOTICE = ("Content-Type: message/disposition-notification", "Disposition: manual-action; displayed")
IGNORED: dict[str, tuple[str, str, str, str]] = {
    **{f"header {name}": (f"{name}: {value}\n{PLAIN}", "Away.", "Away", "an automatic reply") for name, value in {
        "Auto-Submitted": "auto-replied (vacation)", "X-Autorespond": "Away", "X-Autoreply": "yes", "X-Auto-Reply": "1",
        "X-Autoresponder": "x", "X-Auto-Response": "yes", "X-Vacation": "1", "X-Autoreply-From": "a@b.example",
        "X-Mail-Autoreply": "x", "X-FC-MachineGenerated": "true",
    }.items()},
    **{f"subject {subject}": (PLAIN, "I am on leave.", subject, "an automatic reply") for subject in (
        "Automatic reply: Your bin day", "Out of Office: back on 16 November", "Auto: away", "AutoReply: bins", "OOO",
        "Out of the office", "Auto-reply - bins", "Ada Byron is out of the office (returning 16/11)", "Vacation reply: x",
        "Ateb awtomatig: Eich diwrnod biniau", "Ymateb awtomatig", "Allan o'r swyddfa: Ada", "Allan o’r swyddfa",
        "Neges awtomatig: biniau", "Automatische Antwort: x",
    )},
    **{f"bounce {subject}": (PLAIN, "It could not be delivered.", subject, "a bounce") for subject in (
        "Undeliverable: Your bins", "Undelivered Mail Returned to Sender", "Mail delivery failed: returning message to sender",
        "Delivery Status Notification (Failure)", "failure notice", "Returned mail: see transcript",
    )},
    "dsn": (*several("report; report-type=delivery-status", (PLAIN, "Failed."), DSN), "x", "a bounce"),
    "mdn": (*several("report; report-type=disposition-notification", (PLAIN, "Read."), NOTICE), "x", "a receipt"),
    "mailer": (f"From: MAILER-DAEMON@x.example\n{PLAIN}", "x", "x", "a bounce"),
    **{f"receipt {subject}": (PLAIN, f"Your message to {'x'} was read on Monday.", subject, "a receipt") for subject in (
        "Read: Your bins", "Not read: Your bins", "Return Receipt (displayed) - Bins", "Wedi darllen: Biniau",
    )},
    **{f"calendar {method}": (*several("alternative", (PLAIN, "x"), (CALENDAR.format(method), EVENT.format(method))), "x",
        "an answer or invitation of a calendar") for method in ("REPLY", "REQUEST", "CANCEL", "COUNTER")},
    **{f"calendar {subject}": (PLAIN, "Ada has answered this invitation.", subject, "an answer or invitation of a calendar")
        for subject in ("Accepted: Site visit", "Declined: Site visit", "Tentative: x", "Derbyniwyd: Ymweliad")},
    "calendar alone": (CALENDAR.format("REPLY"), EVENT.format("REPLY"), "x", "an answer or invitation of a calendar"),
    "generated": (f"Auto-Submitted: auto-generated\n{PLAIN}", "Backup of 3 disks done.", "Backup", "sent by a machine"),
    "ticket": (f"Auto-Submitted: auto-generated\n{PLAIN}", "Thank you for contacting us.\nName: x", "Form", "sent by a machine"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "body", "subject", "reason"), IGNORED.values(), ids=IGNORED)
def test_what_nobody_wrote_is_ignored_and_told_by_its_kind(head: str, body: str, subject: str, reason: str) -> None:
    assert read(head, body, subject=subject).ignored == reason


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: Your bins", "Out of office hours the phone line is dead", "Automatic doors are broken",
        "Auto repair shop noise", "Accepted: blue badge, then refused", "Read this please", "Declined: my application",
        "Delivered bins are broken", "Undelivered post on our street", "Automatic reply to my complaint was rude",
        "Awtomatig neu beidio", "X-ray: out of office",
    ],
)  # fmt: skip
def test_a_citizens_subject_that_only_sounds_so_is_kept(subject: str) -> None:
    words = "The crew have not emptied the bin on our street since October and nobody answers."
    assert words in said(PLAIN, words, subject=subject)


@pytest.mark.parametrize(
    ("head", "subject", "body"),
    [
        ("Auto-Submitted: auto-generated", "Website contact form", "Topic: Bins\nYour message: The page says expired."),
        (
            "Auto-Submitted: auto-generated",
            "New submission",
            "Name: Ada\nEmail: a@b.example\nComments:\nThe page expired.",
        ),
        ("Auto-Submitted: auto-generated", "Bins", "Please describe the problem: The lid is gone.\nPostcode: CF1"),
        ("Precedence: bulk", "Report a missed bin", "Location: Mill Lane\nDetails: Missed again."),
        ("Return-Path: <>", "Feedback form", "Feedback: The lift is broken."),
        ("Auto-Submitted: auto-generated", "Ffurflen gyswllt", "Enw: Ada\nNeges: Nid yw'r biniau wedi mynd."),
        ("Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All", "Web form", "Message: No light on Elm Road."),
        ("Precedence: bulk\nAuto-Submitted: auto-generated", "Enquiry 123", "How can we help?\nThe ramp is gone."),
        ("Auto-Submitted: auto-generated", "Cwyn", "Manylion: Mae'r golau wedi torri."),
        ("Auto-Submitted: auto-generated", "A form was submitted", "The playground gate does not close."),
    ],
)
def test_a_councils_own_form_is_kept_though_it_calls_itself_generated(head: str, subject: str, body: str) -> None:
    assert body in said(f"{head}\n{PLAIN}", body, subject=subject)
