"""Raw text is sealed under a key of its day, and each such key under the key of keys (AES-256-GCM)."""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from feedback.record.errors import Unavailable

NONCE = 12  # bytes, as NIST SP 800-38D recommends for GCM


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Nonce and ciphertext; `context` (the row's id, say) must be given again to open it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], context)
    except (InvalidTag, ValueError) as error:
        raise Unavailable("sealed data does not open with this key") from error


class KeyRing:
    """The keys of keys, the current one first: it wraps, all of them unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        return seal(self._keys[0], key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        for key in self._keys:
            try:
                return open_sealed(key, wrapped, context)
            except Unavailable:
                continue
        raise Unavailable("no key of keys opens this; was FEEDBACK_SECRET_KEY changed without keeping the old one?")

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The same under the current key; itself where it is that already."""
        try:
            open_sealed(self._keys[0], wrapped, context)
        except Unavailable:
            return self.wrap(self.unwrap(wrapped, context), context)
        return wrapped

    def digest(self, data: bytes) -> bytes:
        """A fingerprint that nobody without the key can guess a short text by. The oldest key, so that it lasts."""
        return hmac.digest(self._keys[-1], b"digest" + data, hashlib.sha256)
