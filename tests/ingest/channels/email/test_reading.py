# ruff: noqa: E501 (mails are as wide as they are)
"""Mails of every make: the right sender, the right form and part of the text, the citizen's words and no others."""

import pytest

from ingest.channels.email.reply_parser import own_words
from tests.bench import replies
from tests.ingest.channels.email.making import HTML, PLAIN, read, said, several


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


@pytest.mark.parametrize("mail", replies.mails(), ids=lambda mail: mail.style)
def test_of_mails_in_the_styles_of_their_programs_the_senders_words_come_out(mail: replies.WrittenMail) -> None:
    assert replies.own_words(mail).split() == mail.own.split()


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


ADDED = [
    "[EXTERNAL] This message came from outside the council. {}",
    "CAUTION: This email originated from outside the organisation. Do not click links unless you know the sender.\n{}",
    "*** External sender ***\n\n{}",
    "RHYBUDD: Daeth yr e-bost hwn o'r tu allan i'r Cyngor. Peidiwch â chlicio ar ddolenni.\n\n{}",
    "You don't often get email from al@home.example. Learn why this is important\n{}",
    "{}\n\n_______________________________________________\nParks mailing list\nParks@lists.example\nhttps://lists.example/mailman/listinfo/parks",
    "{}\n\n--\nThis email has been checked for viruses by Acme antivirus software.\nwww.acme.example",
    "{}\n\nTo unsubscribe from this group and stop receiving emails from it, send an email to a+unsubscribe@groups.example.",
    "{}\n\nMae'r e-bost hwn ac unrhyw atodiadau'n gyfrinachol ac wedi'u bwriadu ar gyfer y derbynnydd yn unig.",
    "{}\n\nOs ydych wedi derbyn y neges hon drwy gamgymeriad, rhowch wybod i ni.",
    "{}\n\nSent with Proton Mail secure email.",
    "{}\n\nAnfonwyd o'm ffôn Galaxy",
    "{}\nAnfonwyd o fy iPhone",
    "{}\n\nCael Outlook ar gyfer iOS",
    "{}\n\nVon meinem iPhone gesendet",
    "{}\n\nWysłane z iPhone'a",
    "{}\n\nVon: Parks <p@council.example>\nGesendet: Freitag, 28. Februar 2025 09:12\nAn: Ada\nBetreff: AW: Swing\n\nWir kommen.",
    "{}\n\nDe : Parks\nEnvoyé : vendredi 28 février 2025 09:12\nÀ : Ada\nObjet : RE: Swing\n\nOn vient.",
    "{}\n\nAm Fr., 28. Feb. 2025 um 09:12 Uhr schrieb Parks <p@council.example>:\n> Wir kommen.",
    "{}\n\npt., 28 lut 2025 o 09:12 Parks <p@council.example> napisał(a):\n> Idziemy.",
    "{}\n\n28.02.2025, 09:12, Parks <p@council.example> пише:\nДобре.",
    "{}\n\nMit freundlichen Grüßen\nAda",
    "{}\n\nDymuniadau gorau\nNia Wyn\nFfôn: 01632 960123",
    "##- Please type your reply above this line -##\n\n{}",
    "Mae'r e-bost hwn wedi dod o'r tu allan i'r Cyngor. / This email has come from outside the Council.\n\n{}",
    "{}\n\nDisclaimer\n\nThe information contained in this communication is confidential and intended solely for the recipient.",
]


@pytest.mark.parametrize("added", ADDED)
def test_what_systems_add_around_ones_words_is_not_read(added: str) -> None:
    assert own_words(added.format("The swing is broken and a child fell.")) == "The swing is broken and a child fell."


@pytest.mark.parametrize(
    "said",
    [
        "CAUTION: the ice on Station Road is deadly. Please grit it.",
        "Please do not reply by email, I cannot open attachments. Write to me.",
        "This email came from outside sources, says your letter: that is untrue, and I want it read.",
        "Mae'r neges hon am y ward: mae'n gyfrinachol, ond darllenwch hi.",
        "I asked to unsubscribe from the bin reminders and still get them.",
        "----\nI cannot unsubscribe from your mailing list.",
        "Sent by post to your office, twice, and nobody answered.",
        "On 3 March 2025 at 10:15, the carer <no name given> wrote:\nnothing in the log. My father had no meal.",
        "De : rien\nthe form said, and then it closed.",
    ],
)
def test_what_only_resembles_what_systems_add_stays(said: str) -> None:
    assert own_words(said) == said
