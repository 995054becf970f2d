"""What an alert says: facts frozen when it is raised, and citizens' redacted words, read when it is sent."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Feedback, Issue, Service, Signal, Statement, Subscription, Theme, ThemeSignal
from insights.issues.queries import signals
from insights.issues.queries.issues import LONGEST_QUOTE
from insights.presentation.schemas import Beside

URGENT = "feedback.urgent"
ENDED = "subscription.ended"
"""The type of what tells an owner that nothing more is sent; every other is a signal's."""

TEST = "[Test]"
GONE = "An issue that is no longer kept"

LARGEST = 20_000  # bytes of a webhook's body (Standard Webhooks)
NAMED = 200  # pieces of feedback that an alert names at most
QUOTES = 3


def of_signal(
    service: Service, issue: Issue, signal: Signal, reports: int, changes: Sequence[Beside] = ()
) -> dict[str, Any]:
    """`reports`: how many there are by now, since it began; `changes`: of the service, beside it."""
    return {
        "service": service.slug,
        "issue": {"id": str(issue.id), "trend": issue.trend, "status": issue.status},
        "signal": {
            "id": str(signal.id),
            "kind": signal.kind,
            "since": signal.since.isoformat(),
            "detected_at": signal.detected_at.isoformat(),
            "observed": signal.observed,
            "reports": reports,
            "expected": round(signal.expected, 2),
            "score": round(signal.score, 2),
            "window_hours": signal.window_hours,
            "by_channel": signal.channels,
            "only_channel": signals.only_channel(signal),
            "evidence": signal.evidence,
            "changes": msgspec.to_builtins(list(changes)),
        },
        "feedback_ids": [str(identity) for identity in signal.feedback_ids[:NAMED]],
    }


def of_theme(theme_id: uuid.UUID, services: Mapping[str, int], signal: ThemeSignal, channels: Mapping[str, int]) -> Any:
    """What several services hear together; `services`: reports by slug, the most first; its title is read later."""
    ids = [identity for mine in signal.reports.values() for identity in mine]
    return {
        "service": next(iter(services)),
        "theme": {"id": str(theme_id), "services": dict(services)},
        "issue": None,
        "signal": {
            "id": str(signal.id),
            "kind": "surge",
            "since": signal.since.isoformat(),
            "detected_at": signal.detected_at.isoformat(),
            "observed": signal.observed,
            "reports": signal.observed,
            "expected": round(signal.expected, 2),
            "score": round(signal.score, 2),
            "window_hours": signal.window_hours,
            "by_channel": dict(channels),
        },
        "feedback_ids": ids[:NAMED],
    }


def of_urgent(service: Service, piece: Feedback) -> dict[str, Any]:
    return {
        "service": service.slug,
        "issue": None,
        "signal": None,
        "feedback_ids": [str(piece.id)],
        "urgent": {**(piece.urgent or {}), "channel": piece.channel},
    }


def of_test(service: Service, now: dt.datetime) -> dict[str, Any]:
    """As a signal's, of an issue that is not there."""
    return {
        "service": service.slug,
        "test": True,
        "issue": {
            "id": str(uuid.UUID(int=0)),
            "title": "This is how an alert reads",
            "trend": "new",
            "status": "open",
            "keywords": ["test"],
        },
        "signal": {
            "id": str(uuid.UUID(int=0)),
            "kind": "new",
            "since": (now - dt.timedelta(hours=9)).isoformat(),
            "detected_at": now.isoformat(),
            "observed": 12,
            "reports": 12,
            "expected": 0.4,
            "score": 7.2,
            "window_hours": 24.0,
            "by_channel": {"web": 10, "call": 2},
        },
        "feedback_ids": [],
    }


def of_hindsight(service: Service, issue_id: uuid.UUID, line: Mapping[str, Any]) -> dict[str, Any]:
    """As a signal's, of an issue that a backtest found (a line of its output); the title is read when it is shown."""
    trend = "new" if line["kind"] == "new" else "emerging"
    signal = {name: line[name] for name in ("kind", "since", "detected_at", "observed", "expected", "score")}
    more = {"id": str(issue_id), "reports": line["observed"], "by_channel": line["channels"]}
    return {
        "service": service.slug,
        "issue": {"id": str(issue_id), "trend": trend, "status": "open", "keywords": []},
        "signal": {**signal, **more, "window_hours": line["window_hours"]},
        "feedback_ids": list(line["feedback_ids"][:NAMED]),
    }


def of_end(service: Service, subscription: Subscription, why: str) -> dict[str, Any]:
    """What its owner is told when a subscription is switched off."""
    return {
        "service": service.slug,
        "issue": None,
        "signal": None,
        "feedback_ids": [],
        "subscription": subscription.name or subscription.shown,
        "why": why,
    }


def body(session: Session, alert: Alert, url: str) -> dict[str, Any]:
    """As a webhook carries it. `url`: where our pages are."""
    data = dict(alert.facts)
    issue = session.get(Issue, alert.issue_id) if alert.issue_id else None
    if data["issue"]:
        title = {"title": issue.title, "keywords": list(issue.keywords)} if issue else {"title": GONE, "keywords": []}
        data["issue"] = title | data["issue"]
    data["quotes"] = _quotes(session, alert, issue)
    data["link"] = f"{url}/dashboard/issues/{issue.id}" if issue else f"{url}/dashboard/{data['service']}"
    if "theme" in data:
        theme = session.get(Theme, uuid.UUID(data["theme"]["id"]))
        data["theme"] = {**data["theme"], "title": theme.title if theme else GONE}
        data["link"] = f"{url}/dashboard/themes/{data['theme']['id']}"
    return {"type": alert.type, "timestamp": alert.raised_at.astimezone(dt.UTC).isoformat(), "data": data}


def _quotes(session: Session, alert: Alert, issue: Issue | None) -> list[dict[str, str]]:
    """Whoever took their words back is quoted no more, however late it is sent."""
    ids = [uuid.UUID(identity) for identity in alert.facts["feedback_ids"]]
    if issue is None:
        return [_quote(row.channel, row.text) for row in session.scalars(_pieces(ids)) if row.text]
    said = session.execute(
        select(Statement.text, Statement.feedback_id, Feedback.channel)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue.id, Statement.feedback_id.in_(ids), Statement.filler.is_(False))
        .order_by(Statement.sureness.desc().nulls_last(), Statement.id)
    ).all()
    one_each = {row.feedback_id: _quote(row.channel, row.text) for row in reversed(said)}
    best = [one_each[identity] for identity in dict.fromkeys(row.feedback_id for row in said)]
    return best[:QUOTES]


def _pieces(ids: list[uuid.UUID]) -> Any:
    return select(Feedback).where(Feedback.id.in_(ids)).limit(QUOTES)


def _quote(channel: str, text: str) -> dict[str, str]:
    return {"text": text[:LONGEST_QUOTE], "channel": channel}


def packed(content: dict[str, Any]) -> bytes:
    """JSON of less than 20 kB: where it is more, fewer pieces are named."""
    data = content["data"]
    while len(encoded := msgspec.json.encode(content)) >= LARGEST and data.get("feedback_ids"):
        data["feedback_ids"] = data["feedback_ids"][: len(data["feedback_ids"]) // 2]
    return encoded
