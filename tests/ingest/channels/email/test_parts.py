"""Of the parts and forms of a mail, in whichever charset, those that hold the sender's words are read."""

import pytest

from tests.ingest.channels.email.making import HTML, PLAIN, said, several


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
    ("flowed", "text"),
    [
        ("The bin is \nfull.\nAnd wet.", "The bin is full.\nAnd wet."),
        (" From here \non.\n> old \n> words\nMine.", "From here on.\nMine."),
        ("No bins.\n-- \nAda", "No bins."),
    ],
)
def test_flowed_lines_are_put_together(flowed: str, text: str) -> None:
    assert said(f"{PLAIN}; format=flowed", flowed) == text
