"""The code that a citizen gets for a piece of feedback: to look up what became of it, or take it back."""

import base64
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter that is taken for another
_DRAWN = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)  # from the letters of RFC 4648
ALIKE = str.maketrans("OIL", "011")


def fresh() -> str:
    """Makes a code that nobody can guess."""
    return _grouped(base64.b32encode(secrets.token_bytes(10)).decode().translate(_DRAWN))  # 80 random bits


def normal(code: str) -> str:
    """Returns a code as it was given out, however people type it.

    Lower case, missing hyphens, O for 0, and I or L for 1 are all understood.
    """
    return _grouped("".join(letter for letter in code.upper().translate(ALIKE) if letter in ALPHABET))


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
