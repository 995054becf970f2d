"""What all text messages have in common: keywords, the service of a number, the acknowledgement."""

import re
from collections.abc import Sequence
from typing import Final

from feedback.record.addresses import digits
from feedback.record.states import ChannelName
from ingest.channels.contract import Directory, Fragment, Inbound, Parsed, SmsKeyword
from ingest.channels.parsing import attributes, moment_or_none, storable
from ingest.intake.arrival import MESSAGE_LIMIT, Arrival

_WELSH: Final[dict[str, SmsKeyword]] = {
    **dict.fromkeys(("stopio", "stopiwch", "peidiwch", "diwedd", "canslo"), "stop"),
    **dict.fromkeys(("dechrau", "ie", "ydw", "iawn"), "start"),
    **dict.fromkeys(("cymorth", "helpu", "gwybodaeth"), "help"),
}
_STOPS: Final = "stop|stopall|unsubscribe|cancel|end|quit|optout|revoke|arret"
_LEAVING: Final = ("dad danysgrifio", "datdanysgrifio", "unsubscribe me", "remove me", "revoke consent", "opt me out")
_KEYWORDS: Final[dict[str, SmsKeyword]] = {
    **dict.fromkeys((*_STOPS.split("|"), "stop all", "stop now", "opt out", *_LEAVING), "stop"),
    **dict.fromkeys(("start", "unstop", "yes", "y", "yeah", "ok", "yes i agree"), "start"),
    **dict.fromkeys(("help", "info"), "help"),
    **_WELSH,
}
_COURTESY: Final = frozenset(
    ("please", "pls", "plz", "plse", "thanks", "thank", "you", "ta", "cheers", "hi", "hello")
) | frozenset(("os", "gwelwch", "yn", "dda", "diolch"))
_TEXTING: Final = frozenset(
    ("texts", "text", "texting", "messages", "message", "msgs", "tecstio", "negeseuon", "testun")
)
_ABOUT_TEXTING: Final = _TEXTING | frozenset(
    ("sending", "me", "these", "the", "all", "to", "from", "my", "anfon", "fi", "y", "r", "i")
)
"""Words that tell what is to stop; without one of `_TEXTING` they may be about anything."""
_MOST_WORDS: Final = 8
"""Words of a message that still may be no more than a keyword."""
_MISSING_PART: Final = " […] "
_RECEIPT: Final = {
    "en": "Thank you, we have your message. Your receipt is {receipt}.",
    "cy": "Diolch, rydym wedi cael eich neges. Eich derbynneb yw {receipt}.",
}
_OFFER: Final = {
    "en": " Reply YES and we text you once, when it is resolved.",
    "cy": " Atebwch IE ac fe'ch tecstiwn unwaith, pan gaiff ei ddatrys.",
}
_AGREED: Final = (
    "Thank you. We text you once, when it is resolved. Text STOP to end this. / "
    "Diolch. Byddwn yn eich tecstio unwaith, pan gaiff ei ddatrys. Tecstiwch STOPIO i ddod â hyn i ben."
)
_HELP: Final = {
    "en": "Text us what went well or badly with this service. Please send no names or numbers. "
    "Text STOP for no more replies.",
    "cy": "Tecstiwch beth aeth yn dda neu'n wael gyda'r gwasanaeth hwn. Peidiwch ag anfon enwau na rhifau. "
    "Tecstiwch STOPIO i beidio â chael atebion.",
}


def keyword(text: str) -> SmsKeyword | None:
    """Tell what a message asks for that is a keyword, perhaps with a courtesy, or says that texts are to stop.

    "Stop please" and "please stop texting me" do; "the bus stop is dirty" and "please help me" tell something.
    """
    words = _words(text)
    whole = _KEYWORDS.get(" ".join(words))
    if whole or not 1 < len(words) <= _MOST_WORDS:
        return whole
    others = {word for word in words if word not in _COURTESY}
    found = {one: _KEYWORDS[one] for one in others if _KEYWORDS.get(one, "help") != "help"}
    if len(found) != 1:
        return None
    (word, asked), *_ = found.items()
    rest = others - {word}
    about_texting = asked == "stop" and rest <= _ABOUT_TEXTING and not rest.isdisjoint(_TEXTING)
    return asked if not rest or about_texting else None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("'", "").replace("’", ""))


def message(
    inbound: Inbound,
    directory: Directory,
    *,
    text: str,
    sender: str,
    recipient: str,
    external_id: str,
    sent: str = "",
    asked: SmsKeyword | None = None,
) -> Parsed:
    """Return one whole text message; `sent` says when, as the provider writes it; `asked` is the keyword that it
    found.
    """
    text, sender = storable(text), digits(sender)
    service = inbound.service or directory.service_for(digits(recipient), text)
    wanted = asked or keyword(text)
    if wanted:
        language = "en" if _WELSH.keys().isdisjoint(_words(text)) else "cy"
        return Parsed(keyword=wanted, sender=sender, answered=asked is not None, language=language)
    if service is None:
        return Parsed(ignored="no service has this number", sender=sender)
    if not text.strip():
        return Parsed(ignored="no words", sender=sender)
    # Some providers lose what they are told is too long, and nobody texts that much.
    text = text[:MESSAGE_LIMIT]
    arrival = Arrival(
        service,
        text,
        ChannelName.SMS,
        inbound.caller,
        external_id=storable(external_id),
        submitted_at=moment_or_none(sent),
        sender=f"+{sender}" if sender else None,
        attributes=attributes(inbound.query),
    )
    return Parsed(arrivals=(arrival,), sender=sender)


def joined(fragments: Sequence[Fragment], directory: Directory) -> Parsed:
    """The long message of which these are the parts (at least one), in any order, repeated or not; a gap is marked.

    Its id is that of its first part that came.
    """
    parts = {fragment.part: fragment for fragment in sorted(fragments, key=lambda one: one.external_id, reverse=True)}
    first = parts[min(parts)]
    text, expected = "", 1
    for place in sorted(parts):
        text += parts[place].text if place == expected else _MISSING_PART + parts[place].text
        expected = place + 1
    inbound = Inbound("", b"", first.caller, query=tuple(first.attributes.items()), service=first.service)
    return message(
        inbound,
        directory,
        text=text if expected > first.total else text + _MISSING_PART.rstrip(),
        sender=first.sender,
        recipient=first.recipient,
        external_id=first.external_id,
        sent=first.sent,
    )


def acknowledgement(
    receipt: str | None, language: str, wanted: SmsKeyword | None, *, offer: bool = False
) -> str | None:
    """Tell what to text back, in `language` if that is Welsh, else in English; None for nothing.

    `offer`: to tell once what came of it; START and YES take it.
    """
    spoken = language if language in _RECEIPT else "en"
    if wanted in ("help", "start"):
        return _HELP[spoken] if wanted == "help" else _AGREED
    more = _OFFER[spoken] if offer else ""
    return _RECEIPT[spoken].format(receipt=receipt) + more if receipt and not wanted else None


def empty_answer(
    receipt: str | None, language: str, keyword: SmsKeyword | None = None, *, offer: bool = False
) -> tuple[str, bytes]:
    """Answers a provider that sends nothing on to the citizen."""
    return "text/plain", b""
