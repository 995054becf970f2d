"""What signatures wrap: opaque S/MIME (RFC 8551) and inline OpenPGP (RFC 9580) are opened, not verified."""

import re
import zlib
from email import message_from_bytes
from email.message import Message
from typing import Final

from asn1crypto import cms

from feedback.record.errors import NotSupported

KINDS: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_ENCRYPTED: Final = ("enveloped_data", "encrypted_data", "signed_and_enveloped_data", "authenticated_enveloped_data")
_INNER_MIME: Final = re.compile(rb"(?:Content-Type|MIME-Version)[ \t]{0,3}:[\t\r\n\x20-\xff]+", re.IGNORECASE)
_LARGEST_UNPACKED: Final = 10 * 1024 * 1024
_PGP_ENCRYPTED: Final = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE: Final = "-----BEGIN PGP SIGNATURE-----"


def opened(content: bytes, told: str) -> Message:
    """Returns the mail within the signature. `told` is the `smime-type` that the header gives.

    One whose wrapping is damaged is still read where its own header can be found within.
    Raises `NotSupported` for what is encrypted, or holds no mail.
    """
    if "enveloped" in told.lower():
        raise NotSupported("This mail is encrypted.")
    try:
        inner = _content(content)
    except (ValueError, TypeError, KeyError, zlib.error):  # what asn1crypto raises for bytes that are none
        found = _INNER_MIME.search(content)
        inner = found[0] if found else b""
    if not inner:
        raise NotSupported("This mail is signed in a way that cannot be opened.")
    return message_from_bytes(inner)


def _content(content: bytes) -> bytes:
    info = cms.ContentInfo.load(content)
    kind = info["content_type"].native
    if kind in _ENCRYPTED:
        raise NotSupported("This mail is encrypted.")
    inner = bytes(info["content"]["encap_content_info"]["content"].native or b"")
    return zlib.decompressobj().decompress(inner, _LARGEST_UNPACKED) if kind == "compressed_data" else inner


def unsigned(text: str) -> str:
    """Returns a text without the armour of OpenPGP around it. Raises `NotSupported` where it is encrypted."""
    if _PGP_ENCRYPTED in text:
        raise NotSupported("This mail is encrypted.")
    before, begins, armoured = text.partition(_PGP_SIGNED)
    if not begins:
        return text
    _, _, signed = armoured.partition("\n\n")
    signed, _, after = signed.partition(_PGP_SIGNATURE)
    below = after.partition("-----END PGP SIGNATURE-----")[2]
    return before + re.sub(r"^- ", "", signed, flags=re.MULTILINE) + below
