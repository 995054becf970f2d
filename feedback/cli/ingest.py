"""The commands that take feedback in: a file, a mailbox."""

from pathlib import Path
from typing import Any

import click

from feedback.record.settings import Settings

IN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=IN_FILE)
@click.option("--service", "slug", help="The service that all of it is about.")
@click.option("--service-column", help="The column that names the service; services are made as they come up.")
@click.option("--channel", type=click.Choice(["web", "sms", "call", "email", "import"]), default="import")
@click.option("--channel-column", help="The column that names the channel; where it is blank, it is --channel.")
@click.option(
    "--text-column",
    multiple=True,
    default=["text"],
    show_default=True,
    help="Several are put together.",
)
@click.option("--date-column", default="date", show_default=True)
@click.option("--id-column", default="id", show_default=True)
@click.option("--rating-column", default="rating", show_default=True)
@click.option("--language-column", default="language", show_default=True)
@click.option("--page-column", default="page_url", show_default=True)
@click.option("--source-column", default="source", show_default=True, help="The column that names who entered it.")
@click.option("--attribute", multiple=True, metavar="NAME=COLUMN", help="Keep a column to filter and detect by.")
@click.option("--source", help="Who entered all of it.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken in, and how it would be read; store nothing.")
@click.option("--report", type=OUT_FILE, help="Write the rows that were not taken, with their reasons, as CSV to mend.")
@click.option("--wait", is_flag=True, help="Return when all of it is processed.")
@click.pass_obj
def import_(settings: Settings, /, **options: Any) -> None:
    """Take in FILE: CSV, JSON lines, .xlsx or .ods. Started again after a kill, it takes nothing twice."""
    from feedback.cli.import_file import ImportOptions, run

    run(settings, ImportOptions(**options))


@click.command()
@click.option("--maildir", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder of mails.")
@click.option("--imap", help="imaps://host/INBOX; FEEDBACK_IMAP_USER and FEEDBACK_IMAP_PASSWORD sign in.")
@click.option("--service", "slug", help="The service that all of it is about; else each mail's recipient tells.")
@click.option("--move-to", metavar="FOLDER", help="Where to move what was taken; without, it is marked as seen.")
@click.option("--once", is_flag=True, help="Look once, and end.")
@click.option("--every", type=click.FloatRange(1), default=60, show_default=True, help="Seconds between two looks.")
@click.pass_obj
def mail(settings: Settings, /, **options: Any) -> None:
    """Take in the unread mails of a maildir or an IMAP folder, and watch for more. None is deleted."""
    from feedback.cli.bootstrap import until_told_to_stop
    from feedback.cli.mailbox import MailOptions, run

    run(settings, MailOptions(**options), until_told_to_stop())
