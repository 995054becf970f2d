"""A service's own colour on its pages, as far as it can be read."""

import re

READABLE = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""

HEX = re.compile(r"#[0-9a-fA-F]{6}")


def style_sheet(colour: str) -> str:
    """Links and buttons in `colour` (#rrggbb); empty where it would be hard to read on white, or white on it.

    In the dark scheme our own colour stays, since one that is readable on white is not on black.
    """
    if not HEX.fullmatch(colour) or contrast_with_white(colour) < READABLE:
        return ""
    return f"@media (prefers-color-scheme: light) {{ :root {{ --brand: {colour}; }} }}\n"


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of WCAG 2.2, from the relative luminance of sRGB."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
