"""Who takes part in a vCon: what each is called, in what role, and how it is reached."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ingest.channels.calls.conversation import SpeakerRole, Utterance, role_of
from ingest.channels.parsing import objects, storable, word

_TELL_ROLE: Final = ("role", "type", "title", "name")
_WAY_AT_MOST: Final = 320
"""Characters of the longest address, 64 before the @ and 255 behind it; no number is as long."""

Object = Mapping[str, Any]


class Parties:
    """By their numbers, which dialogs and transcripts name them by."""

    def __init__(self, vcon: Object) -> None:
        self._parties = _numbered(vcon.get("parties"))
        self._originators = [originator(dialog) for dialog in objects(vcon.get("dialog"))]
        self._numbers = {_label(at): at for at in range(len(self._parties))}
        self._numbers |= {name: at for at, party in enumerate(self._parties) if (name := word(party.get("name")))}

    def speaker(self, at: int | None) -> dict[str, Any]:
        """The speaker and the role of an utterance; nothing where there is no such party."""
        if at is None or not 0 <= at < len(self._parties):
            return {}
        return {"speaker": _label(at), "role": self._role(at)}

    def role_by_name(self, name: str) -> SpeakerRole | None:
        at = self._numbers.get(name)
        return None if at is None else self._role(at)

    def reached_at(self, said: Sequence[Utterance]) -> dict[str, str]:
        """The number, else the address, of each speaker; who is no party by name is taken for the one that called."""
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
    """The number of the party that began a dialog."""
    parties = dialog.get("parties")
    chosen = dialog.get("originator", parties[0] if isinstance(parties, list) and parties else parties)
    return chosen if isinstance(chosen, int) else None


def _label(party: int) -> str:
    return f"party {party}"
