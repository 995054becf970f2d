"""Services that know nothing of one another, each with a row of every kind, and a word that stands in no other."""

import uuid
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record import services
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.models import (
    Action,
    Alert,
    Change,
    ChangeImport,
    Delivery,
    ErasureRequest,
    Feedback,
    HandOver,
    Issue,
    Person,
    Refit,
    Regrouping,
    Service,
    Signal,
    Statement,
    Subscription,
    Theme,
    ThemeIssue,
    ToleranceTrial,
    Upload,
    new_id,
)
from insights.alerts.delivery.credentials import Credentials, seal
from insights.alerts.rules import fan_out
from insights.alerts.rules.tolerance_trials import TrialSignal
from tests.insights import made_up


@dataclass
class Tenant:
    """A service; `word` stands in all that nobody else may read, and `ids` are by the names that paths give them."""

    slug: str
    word: str
    ids: dict[str, str] = field(default_factory=dict, repr=False)


def make(record: Record, number: int) -> Tenant:
    """Plants one; its issue is in one theme with those of the others."""
    made = Tenant(f"service-{number}", f"qx{number}secretxq")
    with record.transaction() as session:
        services.add(session, made.slug, f"Service {number}")
        issue = made_up.issue(session, made.slug, f"{made.word} fails")
        pieces = [made_up.report(session, issue, f"{made.word} fails, try {turn}") for turn in range(4)]
        made_up.signal(session, issue, pieces)
        signal = session.scalars(select(Signal).where(Signal.issue_id == issue.id)).one()
        made.ids |= plant(session, record.keys, issue, made.word) | {"signal": str(signal.id)}
        return made


def plant(session: Session, keys: KeyRing, issue: Issue, word: str) -> dict[str, str]:
    """Adds a row of every kind to the service of an issue, and returns what paths need to lead to them."""
    service = session.get_one(Service, issue.service_id)
    said = session.scalars(select(Statement).where(Statement.issue_id == issue.id).limit(1)).one()
    piece = session.get_one(Feedback, said.feedback_id)
    return {
        "service": service.slug,
        "issue": str(issue.id),
        "into": str(issue.id),
        "feedback": str(piece.id),
        "statement": str(said.id),
        "group": "mail",  # of the installation's settings
        "code": piece.receipt,
        **_decided(session, service, issue, word),
        **_owners_work(session, service, word, said),
        **_told(session, keys, service, word),
    }


def _decided(session: Session, service: Service, issue: Issue, word: str) -> dict[str, str]:
    """What people and refits did about an issue, and to the feedback of a service."""
    mine = {"service_id": service.id, "by": word}
    theme = _theme(session, word)
    found: dict[str, HandOver | Refit | Regrouping | Upload] = {
        "refit": Refit(
            service_id=service.id, model="m", statements=4, outside=0, moved=0, changes={"new": [], "lineage": []}
        ),
        "regrouping_id": Regrouping(kind="apart", issue_id=issue.id, reason=word, **mine),
        "upload": Upload(file=word, size=1, day=made_up.NOW.date(), stage="done", **mine),
        "hand_over_id": HandOver(to_id=service.id, pieces=0, placed={}, reason=word, **mine),
    }
    action = Action(issue_id=issue.id, what=word, at=made_up.NOW, by=word)
    session.add_all([*found.values(), action, ThemeIssue(theme_id=theme, issue_id=issue.id)])
    session.flush()
    return {name: str(row.id) for name, row in found.items()} | {"theme": str(theme)}


def _owners_work(session: Session, service: Service, word: str, statement: Statement) -> dict[str, str]:
    """A change that came with a calendar, an erasure that waits, and what a tolerance would have raised."""
    said, piece = statement.id, statement.feedback_id
    signal = TrialSignal(made_up.NOW, "new", 4, 0.4, 24.0, [said])
    imported = ChangeImport(service_id=service.id, file=word, by=word)
    person = Person(name=word, email=f"{word}@example.org")
    tried = {"tolerance": 0.02, "since": made_up.NOW, "newest": said, "statements": 4}
    session.add_all([imported, person])
    session.add(ToleranceTrial(service_id=service.id, found=[msgspec.to_builtins(signal)], **tried))
    session.flush()
    change = Change(service_id=service.id, kind="release", what=word, at=made_up.NOW, import_id=imported.id)
    asked = ErasureRequest(service_id=service.id, person_id=person.id, ids=[piece])
    session.add_all([change, asked])
    session.flush()
    return {"change_id": str(change.id), "import_id": str(imported.id), "erasure_id": str(asked.id)}


def _told(session: Session, keys: KeyRing, service: Service, word: str) -> dict[str, str]:
    """An alert of the service's signal, to a subscription that it was delivered to."""
    told = _subscription(session, keys, service, word)
    fan_out.raise_alerts(session, service.id)
    alert = session.scalars(select(Alert).where(Alert.subscription_id == told).limit(1)).one()
    delivery = Delivery(subscription_id=told, alert_ids=[alert.id], outcome="delivered", seconds=0.1, answer=word)
    session.add(delivery)
    session.flush()
    return {"subscription": str(told), "alert": str(alert.id), "delivery": str(delivery.id)}


def _theme(session: Session, title: str) -> uuid.UUID:
    found = session.scalar(select(Theme.id))
    if found is None:
        session.add(made := Theme(id=new_id(), title=title, centroid=[1.0]))
        session.flush()
        found = made.id
    return found


def _subscription(session: Session, keys: KeyRing, service: Service, name: str) -> uuid.UUID:
    identity = new_id()
    sealed = seal(keys, identity, Credentials("https://example.org"))
    fields = {"kind": "webhook", "stage": "open", "shown": f"https://{name}.example"}
    session.add(Subscription(id=identity, service_id=service.id, name=name, sealed=sealed, **fields))
    session.flush()
    return identity
