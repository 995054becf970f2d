"""The command `feedback doctor`."""

import click

from feedback.record.settings import Settings


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say what is wrong and what to do; it ends with 1 where anything is."""
    if not settings.database_url and not (settings.data / "postgres").exists():
        raise click.ClickException(
            f"nothing is installed in {settings.data}: set FEEDBACK_DATA to the data folder, or DATABASE_URL"
        )
    from feedback.operation.doctor import examine
    from feedback.process.embedded import servers
    from feedback.record.db import Record
    from feedback.record.work.queue import WorkQueue

    with servers(settings.data, settings.database_url, settings.redis_url) as running:
        record = Record.at(settings, running.database_url, size=1)
        found = list(examine(settings, record, WorkQueue(running.redis_url)))
        record.close()
    for it in found:
        click.echo(f"{'ok ' if it.well else 'BAD'}  {it.about}: {it.found}")
        if not it.well:
            click.echo(f"     -> {it.do}")
    wrong = sum(not it.well for it in found)
    click.echo(f"{wrong} of {len(found)} checks failed." if wrong else "Nothing is wrong.")
    raise SystemExit(bool(wrong))
