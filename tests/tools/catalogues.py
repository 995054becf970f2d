"""Brings the catalogues in line with the texts in code and templates: `python -m tests.tools.catalogues`.

What is new stands in each file without a translation, to be written by hand; what nobody says any longer goes.
`python -m tests.tools.catalogues --missing` prints what is not translated.
"""

import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

from feedback.i18n.catalogues import FOLDER, Readership

ROOT = Path(__file__).parents[2]
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None}
CITIZENS = ("ingest/pages/", "feedback/web/you_said_we_did.py", "feedback/web/home.py")
"""What citizens read; all else is for staff."""
OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}


def sources(audience: Readership) -> Iterator[tuple[Path, str]]:
    """Yields each file that holds texts for somebody, with how it is read."""
    for room in ("feedback", "ingest", "insights"):
        for path in sorted((ROOT / room).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(CITIZENS) == (audience == "citizen") and path.suffix in (".py", ".html", ".txt"):
                yield path, "python" if path.suffix == ".py" else "jinja2"


@cache
def extracted(audience: Readership) -> Catalog:
    """Collects the texts that somebody may read."""
    found = Catalog(project="citizen-feedback-loop", charset="utf-8")
    for path, method in sources(audience):
        if method == "python" and "feedback.i18n" not in path.read_text("utf-8"):
            continue
        for _, message, comments, context in extract_from_file(method, path, KEYWORDS, ["i18n:"], OPTIONS):
            found.add(message, None, [(path.relative_to(ROOT).as_posix(), 0)], auto_comments=comments, context=context)
    return found


def stored(path: Path) -> Catalog:
    """Reads a catalogue."""
    with path.open("rb") as source:
        return read_po(source, locale=path.stem)


def brought_up(path: Path, audience: Readership) -> bytes:
    """Returns what a catalogue should be: its translations, and every text there is."""
    kept = stored(path)
    header = kept.header_comment
    kept.update(extracted(audience), no_fuzzy_matching=True, update_creation_date=False)
    kept.header_comment = header
    out = BytesIO()
    write_po(out, kept, width=100, ignore_obsolete=True, include_lineno=False, sort_by_file=True)
    return out.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """Lists what is not translated, in all its forms."""
    entries = [entry for entry in catalog if entry.id]
    return [str(entry.id) for entry in entries if not entry.string or not all(entry.string)]


def main() -> None:
    """Writes each catalogue anew, or prints what is missing."""
    for audience in ("staff", "citizen"):
        for path in sorted((FOLDER / audience).glob("*.po")):
            if "--missing" not in sys.argv:
                path.write_bytes(brought_up(path, audience))
            print(audience, path.stem, *missing(stored(path)), sep="\n  ")  # noqa: T201


if __name__ == "__main__":
    main()
