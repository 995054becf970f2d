"""Mails: the citizen's own words and nothing else."""

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from feedback.record.errors import Malformed, NotSupported, WrongMediaType
from ingest.channels.contract import Directory, Inbound, Parsed, Secrets
from ingest.channels.email import message as mail


def written(body: str = "The ramp is gone.", subject: str = "Ramp", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Example <ann@example.org>"
    message["To"] = "feedback@council.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 03 Mar 2025 09:30:00 +0000"
    message["Message-ID"] = "<abc.ann@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


Reader = Callable[..., Parsed]


@pytest.fixture
def read(directory: Directory, secrets: Secrets) -> Reader:
    def reader(message: EmailMessage | bytes, media_type: str = "message/rfc822") -> Parsed:
        body = message if isinstance(message, bytes) else message.as_bytes()
        inbound = Inbound("", body, "key 1", headers={"content-type": media_type}, service="parks")
        return mail.read(inbound, secrets, directory)

    return reader


def said(parsed: Parsed) -> str:
    (arrival,) = parsed.arrivals
    return arrival.message


def test_a_mail_is_its_subject_and_its_words(read: Reader) -> None:
    parsed = read(written("Dŵr everywhere since Monday 😡.\n", "Leak at the pool"))
    (arrival,) = parsed.arrivals
    assert arrival.message == "Leak at the pool\n\nDŵr everywhere since Monday 😡."
    assert (arrival.service, arrival.channel) == ("parks", "email")
    assert arrival.submitted_at == dt.datetime(2025, 3, 3, 9, 30, tzinfo=dt.UTC)
    assert parsed.sender == "ann@example.org"
    assert arrival.sender == "ann@example.org" and arrival.contact is None
    assert "example.org" not in repr(arrival)


def test_the_same_mail_has_the_same_id_and_another_another(read: Reader) -> None:
    first, again = read(written()).arrivals[0], read(written("The  ramp is\ngone.")).arrivals[0]
    assert first.external_id == again.external_id is not None
    other = written()
    other.replace_header("Message-ID", "<abd.ann@example.org>")
    assert read(other).arrivals[0].external_id != first.external_id


def test_the_subject_of_an_answer_is_not_the_citizens(read: Reader) -> None:
    assert said(read(written("Still no ramp.", "RE: [12] Your enquiry"))) == "Still no ramp."
    assert said(read(written("Ramp still missing.", "ramp"))) == "Ramp still missing."


def test_what_staff_forward_is_the_citizens_mail(read: Reader) -> None:
    header = "\n---------- Forwarded message ---------\nFrom: Ann <a@b.example>\nDate: Mon\nSubject: Bins\nTo: us\n"
    body = f"{header}\nNo bins for a month.\n"
    assert said(read(written(body, "Fwd: Bins"))) == "No bins for a month."


def test_of_two_forms_the_plain_one_is_read(read: Reader) -> None:
    message = written("Plain words.", "")
    message.add_alternative("<p>Marked words.</p>", subtype="html")
    assert said(read(message)) == "Plain words."


def test_a_mail_in_html_alone_is_read_as_it_is_seen(read: Reader) -> None:
    message = written("", "")
    message.set_content(
        "<html><head><title>t</title><style>p {}</style></head><body><!-- a > b --><p>No&nbsp;ramp &amp; no\nlift.</p>"
        "<ul><li>wet</li><li>cold</li></ul><div>Kind regards<br>Ann</div>"
        '<div class="gmail_quote">On Monday Council wrote:<blockquote>Wait</blockquote></div></body></html>',
        subtype="html",
    )
    assert said(read(message)) == "No ramp & no lift.\n\nwet\n\ncold"


def test_attachments_are_named_and_not_kept(read: Reader) -> None:
    message = written()
    message.add_attachment(b"\xff\xd8secret", maintype="image", subtype="jpeg", filename="pothole, big.jpg")
    message.add_attachment("secret notes", filename="notes.txt")
    (arrival,) = read(message).arrivals
    assert arrival.attributes == {"attachments": "pothole  big.jpg, notes.txt"}
    assert "secret" not in repr(arrival)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "iso-8859-14"])
def test_every_charset_is_read(charset: str, read: Reader) -> None:
    message = written("", "")
    message.set_content("Caffi a thé", charset=charset)
    assert said(read(message)) == "Caffi a thé"


def test_a_charset_that_is_a_lie_costs_no_words(read: Reader) -> None:
    raw = b"From: a@b.example\nSubject: =?nonsense?q?x?=\nContent-Type: text/plain; charset=klingon\n\nNo ramp \xc5\xb5"
    assert "No ramp ŵ" in said(read(raw))


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}, {"Return_Path": "<>"}],
)
def test_what_machines_send_is_ignored(headers: dict[str, str], read: Reader) -> None:
    assert read(written(**headers)).ignored in ("sent by a machine", "an automatic reply")
    assert read(written(Auto_Submitted="no")).arrivals


def test_a_mail_without_words_is_ignored(read: Reader) -> None:
    assert read(written("\n\n", "")).ignored == "no words"


def test_an_encrypted_mail_is_refused(read: Reader) -> None:
    raw = b'From: a@b.example\nContent-Type: multipart/encrypted; boundary="x"\n\n--x\n\n--x--\n'
    with pytest.raises(NotSupported, match="encrypted"):
        read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"just words",
        b"\x00\xff" * 10,
        b"From: a@b.example\n" + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 150,
    ],
    ids=["nothing", "words", "noise", "a mail in a mail in a mail"],
)
def test_what_is_no_mail_is_malformed(raw: bytes, read: Reader) -> None:
    with pytest.raises(Malformed):
        read(raw)


def test_another_content_type_is_refused(read: Reader) -> None:
    with pytest.raises(WrongMediaType, match="message/rfc822"):
        read(written(), "application/pdf")


def test_without_a_service_named_the_recipient_tells_it(directory: Directory, secrets: Secrets) -> None:
    def service_of(message: EmailMessage) -> str | None:
        parsed = mail.read(Inbound("", message.as_bytes(), "key 1"), secrets, directory)
        return parsed.arrivals[0].service if parsed.arrivals else parsed.ignored

    assert service_of(written()) == "blue-badge"
    elsewhere = written()
    elsewhere.replace_header("To", "Somebody <other@council.example>")
    assert service_of(elsewhere) == "no service has this address"
    elsewhere["Cc"] = "Ann <a@b.example>, Feedback <FEEDBACK@council.example>"
    assert service_of(elsewhere) == "blue-badge"


def test_a_letter_that_is_too_long_is_cut_and_told(read: Reader) -> None:
    parsed = read(written("word " * 2_000, ""))
    assert len(said(parsed)) == 5_000
    assert parsed.skipped


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x7f"])
def test_a_sender_with_a_sign_that_no_address_has_is_nobody_and_the_mail_is_kept(read: Reader, sign: str) -> None:
    raw = written().as_bytes().replace(b"<ann@example.org>\nTo", f"<ann@{sign}example.org>\nTo".encode())
    (arrival,) = read(raw).arrivals
    assert arrival.sender is None and "The ramp is gone." in arrival.message
