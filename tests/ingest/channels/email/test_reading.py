# ruff: noqa: E501 (mails are as wide as they are)
"""Mails of every make: the right sender, the right form and part of the text, the citizen's words and no others."""

import base64
import datetime as dt
import struct

import pytest
from compressed_rtf import compress
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from feedback.record.errors import NotSupported
from ingest.channels.contract import Inbound, Parsed, Secrets
from ingest.channels.email import message as mail
from ingest.channels.email.reply_parser import own_words
from tests.ingest.channels.phonebook import PhoneBook

Body = str | bytes
PLAIN = "Content-Type: text/plain; charset=utf-8"


def read(head: str, body: Body, *, service: str | None = "parks", subject: str = "Re: Bins") -> Parsed:
    """A mail of this header and body, to which only what is missing is added."""
    names = {line.partition(":")[0].lower() for line in head.split("\n")}
    base = {
        "From": "Ada <ada@home.example>",
        "To": "feedback@council.example",
        "Subject": subject,
        "MIME-Version": "1.0",
    }
    more = "\n".join(f"{name}: {value}" for name, value in base.items() if name.lower() not in names)
    content = body if isinstance(body, bytes) else body.encode()
    return mail.read(
        Inbound("", f"{more}\n{head}\n\n".encode() + content, "k", service=service), Secrets(), PhoneBook()
    )


def said(head: str, body: Body, **more: str) -> str:
    (arrival,) = read(head, body, **more).arrivals
    return arrival.message


def several(kind: str, *parts: tuple[str, str]) -> tuple[str, str]:
    inside = "".join(f"--b\n{head}\n\n{body}\n" for head, body in parts)
    return f'Content-Type: multipart/{kind}; boundary="b"', f"{inside}--b--\n"


@pytest.mark.parametrize(
    "header",
    [
        "=?utf-8?Q?Byron=2C_Ada?= <ada@home.example>",
        "=?utf-8?Q?Ada_=3Cevil=40x.example=3E?= <ada@home.example>",
        "=?utf-8?B?Qnlyb24sIEFkYQ==?= <ada@home.example>",
        "=?utf-8?B?QWRhIDxhZGFAaG9tZS5leGFtcGxlPg==?=",
        '"Byron, Ada" <ada@home.example>',
        "Byron, Ada <ada@home.example>",
        "Tŷ Gwyn, Ada <ada@home.example>",
        "ada@home.example (Ada)",
        '"other@x.example" <ada@home.example>',
        "=?iso-8859-1?Q?Ren=E9=3B_Ada?= <ADA@home.example>",
        "<ada@home.example",
    ],
)
def test_the_sender_is_the_address_of_the_header_whatever_the_name_holds(header: str) -> None:
    assert read(f"From: {header}\n{PLAIN}", "No bins.").sender == "ada@home.example"


def test_who_wrote_through_a_form_that_nobody_answers_is_who_to_reply_to() -> None:
    head = f"From: No reply <no-reply@council.example>\nReply-To: Ada <ada@home.example>\n{PLAIN}"
    assert read(head, "No bins.").sender == "ada@home.example"


@pytest.mark.parametrize(
    "head",
    [
        "To: feedback+north@council.example",
        "To: =?utf-8?Q?Bins=2C_North?= <feedback@council.example>",
        "To: Bins <feedback+a+b@council.example>, x@y.example",
        "To: x@y.example\nDelivered-To: feedback+web@council.example",
        "To: x@y.example\nCc: FEEDBACK+Jo@Council.example",
        "To: undisclosed-recipients:;\nX-Original-To: feedback@council.example",
        "Delivered-To: all@y.example\nDelivered-To: feedback@council.example\nTo: x@y.example",
    ],
)
def test_a_plus_address_belongs_to_its_mailbox(head: str) -> None:
    (arrival,) = read(f"{head}\n{PLAIN}", "No bins.", service=None).arrivals
    assert arrival.service == "blue-badge"


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        (
            "iso-8859-1",
            b"The crew didn\x92t take our \x93side waste\x94 \x96 \xa35.",
            "The crew didn’t take our “side waste” – £5.",
        ),
        ("us-ascii", b"It\x92s \xa35.", "It’s £5."),
        ("us-ascii", "Tŷ Gwyn’s bins.".encode(), "Tŷ Gwyn’s bins."),
        ("iso-8859-1", "Tŷ Gwyn’s bins.".encode(), "Tŷ Gwyn’s bins."),
        ("latin1", b"It\x92s full.", "It’s full."),
        ("ansi_x3.4-1968", b"It\x92s full.", "It’s full."),
        ("utf-8", b"It\x92s full.", "It’s full."),
        ("utf8", "Tŷ".encode(), "Tŷ"),
        ("unicode-1-1-utf-8", "Tŷ".encode(), "Tŷ"),
        ("x-sjis", "ゴミ".encode("shift_jis"), "ゴミ"),
        ("iso-8859-9", b"\xdd\x92s", "İ’s"),
        ("gb2312", "垃圾".encode("gbk"), "垃圾"),
        ("utf-7", b"T+AXc-", "Tŷ"),
        ("cp850", b"caf\x82", "café"),
        ("", b"It\x92s full.", "It’s full."),
        ("klingon", "Tŷ".encode(), "Tŷ"),
    ],
)
def test_charsets_are_read_as_browsers_read_them(charset: str, content: bytes, text: str) -> None:
    label = f'; charset="{charset}"' if charset else ""
    assert said(f"Content-Type: text/plain{label}\nContent-Transfer-Encoding: 8bit", content) == text


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("Casgliad wedi’i golli – Heol Tŷ Gwyn", "Casgliad wedi’i golli – Heol Tŷ Gwyn"),
        ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?= au lait", "café au lait"),
        ("=?us-ascii?q?it=92s?= =?utf-8?b?xbU=?=", "it’sŵ"),
        ("Tŷ =?utf-8?q?caf=C3=A9?=", "Tŷ café"),
        ("=?nonsense?q?boxes?=", "boxes"),
    ],
)
def test_subjects_are_read_raw_and_encoded(header: str, subject: str) -> None:
    assert said(f"Subject: {header}\n{PLAIN}", "No bins.") == f"{subject}\n\nNo bins."


