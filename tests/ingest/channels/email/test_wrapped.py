# ruff: noqa: E501 (mails are as wide as they are)
"""Mails within signatures and in the wrapping of Outlook are opened, or said to be unreadable."""

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
from tests.ingest.channels.email.making import HTML, PLAIN, read, said, several


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
