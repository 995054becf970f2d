"""vCon (draft-ietf-vcon-vcon-core): a conversation with its parties, what they wrote, and transcripts of recordings.

Older names (`mimetype`, `appended`, `must_support`) and files without a version are taken. Signed files are read; their
signature is not checked, since the key of the request vouches for them. Nothing is fetched from the addresses within.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from feedback.record.errors import Malformed, NotSupported
from ingest.channels.calls import conversation, speech, text, webvtt
from ingest.channels.calls.conversation import SpeakerRole, Utterance, role_of
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets
from ingest.channels.parsing import instant, json_object, json_value, objects, storable, word

_EXTENSIONS_KNOWN: Final = ("CC",)
"""Contact centre: it adds roles to parties, which are read."""
_TAG: Final = re.compile(r"<[^<>]*>")

_TELL_ROLE: Final = ("role", "type", "title", "name")
_WAY_AT_MOST: Final = 320
"""Characters of the longest address, 64 before the @ and 255 behind it; no number is as long."""

Object = Mapping[str, Any]


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one conversation: its texts, and of each recording one transcript, a redacted one where there is one."""
    conversation.expect(inbound, "application/vcon", "application/vcon+json", "application/json")
    vcon = _opened(json_object(inbound.body))
    _check(vcon)
    reader = _Reader(vcon)
    said = reader.read()
    if not said and reader.skipped:
        raise NotSupported(f"This vCon holds no words that can be read: {reader.skipped[0]}.")
    return conversation.parsed(
        inbound,
        said,
        external_id=word(vcon.get("uuid")),
        said_at=reader.began or vcon.get("created_at"),
        reached_at=reader.parties.reached_at(said),
        skipped=reader.skipped,
    )


def _opened(vcon: dict[str, Any]) -> dict[str, Any]:
    """What a signature is around; an encrypted file is refused."""
    if "ciphertext" in vcon:
        raise NotSupported("This vCon is encrypted: send it decrypted, redacted if you can.")
    if "payload" in vcon and ("signatures" in vcon or "signature" in vcon):
        return json_object(_base64url(word(vcon["payload"])))
    return vcon


def _check(vcon: Object) -> None:
    critical = vcon.get("critical") or vcon.get("must_support") or []
    if not isinstance(critical, list) or any(name not in _EXTENSIONS_KNOWN for name in critical):
        raise NotSupported("This vCon asks for an extension that is not known here; only CC is.")
    if not any(isinstance(vcon.get(name), list) for name in ("parties", "dialog", "analysis")):
        raise Malformed("A vCon has parties, dialog or analysis.")


class _Reader:
    """Reads one file. `began` is when its first dialog did; `skipped` grows by what cannot be read."""

    def __init__(self, vcon: Object) -> None:
        self.skipped: list[str] = []
        self.parties = Parties(vcon)
        self._dialogs = objects(vcon.get("dialog"))
        self._analyses = objects(vcon.get("analysis"))
        starts = [at for dialog in self._dialogs if (at := instant(dialog.get("start")))]
        self.began = min(starts, default=None)

    def read(self) -> list[Utterance]:
        written = [self._written(at, one) for at, one in enumerate(self._dialogs) if one.get("type") == "text"]
        said = [one for one in written if one] + self._spoken()
        if all(one.offset is not None for one in said):
            said.sort(key=lambda one: one.offset or 0.0)
        if not said and not self.skipped and any(dialog.get("type") == "recording" for dialog in self._dialogs):
            self.skipped.append("it has recordings without a transcript, and recordings are not transcribed here")
        return said

    def _written(self, at: int, dialog: Object) -> Utterance | None:
        content = self._content(dialog, f"dialog {at}")
        if not isinstance(content, str):
            return None
        is_html = "html" in word(dialog.get("mediatype") or dialog.get("mimetype"))
        one = Utterance(_TAG.sub(" ", content) if is_html else content, offset=self._offset(dialog.get("start")))
        return replace(one, **self.parties.speaker(originator(dialog)))

    def _spoken(self) -> list[Utterance]:
        """Of each recording the redacted transcript, else the first that holds words."""
        transcripts = [(at, one) for at, one in enumerate(self._analyses) if "transcript" in _kind(one)]
        transcripts.sort(key=lambda numbered: "redact" not in _kind(numbered[1]))
        chosen: dict[tuple[int, ...], list[Utterance]] = {}
        for at, analysis in transcripts:
            about = analysis.get("dialog")
            recordings = tuple(one for one in (about if isinstance(about, list) else [about]) if isinstance(one, int))
            if not chosen.get(recordings):
                chosen[recordings] = self._transcript(at, analysis)
        return [one for said in chosen.values() for one in said]

    def _transcript(self, at: int, analysis: Object) -> list[Utterance]:
        content = self._content(analysis, f"analysis {at}")
        if isinstance(content, str):
            return self._plain(at, content)
        if isinstance(content, list) and content and all(isinstance(item, str) for item in content):
            return text.transcript("\n".join(content))
        if isinstance(content, list):
            content = [self._resolved(item) if isinstance(item, dict) else item for item in content]
        said = [self._by_name(one) for one in text.unfolded(speech.utterances(content))]
        if content is not None and not said:
            self.skipped.append(f"analysis {at} is a transcript of a kind that is not known")
        return said

    def _plain(self, at: int, content: str) -> list[Utterance]:
        if not content.startswith("WEBVTT"):
            return text.transcript(content)
        try:
            said, skipped = webvtt.transcript(content)
        except Malformed:
            said, skipped = [], ("not one cue can be read",)
        self.skipped += [f"analysis {at}, {reason}" for reason in skipped]
        return said

    def _resolved(self, item: Object) -> Object:
        """A turn with seconds into the call where it tells the time of day, and its party where it tells the number."""
        party = item.get("parties", item.get("party"))
        named = self.parties.speaker(party) if isinstance(party, int) else {}
        start = self._offset(item.get("start"))
        return {
            **item,
            **({} if start is None else {"start": start}),
            **{key: value for key, value in named.items() if value},
        }

    def _by_name(self, one: Utterance) -> Utterance:
        return replace(one, role=one.role or self.parties.role_by_name(one.speaker))

    def _offset(self, start: object) -> float | None:
        at = instant(start)
        return (at - self.began).total_seconds() if at and self.began else None

    def _content(self, part: Object, where: str) -> Any:
        """The body as JSON or text; None, and a word why, where it cannot be read."""
        body = part.get("body")
        if body is None:
            self.skipped.append(
                f"{where} lies elsewhere and is not fetched" if part.get("url") else f"{where} is empty"
            )
            return None
        try:
            return _decoded(body, part.get("encoding")) if isinstance(body, str) else body
        except Malformed:
            self.skipped.append(f"{where} has a body that cannot be decoded")
            return None


