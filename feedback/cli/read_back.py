"""The command `feedback read`: how what comes by any channel would be read, with nothing stored and nobody told."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import click

from feedback.cli.ingest import IN_FILE

if TYPE_CHECKING:
    from ingest.channels.contract import Parsed
    from ingest.intake.arrival import Arrival

TABLES = ("csv", "xlsx", "ods", "json")
CALLS = ("webvtt", "srt", "vcon", "contact-lens", "transcribe", "whisper", "text")
FORMATS = (*TABLES, "email", *CALLS, "sms", "open311")
ROWS_SHOWN = 5


@click.command("read")
@click.argument("file", type=IN_FILE)
@click.option("--as", "form", type=click.Choice(FORMATS), required=True, help="What it is.")
@click.option("--text-column", multiple=True, default=["text"], show_default=True, help="Of a table; may be several.")
def read(file: Path, form: str, text_column: tuple[str, ...]) -> None:
    """Show how FILE would be read: what it was taken for, what is kept, what is left out and why. Nothing is stored."""
    for line in _table(file, text_column) if form in TABLES else _message(file, form):
        click.echo(line)


def _table(file: Path, text_column: tuple[str, ...]) -> Iterator[str]:
    from ingest.channels.files.table import Columns, ImportRow, ImportSource, feedback_table

    text, *further = text_column
    source = ImportSource("read", "none", file=file.name, columns=Columns(text=text, further=tuple(further)))
    taken = refused = 0
    with file.open("rb") as stream, feedback_table(stream, source) as found:
        yield from _facts({**found.how, **{f"column of {name}": at for name, at in found.columns.items()}})
        if found.left:
            yield f"columns not kept: {', '.join(found.left)}"
        for row in found.rows:
            if isinstance(row, ImportRow):
                taken += 1
                if taken <= ROWS_SHOWN:
                    yield from (f"line {row.line}", *_arrival(row.arrival))
            else:
                refused += 1
                if refused <= ROWS_SHOWN:
                    yield f"line {row.line} is not taken: {row.reason}"
    yield f"{taken:,} rows would be taken, {refused:,} not."


def _message(file: Path, form: str) -> Iterator[str]:
    from ingest.channels import CHANNELS
    from ingest.channels.contract import Inbound, Secrets
    from ingest.channels.sms import message

    one = Inbound("", file.read_bytes(), "read", headers=_headers(form), service="none")
    if form == "sms":
        text = one.body.decode("utf-8", "replace").strip()
        found = message.message(one, _Nobody(), text=text, sender="", recipient="", external_id="read")
        return _parsed(form, found)
    name = f"calls/{form}" if form in CALLS else form
    return _parsed(name, CHANNELS[name].read(one, Secrets(), _Nobody()))


def _headers(form: str) -> dict[str, str]:
    return {"content-type": "application/x-www-form-urlencoded"} if form == "open311" else {}


class _Nobody:
    """A directory without services: all is about the one that is asked for."""

    def service_for(self, number: str, text: str) -> str | None:
        """Knows none."""
        return None


def _parsed(name: str, parsed: "Parsed") -> Iterator[str]:
    yield f"format: {name}"
    if parsed.keyword:
        yield f"keyword: {parsed.keyword}"
    if parsed.ignored:
        yield f"ignored: {parsed.ignored}"
    yield from (f"left out: {part}" for part in parsed.skipped)
    for arrival in parsed.arrivals:
        yield from _arrival(arrival)


def _arrival(arrival: "Arrival") -> Iterator[str]:
    about: dict[str, Any] = {
        "said": arrival.submitted_at and arrival.submitted_at.isoformat(),
        "rating": arrival.rating,
        "language": arrival.language,
        **arrival.attributes,
        **{name: how for name, how in arrival.read_as.items() if name != "rating" or arrival.rating is None},
    }
    yield from (f"  {line}" for line in _facts(about))
    if arrival.turns:
        yield from (f"  {_at(turn.offset)}{turn.speaker or 'caller'}: {turn.text}" for turn in arrival.turns)
    else:
        yield f"  words: {arrival.message}"


def _at(offset: float | None) -> str:
    return "" if offset is None else f"{int(offset // 60)}:{int(offset % 60):02d} "


def _facts(facts: dict[str, Any]) -> Iterator[str]:
    return (f"{name}: {shorten(str(value), 200)}" for name, value in facts.items() if value not in (None, ""))