HTML = "Content-Type: text/html; charset=utf-8"
LONG = "<p>The food waste caddies have been left for three weeks and there are maggots.</p>"
WORDS = "The food waste caddies have been left for three weeks and there are maggots."
FURNITURE = [
    "This message was checked by the gateway of Acme Broadband.",
    "This email has been scanned by Acme for viruses.",
    "_______________\nOur mailing list\nhttp://lists.example/listinfo/x",
    "You received this message because you are subscribed to the group.",
    "Sganiwyd yr e-bost hwn: mae'r neges wedi'i sganio.",
]


@pytest.mark.parametrize("footer", FURNITURE)
def test_what_gateways_and_lists_add_as_a_part_is_no_body(footer: str) -> None:
    assert said(*several("mixed", (HTML, LONG), (PLAIN, footer))) == WORDS
    assert said(*several("mixed", (PLAIN, footer), (HTML, LONG))) == WORDS


@pytest.mark.parametrize(
    "stub",
    [
        "",
        "Your mail program does not support HTML messages.",
        "This is an HTML email. Please view this message in your browser.",
        "To view this message, please use an HTML compatible email viewer.",
        "This is a multi-part message in MIME format.",
        "Neges HTML yw hon.",
        "The food",
    ],
)
def test_html_is_read_where_the_plain_form_is_a_stub(stub: str) -> None:
    assert said(*several("alternative", (PLAIN, stub), (HTML, LONG))) == WORDS


def test_several_texts_are_read_in_their_order_and_pictures_between_them_are_named() -> None:
    image = 'Content-Type: image/jpeg; name="a.jpg"\nContent-Disposition: inline; filename="a.jpg"'
    assert (
        said(*several("mixed", (PLAIN, "On Monday:"), (image, ""), (PLAIN, "And since."))) == "On Monday:\n\nAnd since."
    )
    assert (
        said(*several("mixed", (PLAIN, "First, bins."), (HTML, "<p>Second, glass.</p>")))
        == "First, bins.\n\nSecond, glass."
    )
    inner = f"--c\n{HTML}\n\n<p>On Monday</p>\n--c\n{image}\n\n\n--c\n{HTML}\n\n<p>And since</p>\n--c--\n"
    apple = several(
        "alternative", (PLAIN, "On Monday\n\nAnd since"), ('Content-Type: multipart/mixed; boundary="c"', inner)
    )
    assert said(*apple) == "On Monday\n\nAnd since"


@pytest.mark.parametrize(
    "head",
    [
        'Content-Type: text/plain; name="message.txt"\nContent-Disposition: inline',
        'Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline; filename="body.txt"',
        'Content-Type: text/html; name="a.html"\nContent-Disposition: inline; filename="a.html"',
        'Content-Type: text/plain\nContent-Disposition: attachment; filename="letter.txt"',
    ],
)
def test_a_named_text_is_the_body(head: str) -> None:
    assert said(head, "The clothes bank has been on fire.") == "The clothes bank has been on fire."


def test_a_text_that_is_attached_is_read_where_there_is_no_other() -> None:
    attached = ("Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt", "No bins.")
    assert said(*several("mixed", (PLAIN, ""), attached)) == "No bins."
    assert said(*several("mixed", (PLAIN, "See below."), attached)) == "See below."


