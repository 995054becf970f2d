"""What people call languages, in the language that is spoken: from the Unicode CLDR, by Babel."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from babel import Locale

from feedback.i18n import _, language

_CODES: Final = frozenset(
    re.findall(
        r"\w+", "ar bg bn cy de el en es fa fr ga gu hi hu it lt lv pa pl pt ro ru sk so sq ta tr uk ur vi yo zh"
    )
)
_UNKNOWN: Final = "unknown"


class LanguageNames(Mapping[str, str]):
    """Names the languages that statements are told to be in, by their codes in ISO 639-1, and what is told of none."""

    def __getitem__(self, code: str) -> str:
        if code == _UNKNOWN:
            return _("Other")
        if code not in _CODES:
            raise KeyError(code)
        return str(Locale(language()).languages[code])

    def __iter__(self) -> Iterator[str]:
        return iter((*_CODES, _UNKNOWN))

    def __len__(self) -> int:
        return len(_CODES) + 1
