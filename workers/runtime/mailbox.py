"""The mailbox of the installation is looked into each minute, beside whatever else the scheduler does."""

import threading
import time
from dataclasses import dataclass, field

import structlog

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, where
from feedback.record.work.queue import WorkQueue
from ingest.channels.email.mailboxes import imap
from ingest.channels.email.mailboxes.looks import look, public_name
from ingest.channels.email.mailboxes.taking_in import take_in

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 60.0


@dataclass(slots=True)
class MailboxWatch:
    """Looks into the mailbox that is set, if one is; a server that is slow or away holds nothing else up."""

    record: Record
    work_queue: WorkQueue
    _next: float = 0.0
    _looking: threading.Thread | None = field(default=None)

    def look_if_due(self) -> None:
        """Begins a look, unless the last was less than a minute ago, or goes on."""
        is_busy = self._looking is not None and self._looking.is_alive()
        if is_busy or time.monotonic() < self._next or not self.record.settings.imap_url:
            return
        self._next = time.monotonic() + LOOK_EVERY_SECONDS
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def _look(self) -> None:
        settings = self.record.settings
        url = settings.imap_url or ""
        try:
            with look(self.record, public_name(url), None):
                mails = imap.unread_mails(imap.account_of(settings, url), settings.imap_move_to)
                take_in(self.record, self.work_queue, mails, None)
        except FeedbackError as error:
            log.warning("mailbox is away", error=str(error))
        except Exception as error:
            log.warning("a look into the mailbox failed", error=type(error).__name__, where=where(error))
