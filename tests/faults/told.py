"""Who is told of what: in each service by a webhook and by mail, and each of them of each thing once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Delivery, Feedback, Subscription
from feedback.record.states import AlertState, AlertType, DeliveryOutcome, SubscriptionKind
from tests.faults.poison import POISON
from tests.insights.mailbox import Box, mailbox
from tests.insights.receivers import Receiver, receiver
from tests.whole.system import Running

HEARD = (AlertType.NEW, AlertType.SURGE, AlertType.REGRESSION, AlertType.URGENT)
"""What is told to whoever asks for nothing in particular."""

STAFF = "@staff.example"
"""Where mails to staff go; others go to citizens, who hear what became of what they said."""

SOON = func.now() + func.make_interval(0, 0, 0, 0, 0, 15)
"""What is due later waits for a digest, or for the day after a noisy one."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """A receiver of webhooks, and a mail server; `smtp` is its address."""

    hook: Receiver
    box: Box
    smtp: str

    def subscribe(self, running: Running, *services: str) -> None:
        for service in services:
            for how in (
                {"kind": "webhook", "url": self.hook.url},
                {"kind": "email", "address": service + STAFF},
            ):
                running.http.post("/v1/subscriptions", json={"service": service, **how}).raise_for_status()

    def check(self, session: Session) -> None:
        """Everything told stands with those who are to be told, once with each."""
        self._each_hears_of_all(session)
        self._each_hears_once(session)

    def _each_hears_of_all(self, session: Session) -> None:
        """That of which the service's own stream tells; and of whatever cannot wait."""
        told = session.execute(select(Alert.service_id, Alert.subscription_id, Alert.cause).where(*_ours())).all()
        heard = session.execute(select(Subscription.id, Subscription.service_id).where(_is_ours())).all()
        for subscription in heard:
            causes = Counter(it.cause for it in told if it.subscription_id == subscription.id)
            stream = {it.cause for it in told if (it.service_id, it.subscription_id) == (subscription.service_id, None)}
            assert set(causes) == stream, set(causes) ^ stream
            assert set(causes.values()) <= {1}
        urgent = select(Feedback.id, Feedback.copy_of).where(Feedback.urgent["kind"].is_not(None))
        pieces = {f"urgent:{row.id}": row.copy_of for row in session.execute(urgent)}
        causes_told = {it.cause for it in told if it.cause.startswith("urgent:")}
        assert {cause for cause, copy_of in pieces.items() if not copy_of} <= causes_told <= set(pieces)

    def _each_hears_once(self, session: Session) -> None:
        """A repeat bears the same id, as whoever dies between the sending and its record cannot know that it is one."""
        alerts = session.execute(select(Alert.id, Alert.state, Subscription.kind).join(Subscription).where(*_ours()))
        states = {row.id: row for row in alerts}
        waiting = {row.id for row in states.values() if row.state != AlertState.SENT}
        assert {states[it].kind for it in waiting} <= {SubscriptionKind.EMAIL}, "only mail waits for another day"
        by_hook = {f"{row.id}" for row in states.values() if row.kind == SubscriptionKind.WEBHOOK}
        known = {got.headers["webhook-id"] for got in self.hook.got if got.content["type"] in HEARD}
        assert known == by_hook, known ^ by_hook
        delivered = session.scalars(
            select(Delivery).join(Subscription).where(_is_ours(), Delivery.outcome == DeliveryOutcome.DELIVERED)
        ).all()
        times = Counter(it for delivery in delivered for it in delivery.alert_ids)
        assert all(times[it] == 1 for it in states if it not in waiting), "an alert was sent twice, or never"
        ours = [mail for mail in self.box.mails if f"{mail['To']}".endswith(STAFF)]
        mails = {f"{mail['Message-ID']}".partition("@")[0].strip("<") for mail in ours}
        letters = {f"{it.alert_ids[0]}" for it in delivered if states[it.alert_ids[0]].kind == SubscriptionKind.EMAIL}
        assert mails == letters, mails ^ letters


@contextmanager
def listeners() -> Iterator[Listeners]:
    with receiver() as hook, mailbox() as (box, smtp):
        yield Listeners(hook, box, smtp)


def untold() -> ColumnElement[bool]:
    """Alerts that are still to be told soon. What has no address is tried once, and then again later."""
    is_soon = (Alert.state == AlertState.WAITING) & (Alert.due_at < SOON)
    return is_soon & or_(_is_ours_by_id(), Alert.tried == 0)


def _is_ours() -> ColumnElement[bool]:
    return Subscription.name != POISON


def _is_ours_by_id() -> ColumnElement[bool]:
    return Alert.subscription_id.not_in(select(Subscription.id).where(Subscription.name == POISON))


def _ours() -> tuple[ColumnElement[bool], ...]:
    """What is told, but to whom nobody can tell anything, and what nobody can make sense of."""
    return Alert.type.in_(HEARD), Alert.facts != {}, or_(Alert.subscription_id.is_(None), _is_ours_by_id())
