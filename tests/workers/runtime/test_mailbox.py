"""The mailbox that admins set is looked into by the scheduler, without a command."""

from sqlalchemy import select

from feedback.record import installation, services
from feedback.record.db import Record
from feedback.record.models import Feedback, Mailbox, Service
from feedback.record.work.queue import WorkQueue
from tests.ingest.channels.email.mailserver import PASSWORD, USER, mail_server
from workers.runtime.mailbox import MailboxWatch

MAIL = b"From: jo@example.org\r\nTo: badge@town.example\r\nMessage-ID: <1@example.org>\r\n\r\nThe swings are gone.\r\n"


def looked(watch: MailboxWatch) -> None:
    watch.look_if_due()
    assert watch._looking is not None
    watch._looking.join(30)


def test_a_mailbox_set_in_the_browser_is_looked_into_and_its_mails_reach_their_service(
    record: Record, blue_badge: str, work_queue: WorkQueue
) -> None:
    own = Record(record.operators_settings, record.engine)
    MailboxWatch(own, work_queue).look_if_due()  # none is set, and nothing happens
    with mail_server() as server:
        server.deliver(MAIL)
        with record.transaction() as session:
            service = session.scalars(select(Service)).one()
            services.change(session, service, {"mail_addresses": ["badge@town.example"]}, by="test", may_share=True)
            changes = {"imap_url": server.url, "imap_user": USER, "imap_password": PASSWORD, "imap_move_to": "Taken"}
            installation.save(session, own.keys, own.operators_settings, changes, "machine")
        own.live_settings.forget()
        looked(MailboxWatch(own, work_queue))
        assert len(server.folders["Taken"]) == 1
    with record.transaction() as session:
        [piece], [mailbox] = session.scalars(select(Feedback)).all(), session.scalars(select(Mailbox)).all()
    assert piece.service_id == service.id
    assert mailbox.failure is None


def test_a_mailbox_that_is_away_is_told_where_mailboxes_are_and_stops_nothing(
    record: Record, work_queue: WorkQueue
) -> None:
    own = Record(record.operators_settings, record.engine)
    with record.transaction() as session:
        changes = {"imap_url": "imap://127.0.0.1:9/INBOX", "imap_user": USER, "imap_password": PASSWORD}
        installation.save(session, own.keys, own.operators_settings, changes, "machine")
    looked(MailboxWatch(own, work_queue))
    with record.transaction() as session:
        failure = session.scalars(select(Mailbox.failure)).one()
    assert failure is not None and "does not answer" in failure
