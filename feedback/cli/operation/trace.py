"""The command `feedback trace`: everything that happened to one piece of feedback, without a word of the citizen."""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
import msgspec

from feedback.record.settings import Settings

if TYPE_CHECKING:
    from feedback.record.trace import Trace


@click.command()
@click.argument("feedback", type=click.UUID, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def trace(settings: Settings, feedback: uuid.UUID, as_json: bool) -> None:
    """Tell everything that happened to one piece of feedback, by its ID."""
    from feedback.cli.bootstrap import started
    from feedback.record.trace import trace

    with started(settings) as runtime, runtime.record.transaction() as session:
        found = trace(session, feedback)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        for line in lines(found):
            click.echo(line)


def lines(found: "Trace") -> Iterator[str]:
    """The trace as a person reads it: a line for each fact, a line for each thing that happened."""
    for name, value in msgspec.structs.asdict(found).items():
        if not isinstance(value, list):
            yield f"{name}={_shown(value)}"
        elif name == "verdicts":
            yield f"{name}={','.join(value)}"
        else:
            for each in value:
                yield from _nested(name.removesuffix("s"), each)


def _nested(name: str, each: msgspec.Struct, indent: str = "") -> Iterator[str]:
    fields: dict[str, Any] = msgspec.structs.asdict(each)
    further = fields.pop("deliveries", [])
    yield f"{indent}{name} " + " ".join(f"{key}={_shown(value)}" for key, value in fields.items() if value is not None)
    for delivery in further:
        yield from _nested("delivery", delivery, indent + "  ")


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
