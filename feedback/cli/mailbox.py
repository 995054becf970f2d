"""`feedback mail`: a mailbox, once or watched."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import structlog

from feedback.cli.bootstrap import Runtime, started
from feedback.record import access
from feedback.record.errors import Malformed, Unavailable
from feedback.record.settings import Settings
from feedback.record.work.queue import WorkQueue
from ingest.channels.email.mailboxes import imap, maildir
from ingest.channels.email.mailboxes.looks import look, public_name
from ingest.channels.email.mailboxes.taking_in import UnreadMail, take_in

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOptions:
    """What the command was given, by the names of its options."""

    maildir: Path | None
    imap: str | None
    slug: str | None
    move_to: str | None
    once: bool
    every: float

    @property
    def name(self) -> str:
        return str(self.maildir.resolve()) if self.maildir else public_name(self.imap or "")

    def unread_mails(self, settings: Settings) -> Iterator[UnreadMail]:
        if self.maildir:
            return maildir.unread_mails(self.maildir)
        return imap.unread_mails(imap.account_of(settings, self.imap or ""), self.move_to)


def run(settings: Settings, options: MailOptions, stop: threading.Event) -> None:
    if (options.maildir is None) == (options.imap is None):
        raise Malformed("give either --maildir or --imap")
    if options.maildir and options.move_to:
        raise Malformed("--move-to is for --imap")
    with started(settings, pool=3) as runtime:
        if options.slug:
            with runtime.record.transaction() as session:
                access.service(session, options.slug)
        _look(runtime, options)
        while not options.once and not stop.wait(options.every):
            _look_again(runtime, options)


def _look(runtime: Runtime, options: MailOptions) -> None:
    with look(runtime.record, options.name, options.slug):
        taken = take_in(
            runtime.record,
            WorkQueue(runtime.servers.redis_url),
            options.unread_mails(runtime.record.settings),
            options.slug,
        )
    if taken or options.once:
        click.echo(f"{taken}.")


def _look_again(runtime: Runtime, options: MailOptions) -> None:
    """Who watches outlives an hour without the mail server."""
    try:
        _look(runtime, options)
    except Unavailable as error:
        log.warning("mailbox is away", error=str(error))
