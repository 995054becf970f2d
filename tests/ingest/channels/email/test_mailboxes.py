"""Mailboxes: what is unread is taken in once, then marked; nothing is deleted, and a bad mail loses no other."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from feedback.record.db import Record
from feedback.record.errors import Malformed, NotAuthentic, NotFound, Unavailable
from feedback.record.models import Feedback
from feedback.record.work.queue import WorkQueue
from ingest.channels.contract import Inbound, Parsed
from ingest.channels.email import message
from ingest.channels.email.mailboxes import imap, maildir
from ingest.channels.email.mailboxes.imap import ImapAccount
from ingest.channels.email.mailboxes.taking_in import LARGEST_MAIL_BYTES, MailTally, UnreadMail, take_in
from tests.ingest.channels.email.mailserver import PASSWORD, USER, MailServer, mail_server


def mail(number: int, identity: bool = True) -> bytes:
    known = f"Message-ID: <{number}@example.org>\r\n" if identity else ""
    head = f"From: jo@example.org\r\nTo: parks@council.example\r\nSubject: Swing {number}\r\n{known}\r\n"
    return f"{head}Swing {number} is broken.\r\n".encode()


ENCRYPTED = b"From: jo@example.org\r\nSubject: s\r\nContent-Type: multipart/encrypted\r\n\r\nx"
BOUNCE = b"From: mailer-daemon@example.org\r\nSubject: undelivered\r\n\r\nx"
IS_ENCRYPTED = Counter({"This mail is encrypted": 1})
MIXED = [mail(1), ENCRYPTED, BOUNCE, mail(2, identity=False), b"\xff no mail", mail(3)]
NO_MAIL = "This is no mail: it has no From, Date, Subject or Message-ID"
THREE_OF_SIX = MailTally(stored=3, ignored=Counter({"a bounce": 1}), bad=Counter({NO_MAIL: 1}) + IS_ENCRYPTED)


def count(record: Record) -> int:
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0


@pytest.fixture
def box(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def delivered(box: Path, bodies: Iterable[bytes]) -> None:
    for at, body in enumerate(bodies):
        (box / "new" / f"17000000{at}.M1P1.host").write_bytes(body)


def names(box: Path) -> list[str]:
    return sorted(f"{path.parent.name}/{path.name}" for path in box.glob("*/*"))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


def account(server: MailServer, password: str = PASSWORD) -> ImapAccount:
    return ImapAccount.of(server.url, USER, password)


def test_the_mails_of_a_maildir_are_taken_in_and_marked_as_read(
    record: Record, work_queue: WorkQueue, blue_badge: str, box: Path
) -> None:
    delivered(box, MIXED)
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == THREE_OF_SIX
    read = [f"cur/17000000{at}.M1P1.host:2,{'FS' if at in (1, 4) else 'S'}" for at in range(6)]
    assert names(box) == read
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == MailTally()
    assert count(record) == 3


def test_a_maildir_that_another_program_opened_is_read_on(
    record: Record, work_queue: WorkQueue, blue_badge: str, box: Path
) -> None:
    (box / "cur" / "1.a:2,").write_bytes(mail(1))
    (box / "cur" / "2.a:2,RS").write_bytes(mail(2))
    (box / "cur" / "3.a:2,F").write_bytes(mail(3))
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == MailTally(stored=2)
    assert names(box) == ["cur/1.a:2,S", "cur/2.a:2,RS", "cur/3.a:2,FS"]


def test_after_a_kill_a_mail_that_was_stored_and_not_marked_is_known(
    record: Record, work_queue: WorkQueue, blue_badge: str, box: Path
) -> None:
    def killed(bad: bool) -> None:
        raise KeyboardInterrupt

    for body in (mail(1), mail(2, identity=False)):
        with pytest.raises(KeyboardInterrupt):
            take_in(record, work_queue, [UnreadMail(body, killed)], blue_badge)
    delivered(box, [mail(1), mail(2, identity=False)])
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == MailTally(repeated=2)
    assert count(record) == 2


def test_a_repeated_message_id_counts_by_its_words(
    record: Record, work_queue: WorkQueue, blue_badge: str, box: Path
) -> None:
    other = mail(1).replace(b"broken", b"rusty")
    dated = b"Swing 1\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n"
    elsewhere = mail(1).replace(b"Swing 1\r\n", dated, 1)
    delivered(box, [mail(1), other, elsewhere])
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == MailTally(stored=2, repeated=1)
    assert count(record) == 2


def test_a_mail_that_is_too_large_is_left_and_flagged(
    record: Record, work_queue: WorkQueue, blue_badge: str, box: Path
) -> None:
    delivered(box, [mail(1) + b"x" * LARGEST_MAIL_BYTES])
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == MailTally(
        bad=Counter({"this mail is too large": 1})
    )


def test_what_is_no_maildir_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no maildir"):
        list(maildir.unread_mails(tmp_path))


def test_the_unseen_mails_of_an_imap_folder_are_taken_in_and_marked(
    record: Record, work_queue: WorkQueue, blue_badge: str, server: MailServer
) -> None:
    for body in MIXED:
        server.deliver(body)
    assert take_in(record, work_queue, imap.unread_mails(account(server)), blue_badge) == THREE_OF_SIX
    bad = {r"\Seen", r"\Flagged"}
    assert server.flags() == [{r"\Seen"}, bad, {r"\Seen"}, {r"\Seen"}, bad, {r"\Seen"}]
    assert take_in(record, work_queue, imap.unread_mails(account(server)), blue_badge) == MailTally()
    assert [kept.body for kept in server.folders["INBOX"].values()] == MIXED


def test_what_was_taken_may_be_moved_and_what_was_not_understood_stays(
    record: Record, work_queue: WorkQueue, blue_badge: str, server: MailServer
) -> None:
    for body in (mail(1), ENCRYPTED, mail(2)):
        server.deliver(body)
    assert take_in(record, work_queue, imap.unread_mails(account(server), "Taken"), blue_badge) == MailTally(
        stored=2, bad=IS_ENCRYPTED
    )
    assert [kept.body for kept in server.folders["Taken"].values()] == [mail(1), mail(2)]
    assert server.flags() == [{r"\Seen", r"\Flagged"}]


def test_what_is_wrong_with_a_mailbox_is_told(server: MailServer) -> None:
    with pytest.raises(NotAuthentic):
        list(imap.unread_mails(account(server, "wrong")))
    with pytest.raises(NotFound, match="no such folder"):
        list(imap.unread_mails(ImapAccount.of(server.url.replace("INBOX", "Nowhere"), USER, PASSWORD)))
    with pytest.raises(Unavailable):
        list(imap.unread_mails(ImapAccount.of("imap://127.0.0.1:1/INBOX", USER, PASSWORD)))


def test_a_mail_that_breaks_what_reads_it_keeps_no_other_waiting(
    record: Record, work_queue: WorkQueue, blue_badge: str, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = message.read

    def breaks(inbound: Inbound, *rest: Any) -> Parsed:
        if b"Swing 1 " in inbound.body:
            raise RecursionError
        return read(inbound, *rest)

    monkeypatch.setattr(message, "read", breaks)
    delivered(box, [mail(1), mail(2)])
    broken = Counter({"This mail breaks what reads it": 1})
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == MailTally(stored=1, bad=broken)
    assert take_in(record, work_queue, maildir.unread_mails(box), blue_badge) == MailTally()


def test_an_address_tells_the_user_and_the_environment_what_it_leaves_out() -> None:
    assert ImapAccount.of("imaps://jo%40council.example:p%2Fw@mail.example", None, None) == ImapAccount(
        "mail.example", 993, True, "jo@council.example", "p/w", "INBOX"
    )
    assert ImapAccount.of("imap://mail.example:1143/Feedback/New", "jo", "pw") == ImapAccount(
        "mail.example", 1143, False, "jo", "pw", "Feedback/New"
    )


@pytest.mark.parametrize("url", ["https://a@b", "imaps://", "imaps://h:x/", "imaps://h/a%0d%0aLOGOUT"])
def test_an_address_that_makes_no_sense_is_told(url: str) -> None:
    with pytest.raises(Malformed):
        ImapAccount.of(url, "jo", "pw")


def test_a_mailbox_without_a_user_or_password_is_told() -> None:
    with pytest.raises(Malformed, match="FEEDBACK_IMAP_USER"):
        ImapAccount.of("imaps://mail.example", None, "pw")


def test_what_came_of_the_mails_is_told_with_reasons() -> None:
    assert str(THREE_OF_SIX) == (
        "3 mails taken in, 0 were there already, 1 are no feedback (1 a bounce), "
        f"2 could not be read (1 {NO_MAIL}; 1 This mail is encrypted)"
    )


def test_a_stored_mail_says_how_it_was_read(record: Record, work_queue: WorkQueue, blue_badge: str, box: Path) -> None:
    head = b"Content-Type: text/html; charset=iso-8859-1\r\n"
    quoted = b"<div class='gmail_quote'>On Mon Jo &lt;j@x.example&gt; wrote: please wait</div>"
    delivered(box, [head + mail(1).replace(b"broken.", b"broken \x96 still.") + quoted])
    take_in(record, work_queue, maildir.unread_mails(box), blue_badge)
    with record.transaction() as session:
        [how] = session.scalars(select(Feedback.read_as))
    assert how == {
        "format": "email",
        "form": "HTML",
        "encoding": "windows-1252",
        "quoted, signed or added by mail systems": "7 words, left out",
    }
