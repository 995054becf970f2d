"""Who sent a mail, to which mailbox, about what, and whether it came before, by its header."""

import pytest

from tests.ingest.channels.email.making import PLAIN, read, said


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


@pytest.mark.parametrize("name", ["(" * 5_000, "(()" * 1_500, ":" * 5_000])
def test_a_name_of_comments_without_end_leaves_the_mail_readable(name: str) -> None:
    assert read(f"From: {name} ada@home.example\n{PLAIN}", "No bins.").sender in ("ada@home.example", "")


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


def test_a_repeated_message_id_with_other_words_is_another_piece() -> None:
    head = f"Message-ID: <form@council.example>\n{PLAIN}"
    first, again, other = (
        read(head, body).arrivals[0].external_id for body in ("No bins.", "No  bins.\n", "No light.")
    )
    assert first == again != other
