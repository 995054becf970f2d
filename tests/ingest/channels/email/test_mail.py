"""Mails: the citizen's own words and nothing else."""

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from feedback.record.errors import Malformed, NotSupported, WrongMediaType
from ingest.channels import markup
from ingest.channels.contract import Directory, Inbound, Parsed, Secrets
from ingest.channels.email import message as mail
from ingest.channels.email.reply_parser import own_words


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


OWN = "I waited three weeks.\n\nNobody rang."
HISTORY = {
    "attributed": "\n\nOn Mon, 3 Mar 2025 at 09:30, Council <a@b.example> wrote:\n\n> Dear Ann,\n>\n> Please wait.\n",
    "attributed over lines": "\n\nOn Monday, 3 March 2025, The Centre of the\nCouncil <a@b.example>\nwrote:\n> No\n",
    "without signs": "\n\nOn Mon, 3 Mar 2025, Council wrote:\nDear Ann,\nPlease wait.\n",
    "with a header": "\n\nFrom: Council <a@b.example>\nSent: 03 March 2025\nTo: Ann\nSubject: Wait\n\nPlease wait.\n",
    "behind a bold header": "\n\n*From:* Council\n*Sent:* 03 March 2025\n*To:* Ann\n*Subject:* Wait\n\nPlease wait.\n",
    "behind a line": "\n\n-----Original Message-----\nFrom: Council\n\nPlease wait.\n",
    "behind a rule": "\n\n________________________________\nFrom: Council\nSent: 3 March 2025\n\nPlease wait.\n",
    "in Welsh": "\n\nAr Llun, 3 Maw 2025 am 09:30, Cyngor <a@b.example> ysgrifennodd:\n> Arhoswch\n",
    "in Welsh with a header": "\n\nOddi wrth: Cyngor\nAnfonwyd: 3 Mawrth 2025\nAt: Ann\nPwnc: Aros\n\nArhoswch.\n",
    "with an address alone": "\n\nCouncil <a@b.example> wrote:\n> Please wait.\n",
    "quoted below": "\n\n> Please wait.\n> Thank you.\n",
}


@pytest.mark.parametrize("history", HISTORY.values(), ids=HISTORY.keys())
def test_quoted_history_goes(history: str) -> None:
    assert own_words(OWN + history) == OWN


def test_answers_between_and_below_quoted_lines_stay() -> None:
    text = "On Monday, 3 March, Council wrote:\n> When was it?\n\nLast Friday.\n\n> And where?\n\nAt the market.\n"
    assert own_words(text) == "Last Friday.\n\nAt the market."


@pytest.mark.parametrize(
    "text",
    [
        "On my ticket the warden wrote:\nExpired.\n\nIt had an hour left.",
        "I asked three times.\n\nOn 3 March I wrote:\nplease look at the damp.\n\nYou never came.",
        'Your letter came.\n\nOn 12 February 2025 you wrote:\n"We will repair it."\n\nIt still leaks.',
        'On 12 February 2025 your officer wrote:\n"We will repair it."\n\nIt still leaks.',
        "Ar 12 Chwefror 2025 ysgrifennodd y cyngor:\n\"Byddwn yn trwsio'r to.\"\nMae'n dal i ollwng.",
        "On Monday at 10.30 he wrote:\nno.\n\nThat was all.",
    ],
)
def test_what_a_citizen_says_that_somebody_wrote_stays_with_all_below(text: str) -> None:
    assert own_words(text) == text


def test_a_quoted_mail_that_follows_on_the_same_line_goes() -> None:
    quoted = "On Fri, 28 Feb 2025 at 9:12, Council<f@c.example> wrote:   Is the pool better now?"
    assert own_words(f"The pool is cold.\n\n{quoted}\n") == "The pool is cold."


@pytest.mark.parametrize(
    "text",
    [
        "This message is intended for the ward manager. My father was left without water for nine hours.",
        "This email is about my parking complaint. It is confidential, but please read it.",
        "Warning: this email is long.\n\nThe surgery has no space.",
    ],
)
def test_what_a_citizen_says_of_the_mail_itself_stays(text: str) -> None:
    assert own_words(text) == text


SIGNATURES = {
    "dashes": "\n\n-- \nAnn Example\n01632 960 001\n",
    "regards": "\n\nKind regards,\n\nAnn Example\n1 High Street\n",
    "Welsh": "\n\nCofion gorau\nAnn\n",
    "a device": "\n\nSent from my iPhone\n",
    "a device and history": "\n\nGet Outlook for Android\n\nFrom: Council\nSent: today\nTo: Ann\n\nWait\n",
    "a disclaimer": "\n\nThis email and any attachments are confidential and intended\nsolely for the addressee.\n",
    "regards and a disclaimer": "\n\nRegards\nAnn\n\nThis message is confidential. "
    + "If you are not the intended recipient please delete it and everything that you know of it, and tell us so.\n",
    "nothing": "\n",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_signatures_and_disclaimers_go(signature: str) -> None:
    assert own_words(OWN + signature) == OWN


def test_a_banner_above_goes() -> None:
    assert own_words("CAUTION: This email originated from outside the council.\n\n" + OWN) == OWN


@pytest.mark.parametrize(
    "text",
    [
        "Thanks\n\nBut the lift has been broken for a month, and I cannot reach the second floor where your office is.",
        "Thank you\n\nAlso my road is not lit.",
        "From: the bus stop to the school there is no light.",
        "On Monday I wrote: nothing came back.",
        "I sent it.\n\nPS the lights are out too.",
        "This email address on your page does not work.",
    ],
)
def test_what_only_looks_like_a_signature_or_history_stays(text: str) -> None:
    assert own_words(text) == text


def test_a_postscript_below_the_name_stays() -> None:
    assert own_words("No ramp.\n\nRegards\nAnn\n\nPS: nor a lift.\n") == "No ramp.\n\nPS: nor a lift."


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


def test_markup_ends_where_mail_programs_begin_the_quoted_mail() -> None:
    quoted = '<p>No ramp.</p><div id="divRplyFwdMsg">Please wait.</div>'
    assert markup.text(quoted, history=False) == "No ramp."
    assert markup.text(quoted) == "No ramp.\n\nPlease wait."


def test_html_that_is_history_alone_is_read_whole() -> None:
    assert markup.text('<div class="gmail_quote">No bins.</div>', history=False) == "No bins."
    assert markup.text("a<b c <i>d</i>") == "a<b c d"
    assert markup.text("<script>x<y</script>seen<!-- un<b>seen</b> --> too<style>") == "seen too"


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