def test_a_mail_that_hangs_on_an_empty_one_is_read() -> None:
    inner = ("Content-Type: message/rfc822", f"From: x@y.example\nSubject: s\n{PLAIN}\n\nNo bins for a month.")
    assert said(*several("mixed", (PLAIN, ""), inner)) == "No bins for a month."


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


def signed(text: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ada")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = made.serial_number(1).not_valid_before(day).not_valid_after(day + dt.timedelta(9))
    builder = pkcs7.PKCS7SignatureBuilder().set_data(text)
    builder = builder.add_signer(dated.sign(key, hashes.SHA256()), key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


@pytest.mark.parametrize("told", ["; smime-type=signed-data", "; name=smime.p7m", ""])
@pytest.mark.parametrize(
    "inner",
    [
        f"{PLAIN}\r\n\r\nThe bottle bank is full.\r\n",
        "\n\n".join(
            several("alternative", (PLAIN, "The bottle bank is full."), (HTML, "<p>The bottle bank is full.</p>"))
        ),
    ],
)
def test_a_mail_that_is_signed_and_not_encrypted_is_opened(told: str, inner: str) -> None:
    head = f"Content-Type: application/pkcs7-mime{told}\nContent-Transfer-Encoding: base64"
    assert said(head, base64.encodebytes(signed(inner.encode()))) == "The bottle bank is full."


def test_a_signature_that_is_damaged_costs_no_words() -> None:
    broken = base64.encodebytes(b"\x30\x82Content-Type: text/plain; charset=utf-8\r\n\r\nThe bottle bank is full.\r\n")
    head = "Content-Type: application/x-pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64"
    assert said(head, broken) == "The bottle bank is full."


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "x"),
        ("Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data", "x"),
        ("Content-Type: application/pkcs7-mime", "no such thing"),
        (PLAIN, "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"),
        several("mixed", (PLAIN, " "), ("Content-Type: application/ms-tnef; name=winmail.dat", "eJ8+IgAAAAAA")),
        several("mixed", (PLAIN, ""), ("Content-Type: application/pdf; name=letter.pdf", "x")),
    ],
)
def test_a_mail_whose_words_cannot_be_read_is_never_stored_as_its_subject(head: str, body: str) -> None:
    with pytest.raises(NotSupported):
        read(head, body, subject="Missed collection")


def test_a_text_that_is_signed_inline_is_its_text() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nNo bins.\n- -- \nAda\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n"
    assert said(PLAIN, text) == "No bins."


def attribute(name: int, value: bytes, level: int = 1) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def texts(name: int, kind: int, value: bytes) -> bytes:
    padded = value + b"\0" * (-len(value) % 4)
    return struct.pack("<IHHII", 1, kind, name, 1, len(value)) + padded


def tnef(*attributes: bytes) -> str:
    return base64.encodebytes(b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)).decode()


RTF = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\f0 The T\u375? side bins are full.\par}"
FULL = "The Tŷ side bins are full."
WINMAILS = {
    "text": attribute(0x9003, texts(0x1000, 0x1F, FULL.encode("utf-16-le") + b"\0\0")),
    "text of bytes": attribute(0x9007, struct.pack("<II", 65001, 0))
    + attribute(0x9003, texts(0x1000, 0x1E, FULL.encode())),
    "the old attribute": attribute(0x9007, struct.pack("<II", 65001, 0)) + attribute(0x800C, FULL.encode() + b"\0"),
    "html": attribute(0x9003, texts(0x1013, 0x102, f"<p>{FULL}</p>".encode())),
    "rich text": attribute(0x9003, texts(0x1009, 0x102, compress(RTF))),
}


