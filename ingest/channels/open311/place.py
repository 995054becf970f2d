"""Places at street level at most: where a thing is broken matters, where somebody lives does not."""

import re
from typing import Final

from feedback.record.errors import Malformed
from ingest.channels.parsing import storable

_POSTCODE: Final = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s?\d[A-Z]{2}\b", re.IGNORECASE)
_WITHIN: Final = re.compile(
    r"\b(?:flat|apartment|apt|unit|room|suite|floor|block|no|number|fflat|rhif)\b\.?\s?[\dA-Za-z]{1,4}\b[,.]?",
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(r"(?<!\w)\d+[a-zA-Z]?(?:\s?[-–/]\s?\d+[a-zA-Z]?)?(?!\w),?")
_DECIMALS: Final = 3
"""Of a degree: about 100 m."""
_LONGEST: Final = 200


def street(address: str) -> str:
    """Return the address without the number of house or flat, its postcode cut to the district; may be empty."""
    address = " ".join(storable(address[: 2 * _LONGEST]).split())
    address = _NUMBERS.sub(" ", _WITHIN.sub(" ", _POSTCODE.sub(r"\1", address)))
    parts = (" ".join(part.split()) for part in address.split(","))
    return ", ".join(part for part in parts if part)[:_LONGEST]


def point(lat: str, long: str) -> str | None:
    """`51.501,-0.142` for a latitude and a longitude; None where neither is given."""
    if not lat.strip() and not long.strip():
        return None
    try:
        degrees = float(lat), float(long)
    except ValueError as error:
        raise Malformed("lat and long are numbers, and come together.") from error
    if not (abs(degrees[0]) <= 90 and abs(degrees[1]) <= 180):
        raise Malformed("lat is from -90 to 90, long from -180 to 180.")
    return ",".join(f"{round(one, _DECIMALS) + 0.0:.{_DECIMALS}f}" for one in degrees)
