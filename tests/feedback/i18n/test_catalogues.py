import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from feedback.i18n import gettext, speaking
from feedback.i18n.catalogues import FOLDER, Readership
from feedback.i18n.templates import environment
from tests.tools.catalogues import extracted, missing, stored

CATALOGUES = sorted(FOLDER.glob("*/*.po"))


def values_in(text: str) -> list[str]:
    return sorted(re.findall(r"%\((\w+)\)s", text))


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """One form of a text, or those for several numbers."""
    return (text,) if isinstance(text, str) else tuple(text or ())


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_text_is_translated_with_the_same_values_and_the_same_markup(path: Path) -> None:
    catalogue = stored(path)
    assert missing(catalogue) == []
    for entry in catalogue:
        in_english = forms(entry.id)
        for text in forms(entry.string) if entry.id else ():
            assert values_in(text) in [values_in(form) for form in in_english], text
            assert "%" not in re.sub(r"%\(\w+\)s|%%", "", text), text
            assert re.findall(r"<[^>]+>", text) == re.findall(r"<[^>]+>", in_english[-1]), text


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_text_of_code_and_templates_stands_in_the_catalogues(path: Path) -> None:
    """Where this fails, `make words` prints what is to be translated."""
    readership: Readership = "staff" if path.parent.name == "staff" else "citizen"
    needed = {str(entry.id) for entry in extracted(readership)}
    assert needed - {str(entry.id) for entry in stored(path)} == set()


@pytest.mark.parametrize("language", ["en", "cy", "pl"])
def test_an_empty_text_stays_empty(language: str) -> None:
    with speaking(language):
        assert gettext("") == ""
        assert environment(Path()).from_string("{{ _('') }}").render() == ""
