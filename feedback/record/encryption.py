"""Authenticated encryption of what must not lie in the store as it came (AES-256-GCM, NIST SP 800-38D).

Raw text is sealed under the key of its day. Everything else is an envelope: sealed under a key of its own. Every such
key is stored wrapped, that is, sealed under the key of keys, which is not in the store.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from feedback.record.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12  # as NIST SP 800-38D recommends for GCM


def new_key() -> bytes:
    """Returns a fresh random key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Returns nonce and ciphertext. The `context` (the row's id, say) must be given again to open it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Returns what was sealed. Raises `Unavailable` for another key or context, or if it was tampered with."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise Unavailable("sealed data does not open with this key") from error


class KeyRing:
    """Holds the keys of keys, the current one first: the current one wraps, and all of them unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def seal_envelope(self, plain: bytes, context: bytes) -> dict[str, bytes]:
        """Seals under a fresh key. Returns the values of the columns `wrapped_key` and `sealed`."""
        key = new_key()
        return {"wrapped_key": self.wrap(key, context), "sealed": seal(key, plain, context)}

    def open_envelope(self, wrapped_key: bytes, sealed: bytes, context: bytes) -> bytes:
        """Returns what was sealed in the envelope. Raises `Unavailable` where no key of ours opens it."""
        return open_sealed(self.unwrap(wrapped_key, context), sealed, context)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Seals a key under the current key of keys."""
        return seal(self._keys[0], key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Returns the key that was wrapped. Raises `Unavailable` where no key of ours opens it."""
        for key in self._keys:
            try:
                return open_sealed(key, wrapped, context)
            except Unavailable:
                continue
        raise Unavailable("no key of keys opens this; was FEEDBACK_SECRET_KEY changed without keeping the old one?")

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Wraps a key under the current key of keys, unless it is so already; what no key opens stays as it is."""
        with suppress(Unavailable):
            key = self.unwrap(wrapped, context)
            try:
                open_sealed(self._keys[0], wrapped, context)
            except Unavailable:
                return self.wrap(key, context)
        return wrapped

    def digest(self, data: bytes) -> bytes:
        """Fingerprints a text so short that it could be guessed, which takes the key. The oldest key, so it lasts."""
        return hmac.digest(self._keys[-1], b"digest" + data, hashlib.sha256)
