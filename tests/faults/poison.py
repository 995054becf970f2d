"""Rows that spoil: each ends by itself, and all others are served."""

import datetime as dt
import random
import uuid
from contextlib import suppress

from sqlalchemy import func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from feedback.record.models import Feedback, Service, Statement, Subscription
from feedback.record.states import AlertType, ChannelName, FeedbackStage, SubscriptionKind, WorkStage
from insights.alerts.delivery import attempts
from tests.faults.stores import store
from tests.whole.system import Running

POISON = "poison"
"""The caller of rows that no worker can read, and the name of subscriptions that none can serve."""


def poison(running: Running, draw: random.Random) -> str:
    """A row that no worker can read waits in a stage, before all others or among them."""
    what = draw.choice(("without its raw text", "from after the end of time", "to be grouped, from no time"))
    with suppress(SQLAlchemyError), store(running) as record, record.transaction() as session:
        piece = Feedback(
            id=uuid.uuid4(),
            service_id=session.scalar(select(Service.id).limit(1)),
            stage=FeedbackStage.GROUP if "grouped" in what else FeedbackStage.CLEAN,
            channel=ChannelName.WEB,
            receipt=f"{draw.random()}",
            caller=POISON,
            digest=b"",
            said_at=dt.datetime.now(dt.UTC),
        )
        session.add(piece)
        session.flush()
        if "raw" not in what:
            session.execute(text("UPDATE feedback SET said_at = 'infinity' WHERE id = :id"), {"id": piece.id})
        return f"added a row {what}"
    return ""


def poison_service(running: Running, draw: random.Random) -> str:
    """Work for the service is due at no time, or a vector spoils among those that its topics are made of."""
    kind = draw.choice(("notice", "refit", "vector"))
    with suppress(SQLAlchemyError), store(running) as record, record.transaction() as session:
        if kind != "vector":
            session.execute(text("UPDATE service_work SET due_at = '-infinity' WHERE kind = :kind"), {"kind": kind})
            return f"poisoned work for a service: {kind}"
        one = select(Statement.id).where(Statement.vector.is_not(None)).order_by(func.random()).limit(1)
        spoiled = update(Statement).where(Statement.id == one.scalar_subquery()).values(vector=[1.0])
        session.execute(spoiled.execution_options(synchronize_session=False))
        return "spoiled a vector"
    return ""


def poison_delivery(running: Running, draw: random.Random) -> str:
    """An alert that nobody can make sense of waits, or a subscription of which nobody can read filters or address."""
    with suppress(SQLAlchemyError), store(running) as record, record.transaction() as session:
        if draw.random() < 0.5:
            well = session.scalars(select(Subscription).where(Subscription.name != POISON).limit(1)).one()
            service = session.scalars(select(Service).limit(1)).one()
            attempts.queue(session, well, service, AlertType.NEW, {})
            return "added an alert without facts"
        spoiled = Subscription(
            name=POISON,
            service_id=session.scalar(select(Service.id).limit(1)),
            stage=WorkStage.OPEN,
            kind=SubscriptionKind.WEBHOOK,
            shown="",
            sealed=b"spoiled",
            filters={"kinds": ["of another version"]},
        )
        session.add(spoiled)
        return "added a subscription that nobody can read"
    return ""
