"""The way out of a mail, for whoever reads it: no account, one button."""

import hmac
import uuid

from litestar import Response, Router, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import GivenRecord
from feedback.record.db import Record
from feedback.record.errors import NotFound
from feedback.record.models import AuditEntry, Subscription
from feedback.record.states import SubscriptionState
from insights.alerts.delivery import attempts, credentials
from insights.alerts.rules import subscriptions
from insights.pages import layout


def _reader_of(session: Session, record: Record, identity: uuid.UUID, token: str) -> Subscription:
    found = session.get(Subscription, identity)
    right = credentials.unsubscribe_token(record.keys, identity)
    if found is None or not hmac.compare_digest(token.encode(), right.encode()):
        raise NotFound("there is no such subscription")
    return found


@get("/unsubscribe/{subscription:uuid}/{token:str}", sync_to_thread=True)
def ask_to_unsubscribe(record: GivenRecord, subscription: FromPath[uuid.UUID], token: FromPath[str]) -> Response[str]:
    """Shows a page with a button: programs that follow every link of a mail end nothing."""
    with record.transaction() as session:
        found = _reader_of(session, record, subscription, token)
        return _leaving(session, found)


@post("/unsubscribe/{subscription:uuid}/{token:str}", status_code=200, sync_to_thread=True)
def unsubscribe_at_once(record: GivenRecord, subscription: FromPath[uuid.UUID], token: FromPath[str]) -> Response[str]:
    """Ends a subscription by one click, from the page or from the mail program (RFC 8058)."""
    with record.transaction() as session:
        found = _reader_of(session, record, subscription, token)
        if found.state != SubscriptionState.ENDED:
            attempts.end(session, found, SubscriptionState.ENDED)
            subject = f"subscription:{found.id}"
            session.add(AuditEntry(service_id=found.service_id, by="its receiver", act="unsubscribe", subject=subject))
        return _leaving(session, found)


def _leaving(session: Session, found: Subscription) -> Response[str]:
    about = subscriptions.about(session, found)
    return layout.show(
        None, "unsubscribe.html", about=about, ended=found.state == SubscriptionState.ENDED, shown=found.shown
    )


router = Router(
    "/",
    route_handlers=[ask_to_unsubscribe, unsubscribe_at_once],
    include_in_schema=False,
    opt={"failure_page": layout.failure_page},
)
