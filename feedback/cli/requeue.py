"""The command `feedback requeue`: another try for what was set aside."""

import click

from feedback.record.settings import Settings


@click.command()
@click.pass_obj
def requeue(settings: Settings) -> None:
    """Put what was set aside back to work, after its cause was mended."""
    from feedback.cli.bootstrap import started
    from feedback.record.models import Feedback
    from feedback.record.work.claims import requeue
    from ingest.channels.sms import reassembly

    with started(settings) as runtime, runtime.record.transaction() as session:
        fresh = requeue(session, Feedback, Feedback.text.is_(None), to="clean")
        cleaned = requeue(session, Feedback, Feedback.text.is_not(None), to="group")
        parts = reassembly.requeue(session)
    click.echo(f"{fresh + cleaned} pieces are back at work.")
    if parts:
        click.echo(f"{parts} parts of long text messages wait again.")
