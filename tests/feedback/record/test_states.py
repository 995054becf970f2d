"""What is stored is text; what is loaded is the member that it names."""

from sqlalchemy import select, text

from feedback.record import services
from feedback.record.db import Record
from feedback.record.models import Subscription
from feedback.record.states import DigestRhythm, SubscriptionKind, WorkStage


def test_a_member_is_stored_as_its_text_and_what_no_member_names_is_loaded_as_it_is(record: Record) -> None:
    with record.transaction() as session:
        service = services.add(session, "bins", "Bins")
        session.add(
            Subscription(
                service_id=service.id,
                stage=WorkStage.OPEN,
                kind=SubscriptionKind.CHAT,
                shown="",
                sealed=b"",
            )
        )
    with record.transaction() as session:
        stored = session.execute(text("SELECT stage, kind, digest, state FROM subscriptions")).one()
        assert tuple(stored) == ("open", "chat", "at_once", "active")
        session.execute(text("UPDATE subscriptions SET kind = 'pigeon'"))
        found = session.scalars(select(Subscription)).one()
        assert found.stage is WorkStage.OPEN and found.digest is DigestRhythm.AT_ONCE and found.kind == "pigeon"
