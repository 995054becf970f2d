"""Signatures of texts, by which copies are found again: MinHash over runs of letters (Broder 1997).

A changed word or a typing error is seen through. Placeholders of what was redacted are left out: that two texts each
name somebody is no likeness. `docs/decisions/0016` says why no library makes the signatures.
"""

from __future__ import annotations

import re
import zlib
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SIGNATURE_KIND = b"\x02"
"""What a signature begins with. Another way to compute them takes another kind: unlike kinds are never alike."""

HASHES, RUN_LETTERS, IDENTITY_BYTES = 64, 5, 8
NEAR_DUPLICATE_SHARE = 0.6
"""Share of equal hashes, an estimate of the Jaccard similarity, from which two texts are nearly the same."""

NO_WORDS = re.compile(r"\[[A-Z_]+\]|\b(?:https?://|www\.)\S+")
"""Placeholders and links: spam is one text whatever number its link ends in."""

_HEAD = len(SIGNATURE_KIND) + IDENTITY_BYTES
_DRAWN = np.random.default_rng(20240229)
_FACTORS = _DRAWN.integers(0, 1 << 63, HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_OFFSETS = _DRAWN.integers(0, 1 << 63, HASHES, dtype=np.uint64)


def words(text: str) -> list[str]:
    """List the words of a redacted text in lower case, without placeholders and links."""
    return re.findall(r"\w+", NO_WORDS.sub(" ", text).lower())


def fingerprint(text: str) -> bytes:
    """Compute the signature of a redacted text: its kind, a digest of its words, and 64 hashes of 32 bits.

    The hashes are multiply-shift (Dietzfelbinger et al. 1997): the upper half of `factor * run + offset` modulo 2^64.
    """
    plain = " ".join(words(text))
    runs = {plain[at : at + RUN_LETTERS] for at in range(max(1, len(plain) - RUN_LETTERS + 1))}
    hashed = np.array([zlib.crc32(run.encode()) for run in runs], np.uint64)
    least = ((hashed[:, None] * _FACTORS + _OFFSETS) >> np.uint64(32)).min(axis=0).astype("<u4")
    return b"".join((SIGNATURE_KIND, blake2b(plain.encode(), digest_size=IDENTITY_BYTES).digest(), least.tobytes()))


def likeness(one: bytes, other: bytes) -> float:
    """Estimate the Jaccard similarity of two texts by their signatures, 0 to 1; of unlike kinds it is 0."""
    if not one.startswith(SIGNATURE_KIND) or not other.startswith(SIGNATURE_KIND):
        return 0.0
    return float((_hashes(one) == _hashes(other)).mean())


def near(one: bytes, other: bytes) -> bool:
    """Tell whether two signatures are of the same text, give or take a word in twenty."""
    return likeness(one, other) >= NEAR_DUPLICATE_SHARE


def identical(one: bytes, other: bytes) -> bool:
    """Tell whether two signatures are of the same words in the same order."""
    return one[:_HEAD] == other[:_HEAD]


def bands(signature: bytes, count: int = 16) -> tuple[int, ...]:
    """Give the keys to look up near texts by: they share at least one, nearly always (locality-sensitive hashing)."""
    parts = enumerate(np.split(_hashes(signature), count))
    return tuple(zlib.crc32(SIGNATURE_KIND + bytes([at]) + part.tobytes()) for at, part in parts)


def _hashes(signature: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(signature, "<u4", offset=_HEAD)
