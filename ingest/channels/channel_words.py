"""Which channel somebody means who writes it in a word or two of their own: "Web form", "Phone call", "By letter"."""

import re
from typing import Final

from feedback.record.states import ChannelName

_NAMED: Final[dict[str, ChannelName]] = {
    **dict.fromkeys(("web", "website", "webform", "online", "app", "portal", "internet"), ChannelName.WEB),
    **dict.fromkeys(("sms", "text", "texts"), ChannelName.SMS),
    **dict.fromkeys(("call", "calls", "phone", "phoned", "telephone", "tel", "voicemail"), ChannelName.CALL),
    **dict.fromkeys(("email", "emails"), ChannelName.EMAIL),
    **dict.fromkeys(("import", "file", "paper", "letter", "letters", "post", "postal"), ChannelName.IMPORT),
    **dict.fromkeys(("counter", "person", "face", "reception", "visit"), ChannelName.IMPORT),
}
_ALONE: Final = {"form": ChannelName.WEB, "mail": ChannelName.EMAIL}
"""Words that name a channel where nothing else does: a paper form is no website."""
_WORDS_OF_A_NAME: Final = 4
_WORD: Final = re.compile(r"[^\W\d_]+")


def channel_of(written: str) -> ChannelName | None:
    """The one channel that a cell names; None where it names none, several, or is longer than a name is."""
    words = _WORD.findall(written.casefold().replace("e-mail", "email"))
    if len(words) > _WORDS_OF_A_NAME:
        return None
    named = {_NAMED[word] for word in words if word in _NAMED} or {_ALONE[word] for word in words if word in _ALONE}
    return named.pop() if len(named) == 1 else None