@pytest.mark.parametrize("content", WINMAILS.values(), ids=WINMAILS)
def test_what_outlook_wraps_is_read(content: bytes) -> None:
    wrapped = ("Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64", tnef(content))
    assert said(*several("mixed", (PLAIN, ""), wrapped)) == FULL


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", [0x02, 0x1002, 0x101F, 0x1F, 0x0000, 0x9999])
def test_what_outlook_wraps_may_claim_any_number_of_values(kind: int) -> None:
    claims = attribute(0x9003, struct.pack("<IHHII", 0xFFFFFFFF, kind, 0x1000, 0xFFFFFFFF, 0xFFFFFFFF))
    head, body = several(
        "mixed",
        (PLAIN, "No bins."),
        ("Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64", tnef(claims)),
    )
    assert said(head, body) == "No bins."


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none;max-height:0">Unseen</div>',
        '<div style="DISPLAY : NONE !important"><p>Unseen<b>Un</b>seen</p></div>',
        '<span style="font-size:0px;line-height:0">Unseen</span>',
        "<div style='font-size:1px;color:#fff'>Unseen</div>",
        '<div style="max-height:0px;overflow:hidden">Unseen</div>',
        '<p style="visibility:hidden">Unseen</p>',
        '<p style="opacity:0">Unseen</p>',
        "<p hidden>Unseen</p>",
        '<span style="mso-hide:all">Unseen</span>',
        '<div style="height:0;width:0;overflow:hidden">Unseen</div>',
        "<style>.preheader{display:none !important}</style><span class='preheader'>Unseen</span>",
        "<style>#pre { color:red; display: none }</style><div id=pre>Unseen</div>",
        "<!--[if mso]><p>Unseen</p><![endif]-->",
    ],
)
def test_what_a_page_hides_is_not_read(hidden: str) -> None:
    page = f"<html><head><style>p{{color:red}}</style></head><body>{hidden}<p>The boxes blow.</p></body></html>"
    assert said(HTML, page) == "The boxes blow."


@pytest.mark.parametrize(
    "seen",
    [
        '<td style="font-size:0px;padding:1px"><div style="font-size:13px">The boxes blow.</div></td>',
        "<style>@media print{.a{display:none}}</style><p class=a>The boxes blow.</p>",
        '<p style="display:none">x<p>The boxes blow.</p>',
        '<div style="max-height:500px;opacity:0.9">The boxes blow.</div>',
        '<div style="font-size:10px">The boxes blow.</div>',
    ],
)
def test_what_only_looks_hidden_is_read(seen: str) -> None:
    assert said(HTML, f"<body>{seen}</body>") == "The boxes blow."


def test_answers_below_and_between_what_markup_cites_are_read() -> None:
    page = '<div class="moz-cite-prefix">On 3/3/25 Jo wrote:<br></div><blockquote type="cite">When?</blockquote><p>Friday.</p>'
    assert said(HTML, page) == "Friday."


KEPT = {
    "a rule of underscores": "Two things.\n________________________________\n\n1. The bin.\n________________________________\n\n2. The glass bank is full.",
    "a rule of dashes": "Two things.\n----------\nThe bin is full.\n----------\nThe glass is broken.",
    "two dashes": "Two things.\n--\nThe brown bin has not been emptied since October.\n--\nThe glass is broken on the path.",
    "a rule of stars": "First the bins.\n*****\nThen the glass.",
    "thanks after a greeting": "Good morning\nThank you\nMy assisted collection has been missed again\nThe crew drive straight past the gate",
    "Welsh thanks": "Bore da\nDiolch\nMae'r bin heb ei gasglu eto\nMaen nhw'n gyrru heibio'r giât",
    "thanks in between": "I rang on Monday.\nMany thanks\nbut nobody came and the bin is still full",
    "best alone": "Which day is\nBest\nfor collecting the brown bin from our close",
    "a form": "From: Ada Byron\nEmail: ada@home.example\nSubject: Bins\nDate: 2 November 2026\nMessage: The bin is full.",
    "a filled-in form below words": "As asked:\nFrom: Ada Byron\nTo: Bins\nDate: 2/11/2026\nSubject: Bins\nDetails: The bin is full.",
    "a list of buses": "These do not run:\nFrom: Station\nTo: Hospital\nDate: Monday\n\nFrom: Hospital\nTo: Market",
    "where lights are out": "From: Oak Street\nTo: Elm Street\nAll lights are out.\nFrom: Elm Street\nTo: the school\nHalf of them.",
    "who sent it by a form": "I sent it.\nSent via the online form three times, and nobody answered.",
    "an email that is intended": "This email is intended to report the broken light on Elm Road.",
    "a light outside": "External: the light outside the library is broken.",
    "a warning": "Warning: I have sent this e-mail three times.",
    "Welsh lists": "O: Fangor\nAt: Gaernarfon\nNid yw'r bws yn dod.",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_ones_own_words_stay(text: str) -> None:
    assert own_words(text) == text


def test_a_repeated_message_id_with_other_words_is_another_piece() -> None:
    head = f"Message-ID: <form@council.example>\n{PLAIN}"
    first, again, other = (
        read(head, body).arrivals[0].external_id for body in ("No bins.", "No  bins.\n", "No light.")
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("The bin is \nfull.\nAnd wet.", "The bin is full.\nAnd wet."),
        (" From here \non.\n> old \n> words\nMine.", "From here on.\nMine."),
        ("No bins.\n-- \nAda", "No bins."),
    ],
)
def test_flowed_lines_are_put_together(flowed: str, text: str) -> None:
    assert said(f"{PLAIN}; format=flowed", flowed) == text
