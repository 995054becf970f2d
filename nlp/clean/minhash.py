"""Copies of one text: the same person again, or a campaign of many. Nothing is dropped; it is told, and counted once.

Near-duplicates by MinHash over runs of letters (Broder 1997), so that a changed word or a typing error is seen through.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

HASHES, RUN_LETTERS = 64, 5
NEAR_DUPLICATE_SHARE = 0.72
"""Share of equal hashes, an estimate of the Jaccard similarity, from which two texts are the same."""

COPY_SPAN = timedelta(hours=24)
CAMPAIGN_SENDERS = 3
"""Different senders of one text within a day that make it a campaign; two people may use the same words."""

LEAST_WORDS = 6
"""Shorter texts are alike by chance: "long wait" is nobody's copy, unless the same sender sends it."""

CopyKind = Literal["original", "duplicate", "campaign"]
_PRIME = np.uint64((1 << 61) - 1)
_DRAWN = np.random.default_rng(20240229)
_FACTORS = _DRAWN.integers(1, 1 << 28, HASHES, dtype=np.uint64)
_OFFSETS = _DRAWN.integers(0, 1 << 60, HASHES, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class FingerprintedText:
    """One piece as it was sent. `sender` is whatever tells senders apart, None where nothing does."""

    fingerprint: bytes
    at: datetime
    sender: str | None
    words: int


def normal(text: str) -> str:
    """Reduce a text to its words in lower case."""
    return " ".join(re.findall(r"\w+", text.lower()))


def fingerprint(text: str) -> bytes:
    """Hash a text to 256 bytes, equal for texts that differ only in case, spaces and punctuation."""
    plain = normal(text)
    runs = {plain[at : at + RUN_LETTERS] for at in range(max(1, len(plain) - RUN_LETTERS + 1))}
    hashes = np.array([zlib.crc32(run.encode()) for run in runs], np.uint64)
    mixed = (hashes[:, None] * _FACTORS + _OFFSETS) % _PRIME
    return bytes(mixed.min(axis=0).astype(np.uint32).tobytes())


def likeness(one: bytes, other: bytes) -> float:
    """Estimate the Jaccard similarity of two texts by their fingerprints, 0 to 1."""
    return float((_row(one) == _row(other)).mean())


def near(one: bytes, other: bytes) -> bool:
    """Tell whether two fingerprints are of the same text, give or take a few letters."""
    return one == other or likeness(one, other) >= NEAR_DUPLICATE_SHARE


def bands(print_: bytes, count: int = 16) -> tuple[int, ...]:
    """Give the keys to look up near texts by: they share at least one, nearly always (locality-sensitive hashing)."""
    return tuple(zlib.crc32(bytes([at]) + part.tobytes()) for at, part in enumerate(np.split(_row(print_), count)))


def copies(sent: Sequence[FingerprintedText]) -> list[CopyKind]:
    """Tell of each piece, in the order given, whether it is original, its sender's duplicate or part of a campaign.

    Pieces of unknown sender are each taken for another's; the same words weeks apart are no copy.
    """
    found: list[CopyKind] = ["original"] * len(sent)
    order = sorted(range(len(sent)), key=lambda place: sent[place].at)
    for rank, place in enumerate(order):
        alike = [other for other in order[:rank] if _together(sent[place], sent[other])]
        if any(sent[other].sender == sent[place].sender is not None for other in alike):
            found[place] = "duplicate"
        elif sent[place].words >= LEAST_WORDS and len(_senders(sent, [*alike, place])) >= CAMPAIGN_SENDERS:
            found[place] = "campaign"
            for other in alike:
                found[other] = "campaign" if found[other] == "original" else found[other]
    return found


def _together(one: FingerprintedText, other: FingerprintedText) -> bool:
    return abs(one.at - other.at) <= COPY_SPAN and near(one.fingerprint, other.fingerprint)


def _senders(sent: Sequence[FingerprintedText], places: Sequence[int]) -> set[str | int]:
    return {sent[place].sender or place for place in places}


def _row(print_: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(print_, np.uint32)
