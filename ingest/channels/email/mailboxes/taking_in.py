"""Mailboxes of any kind: each mail is taken in once, then marked; none is deleted, a bad one loses no other."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import structlog

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, KeyReused, Malformed, NotSupported, where
from feedback.record.work.queue import WorkQueue
from ingest.channels.contract import Inbound, Parsed, Secrets, told_how
from ingest.channels.email import message
from ingest.intake.accept import Accepted, accept
from ingest.intake.arrival import Arrival
from ingest.intake.directory import ServiceDirectory

log = structlog.get_logger()

CALLER = "mail"
LARGEST_MAIL_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UnreadMail:
    """One mail that waits. `settle` marks it as read, and as one to look at where it was not understood."""

    body: bytes
    settle: Callable[[bool], None]


@dataclass(slots=True)
class MailTally:
    """What came of the mails that waited."""

    stored: int = 0
    repeated: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.stored} mails taken in, {self.repeated} were there already, "
            f"{_with_reasons(self.ignored, 'are no feedback')}, {_with_reasons(self.bad, 'could not be read')}"
        )

    def __bool__(self) -> bool:
        return bool(self.stored or self.repeated or self.ignored or self.bad)


def _with_reasons(counted: Counter[str], what: str) -> str:
    reasons = "; ".join(f"{count} {reason}" for reason, count in counted.most_common())
    return f"{counted.total()} {what}" + (f" ({reasons})" if reasons else "")


def take_in(
    record: Record, work_queue: WorkQueue, unread_mails: Iterable[UnreadMail], service: str | None
) -> MailTally:
    """Stores each before it is marked: after a kill it comes again, and is known by its Message-ID."""
    taken = MailTally()
    for letter in unread_mails:
        try:
            parsed = _read(record, letter.body, service)
            _store(record, parsed, letter.body, taken)
        except (Malformed, NotSupported) as error:
            taken.bad[str(error).rstrip(".")] += 1
            letter.settle(True)
        else:
            letter.settle(False)
    if taken.stored:
        work_queue.wake("clean")
    return taken


def _read(record: Record, body: bytes, service: str | None) -> Parsed:
    if len(body) > LARGEST_MAIL_BYTES:
        raise Malformed("this mail is too large")
    with record.transaction() as session:
        directory = ServiceDirectory(session)
    try:
        return told_how(message.read(Inbound("", body, CALLER, service=service), Secrets(), directory), "email")
    except FeedbackError:
        raise
    except Exception as error:  # it would be the first at each further look, and keep all others waiting
        log.warning("a mail breaks what reads it", error=type(error).__name__, where=where(error))
        raise Malformed("This mail breaks what reads it.") from error


def _store(record: Record, parsed: Parsed, body: bytes, taken: MailTally) -> None:
    """Raises what is wrong with it."""
    if not parsed.arrivals:
        taken.ignored[parsed.ignored or "no words"] += 1
        return
    arrivals = [_with_identity(arrival, body) for arrival in parsed.arrivals]
    with record.transaction() as session:
        answers = accept(session, record.keys, arrivals, dt.datetime.now(dt.UTC))
    for answer in answers:
        if isinstance(answer, KeyReused):  # the same words, which a gateway wrapped in another way
            taken.repeated += 1
            continue
        if isinstance(answer, FeedbackError):
            raise Malformed(str(answer)) from answer
        _count(answer, taken)


def _count(answer: Accepted, taken: MailTally) -> None:
    taken.repeated += answer.repeated
    taken.stored += not answer.repeated


def _with_identity(arrival: Arrival, body: bytes) -> Arrival:
    """A mail without a Message-ID is known by its content."""
    return replace(arrival, external_id=arrival.external_id or hashlib.sha256(body).hexdigest())
