"""The catalogues: `catalogues/staff` for the pages and mails of staff, `catalogues/citizen` for those of citizens.

A language that has a file there is offered there, and nothing else is to be done. The files are read as they are, each
once: nothing is compiled beforehand.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "catalogues"
ENGLISH = "en"
"""The language of the code, which needs no catalogue."""

Readership = Literal["staff", "citizen"]


@cache
def languages(audience: Readership) -> tuple[str, ...]:
    """Lists the codes of the languages that a page can be read in, English first."""
    return (ENGLISH, *sorted(path.stem for path in (FOLDER / audience).glob("*.po")))


class _Catalogue(GNUTranslations):
    """An empty text stays empty: under it the file keeps its head, which nobody is to read."""

    def gettext(self, message: str) -> str:
        return super().gettext(message) if message else ""


@cache
def translations(language: str) -> NullTranslations:
    """Reads the catalogues of a language; what they lack stays English."""
    found = NullTranslations()
    for path in sorted(FOLDER.glob(f"*/{language}.po")):
        compiled = BytesIO()
        with path.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        read = _Catalogue(compiled)
        read.add_fallback(found)
        found = read
    return found
