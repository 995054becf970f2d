"""The commands `feedback backup` and `feedback restore`."""

from pathlib import Path

import click

from feedback.record.settings import Settings

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=FOLDER)
@click.pass_obj
def backup(settings: Settings, folder: Path) -> None:
    """Write a backup into a new FOLDER, while everything goes on; raw text and its keys stay out."""
    from feedback.cli.bootstrap import started
    from feedback.cli.progress import staged
    from feedback.operation.backup import write

    with started(settings) as runtime, staged() as tell:
        made = write(runtime.record, folder, tell)
    click.echo(f"{sum(table.rows for table in made.tables):,} rows of {len(made.tables)} tables are in {folder}.")
    click.echo("Keep the key of keys, and erased.log of the data folder, apart from it.", err=True)


@click.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--point-in-time", is_flag=True, help="PostgreSQL has brought the database back to a moment itself.")
@click.option(
    "--erased",
    "ledgers",
    multiple=True,
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="The erased.log of the installation that this is a backup of; may be given several times.",
)
@click.pass_obj
def restore(settings: Settings, folder: Path | None, point_in_time: bool, ledgers: tuple[Path, ...]) -> None:
    """Restore the backup in FOLDER into an empty database, and take back again what was taken back since.

    With --point-in-time there is no folder: what lay sealed at that moment is destroyed.
    """
    from feedback.cli.bootstrap import started
    from feedback.cli.progress import staged
    from feedback.operation.restore import restore, settle
    from feedback.record.db import ERASURE_LEDGER

    if point_in_time == bool(folder):
        raise click.UsageError("name the folder of a backup, or say --point-in-time")
    if folder and not settings.secret_keys and not settings.key_file.exists():
        raise click.ClickException(
            f"a backup is restored under its own key of keys: bring secret.key of its data folder into {settings.data},"
            " or set FEEDBACK_SECRET_KEY"
        )
    ledgers = (settings.data / ERASURE_LEDGER, *ledgers)
    with started(settings) as runtime, staged() as tell:
        if folder:
            made, erased = restore(runtime.record, folder, ledgers, tell)
            click.echo(f"What was there at {made.made_at:%Y-%m-%d %H:%M} UTC is there again.")
        else:
            lost, erased = settle(runtime.record, ledgers)
            click.echo(f"What lay sealed is destroyed. Pieces that were not cleaned, whose words are lost: {lost}")
    click.echo(f"Taken back since then, and now again: {erased}")
