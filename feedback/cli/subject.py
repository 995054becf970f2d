"""The commands for a person's rights: `feedback export-subject` and `feedback erase`."""

import uuid
from collections.abc import Callable
from typing import Any

import click
import msgspec

from feedback.record.settings import Settings

AUDITED_AS = "command line"


def naming(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that name a person, of which one is to be given."""
    for option in (
        click.option("--id", "feedback", type=click.UUID, help="The id of a piece of feedback."),
        click.option("--contact", help="The address or number that was left with it."),
        click.option("--receipt", help="The receipt of a piece of feedback."),
    ):
        command = option(command)
    return command


@click.command("export-subject")
@naming
@click.pass_obj
def export_subject(settings: Settings, /, **named: Any) -> None:
    """Print all that is held about a person, as JSON."""
    from feedback.cli.bootstrap import started
    from feedback.record import audit
    from feedback.record.privacy import subject_access

    with started(settings) as runtime, runtime.record.transaction() as session:
        ids = subject_access.find(session, runtime.record.keys, _subject(named))
        told = subject_access.export(session, runtime.record.keys, ids)
        for identity in ids:
            audit.note(session, AUDITED_AS, "subject access", f"feedback:{identity}", None)
    click.echo(msgspec.json.format(msgspec.json.encode(told)).decode())


@click.command()
@naming
@click.pass_obj
def erase(settings: Settings, /, **named: Any) -> None:
    """Erase a person's feedback: the words, wherever they are."""
    from feedback.cli.bootstrap import started
    from feedback.record.privacy import erasure, subject_access

    with started(settings) as runtime, runtime.record.transaction() as session:
        ids = subject_access.find(session, runtime.record.keys, _subject(named))
        erasure.erase(session, ids, by=AUDITED_AS)
    click.echo(f"Erased: {len(ids)}")


def _subject(named: dict[str, str | uuid.UUID | None]) -> Any:
    from feedback.record.privacy.subject_access import Subject

    try:
        return Subject(**named)  # type: ignore[arg-type]
    except ValueError:
        raise click.UsageError("Name one of --receipt, --contact and --id.") from None