def _kind(analysis: Object) -> str:
    return word(analysis.get("type")).lower()


def _decoded(body: str, encoding: object) -> Any:
    content = _base64url(body).decode("utf-8", "replace") if encoding == "base64url" else body
    if encoding == "json":
        return json_value(content)
    try:
        return json_value(content) if content.lstrip()[:1] in ("{", "[") else content
    except Malformed:
        return content


def _base64url(content: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))
    except (binascii.Error, ValueError) as error:
        raise Malformed("Its base64 cannot be decoded.") from error


class Parties:
    """By their numbers, which dialogs and transcripts name them by."""

    def __init__(self, vcon: Object) -> None:
        self._parties = _numbered(vcon.get("parties"))
        self._originators = [originator(dialog) for dialog in objects(vcon.get("dialog"))]
        self._numbers = {_label(at): at for at in range(len(self._parties))}
        self._numbers |= {name: at for at, party in enumerate(self._parties) if (name := word(party.get("name")))}

    def speaker(self, at: int | None) -> dict[str, Any]:
        """Return the speaker and the role of an utterance; nothing where there is no such party."""
        if at is None or not 0 <= at < len(self._parties):
            return {}
        return {"speaker": _label(at), "role": self._role(at)}

    def role_by_name(self, name: str) -> SpeakerRole | None:
        at = self._numbers.get(name)
        return None if at is None else self._role(at)

    def reached_at(self, said: Sequence[Utterance]) -> dict[str, str]:
        """Return the number, else the address, of each speaker; who is no party by name is taken for the one that
        called.
        """
        caller = self._caller()
        parties = {one.speaker: self._numbers.get(one.speaker, caller) for one in said}
        return {speaker: way for speaker, at in parties.items() if (way := self._way(at))}

    def _caller(self) -> int:
        """The party that began the first dialog, or where an agent did, the first that is none."""
        began = next((at for at in self._originators if at is not None), 0)
        others = [at for at in range(len(self._parties)) if self._role(at) != "agent"]
        return began if began in others or not others else others[0]

    def _role(self, at: int) -> SpeakerRole | None:
        told = [word(self._parties[at].get(name)) for name in _TELL_ROLE]
        return next((role for name in told if (role := role_of(name))), None)

    def _way(self, at: int) -> str:
        party = self._parties[at] if 0 <= at < len(self._parties) else {}
        way = word(party.get("tel")).removeprefix("tel:") or word(party.get("mailto")).removeprefix("mailto:")
        return storable(way).strip()[:_WAY_AT_MOST]


def _numbered(parties: object) -> list[Object]:
    """Who was taken out leaves a gap, since the others are named by their numbers."""
    listed = parties if isinstance(parties, list) else []
    return [party if isinstance(party, dict) else {} for party in listed]


def originator(dialog: Object) -> int | None:
    """Return the number of the party that began a dialog."""
    parties = dialog.get("parties")
    chosen = dialog.get("originator", parties[0] if isinstance(parties, list) and parties else parties)
    return chosen if isinstance(chosen, int) else None


def _label(party: int) -> str:
    return f"party {party}"


CHANNEL = KeyedChannel(read)
