"""The texts of an alert, for people: what, since when, how many more than expected, how sure, on which channels."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feedback.record.models import Service
from insights.alerts.payload import ENDED, TEST, URGENT
from insights.presentation import labels
from insights.presentation.schemas import SignalView

URGENCIES = {
    "self_harm": "somebody may harm themselves",
    "danger": "somebody may be in danger",
    "safeguarding": "a child or an adult may be at risk",
    "threat": "somebody is threatened",
}
SHORT = 90  # characters of a title in a subject

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True, slots=True)
class Note:
    """One alert in words. `quotes`: each with how it came."""

    service: str
    heading: str
    lines: Sequence[str]
    quotes: Sequence[tuple[str, str]]
    link: str
    urgent: bool = False


def note(content: dict[str, Any], service: Service, now: dt.datetime) -> Note:
    """`content`: an alert as a webhook carries it."""
    data = content["data"]
    heading, lines = _said(content["type"], data, service, now)
    if data.get("test"):
        heading = f"{TEST} {heading}"
    quotes = [(quote["text"], labels.CHANNELS.get(quote["channel"], "")) for quote in data["quotes"]]
    return Note(service.name, heading, lines, quotes, data["link"], content["type"] == URGENT)


def _said(kind: str, data: dict[str, Any], service: Service, now: dt.datetime) -> tuple[str, list[str]]:
    if kind == URGENT:
        about = URGENCIES.get(data["urgent"].get("kind", ""), "somebody may need help now")
        came = labels.CHANNELS.get(data["urgent"]["channel"], "")
        return f"Urgent: {about}", [f"One message, {came}, that cannot wait."]
    if kind == ENDED:
        return f"This subscription is switched off: {data['subscription']}", [data["why"]]
    signal = msgspec.convert(
        {"tier": "signal", "evidence": {}, **data["signal"], "feedback_ids": []}, SignalView, strict=False
    )
    lines = [*labels.finding(signal, now, service.properties.time_zone)]
    lines.append(f"Channels: {labels.channels(signal.by_channel)}.")
    if data["signal"]["reports"] > signal.observed:
        lines.append(f"By now it is {data['signal']['reports']:,} reports.")
    if "theme" in data:
        return f"In {len(data['theme']['services'])} services: {data['theme']['title']}", lines
    return f"{labels.KINDS[signal.kind]}: {data['issue']['title']}", lines


def subject(notes: Sequence[Note]) -> str:
    """On one line, whatever a title holds."""
    first = " ".join(notes[0].heading.split())
    first = first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"
    more = f" and {len(notes) - 1} more" if len(notes) > 1 else ""
    return f"[{notes[0].service}] {first}{more}"


def plain(notes: Sequence[Note], footer: Sequence[str] = ()) -> str:
    return "\n\n\n".join(["\n\n".join(_plain(note) for note in notes), *(["\n".join(footer)] if footer else [])])


def _plain(note: Note) -> str:
    quotes = [f"“{text}”\n({came})" for text, came in note.quotes]
    return "\n\n".join([f"{note.heading}\n{note.service}", "\n".join(note.lines), *quotes, note.link])


def html(notes: Sequence[Note], unsubscribe: str | None) -> str:
    return _templates.get_template("mail.html").render(notes=notes, unsubscribe=unsubscribe, title=subject(notes))
