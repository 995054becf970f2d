"""`feedback mail`: a mailbox, once or watched."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import structlog

from feedback.cli.bootstrap import Opened, opened
from feedback.record import access
from feedback.record.errors import Malformed, Unavailable
from feedback.record.settings import Settings
from feedback.record.work.queue import WorkQueue
from ingest.channels.email import imap, maildir
from ingest.channels.email.mailboxes import UnreadMail, take_in

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command was given, by the names of its options."""

    maildir: Path | None
    imap: str | None
    slug: str | None
    move_to: str | None
    once: bool
    every: float

    def unread_mails(self, settings: Settings) -> Iterator[UnreadMail]:
        if self.maildir:
            return maildir.unread_mails(self.maildir)
        account = imap.ImapAccount.of(self.imap or "", settings.imap_user, settings.imap_password)
        return imap.unread_mails(account, self.move_to)


def run(settings: Settings, asked: Asked, stop: threading.Event) -> None:
    if (asked.maildir is None) == (asked.imap is None):
        raise Malformed("give either --maildir or --imap")
    if asked.maildir and asked.move_to:
        raise Malformed("--move-to is for --imap")
    with opened(settings, pool=3) as door:
        if asked.slug:
            with door.record.transaction() as session:
                access.service(session, asked.slug)
        _look(door, asked)
        while not asked.once and not stop.wait(asked.every):
            _look_again(door, asked)


def _look(door: Opened, asked: Asked) -> None:
    taken = take_in(door.record, WorkQueue(door.servers.redis_url), asked.unread_mails(door.settings), asked.slug)
    if taken or asked.once:
        click.echo(f"{taken}.")


def _look_again(door: Opened, asked: Asked) -> None:
    """Who watches outlives an hour without the mail server."""
    try:
        _look(door, asked)
    except Unavailable as error:
        log.warning("mailbox is away", error=str(error))
