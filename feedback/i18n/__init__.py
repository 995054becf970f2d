"""What people read, in their language: gettext over catalogues, one `.po` file a language.

The language is that of the request or the message which is at work (a context variable, which threads inherit), English
elsewhere. Texts stand in the code in English; `%(name)s` in them is filled by a value of that name, and a percent sign
is written twice.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from babel.numbers import format_decimal

from feedback.i18n.catalogues import ENGLISH, translations

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)

Stored = TypeVar("Stored")


def language() -> str:
    """Returns the code of the language that is spoken now (ISO 639-1), as in: cy."""
    return _language.get()


def use(code: str) -> None:
    """Speaks a language from now on, in this request or thread."""
    _language.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speaks a language for as long as the block lasts."""
    before = _language.set(code)
    try:
        yield
    finally:
        _language.reset(before)


def gettext(message: str, /, **values: object) -> str:
    """Returns a text in the language that is spoken, with its values."""
    return translations(language()).gettext(message) % values


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Returns the form of a text for `num` of something.

    `%(num)s` in it is that number as the language writes it, as in: 1,484; unless `values` has it.
    """
    written = format_decimal(num, locale=language())
    return translations(language()).ngettext(singular, plural, num) % ({"num": written} | values)


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Returns a text whose English could mean several things, `context` says which."""
    return translations(language()).pgettext(context, message) % values


def gettext_noop(message: str) -> str:
    """Marks a text for the catalogues that is translated where it is shown."""
    return message


_ = gettext
N_ = gettext_noop


class TranslatedLabels(Mapping[Stored, str]):
    """Holds what people read in place of each stored value, in the language that is spoken when it is looked up.

    The texts are given in English, each marked by `N_`; `values` fill what is named in them.
    """

    def __init__(self, texts: Mapping[Stored, str], **values: object) -> None:
        self._texts = texts
        self._values = values

    def __getitem__(self, key: Stored) -> str:
        return gettext(self._texts[key], **self._values)

    def __iter__(self) -> Iterator[Stored]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
