"""What an alert says: facts frozen when it is raised; titles and citizens' redacted words, read when it is sent."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Feedback, Issue, Service, Signal, Statement, Subscription, Theme, ThemeSignal
from feedback.record.states import AlertType, ChannelName, IssueStatus, SignalKind, Trend
from insights.channels.watch import ChannelSilence
from insights.issues.contrasts import finding
from insights.issues.quotes import LONGEST_QUOTE_CHARACTERS, QUOTE_COLUMNS, choose
from insights.issues.signal_now import LATEST_STATEMENTS, only_channel
from insights.issues.silences import Reported
from insights.presentation.schemas import NearbyChange
from insights.statement_arrays import halves

TEST_PREFIX = "[Test]"
NO_LONGER_KEPT = "An issue that is no longer kept"
"""The title of an issue or a theme that is gone by the time its alert is shown."""

MAX_BODY_BYTES = 20_000  # of a webhook's body (Standard Webhooks)
MAX_FEEDBACK_IDS = 200
MAX_QUOTES = 3


def for_signal(
    service: Service, issue: Issue, signal: Signal, reported: Reported, changes: Sequence[NearbyChange] = ()
) -> dict[str, Any]:
    """Builds the payload about a signal, with the reports since it began and the service's changes beside it.

    How they came is told of all of them: what began on the website may be heard by phone by now.
    """
    return {
        "service": service.slug,
        "issue": {"id": str(issue.id), "trend": issue.trend, "status": issue.status},
        "signal": {
            "id": str(signal.id),
            "kind": signal.kind,
            "since": signal.since.isoformat(),
            "detected_at": signal.detected_at.isoformat(),
            "observed": signal.observed,
            "reports": reported.reports,
            "expected": round(signal.expected, 2),
            "score": round(signal.score, 2),
            "window_hours": signal.window_hours,
            "by_channel": dict(reported.by_channel),
            "only_channel": only_channel(reported.by_channel),
            "evidence": signal.evidence,
            "changes": msgspec.to_builtins(list(changes)),
        },
        "feedback_ids": [str(identity) for identity in signal.feedback_ids[:MAX_FEEDBACK_IDS]],
    }


def for_theme(
    theme_id: uuid.UUID, services: Mapping[str, int], signal: ThemeSignal, channels: Mapping[str, int]
) -> Any:
    """Builds the payload about a signal of several services: `services` holds reports by slug, the most first."""
    ids = [identity for mine in signal.reports.values() for identity in mine]
    return {
        "service": next(iter(services)),
        "theme": {"id": str(theme_id), "services": dict(services)},
        "issue": None,
        "signal": {
            "id": str(signal.id),
            "kind": SignalKind.SURGE,
            "since": signal.since.isoformat(),
            "detected_at": signal.detected_at.isoformat(),
            "observed": signal.observed,
            "reports": signal.observed,
            "expected": round(signal.expected, 2),
            "score": round(signal.score, 2),
            "window_hours": signal.window_hours,
            "by_channel": dict(channels),
        },
        "feedback_ids": ids[:MAX_FEEDBACK_IDS],
    }


def for_urgent(service: Service, piece: Feedback) -> dict[str, Any]:
    """Builds the payload about one urgent piece of feedback."""
    return {
        "service": service.slug,
        "issue": None,
        "signal": None,
        "feedback_ids": [str(piece.id)],
        "urgent": {**(piece.urgent or {}), "channel": piece.channel},
    }


def for_silence(service: Service, silent: ChannelSilence) -> dict[str, Any]:
    """Builds the payload about a channel that has fallen silent."""
    return {
        "service": service.slug,
        "issue": None,
        "signal": None,
        "feedback_ids": [],
        "silence": {
            "channel": silent.channel,
            "last_received_at": silent.since.isoformat(),
            "silent_hours": silent.hours,
            "expected": round(silent.missed, 1),
        },
    }


def for_test(service: Service, now: dt.datetime) -> dict[str, Any]:
    """Builds the payload of a test alert: it reads as a signal's, about an issue that does not exist."""
    return {
        "service": service.slug,
        "test": True,
        "issue": {
            "id": str(uuid.UUID(int=0)),
            "title": "This is how an alert reads",
            "titles": {},
            "trend": Trend.NEW,
            "status": IssueStatus.OPEN,
            "keywords": ["test"],
        },
        "signal": {
            "id": str(uuid.UUID(int=0)),
            "kind": SignalKind.NEW,
            "since": (now - dt.timedelta(hours=9)).isoformat(),
            "detected_at": now.isoformat(),
            "observed": 12,
            "reports": 12,
            "expected": 0.4,
            "score": 7.2,
            "window_hours": 24.0,
            "by_channel": {ChannelName.WEB: 10, ChannelName.CALL: 2},
        },
        "feedback_ids": [],
    }


def for_backtest_signal(service: Service, issue_id: uuid.UUID, line: Mapping[str, Any]) -> dict[str, Any]:
    """Builds the payload about a signal that a backtest found; `line` is one line of the backtest's output."""
    trend = Trend.NEW if line["kind"] == SignalKind.NEW else Trend.EMERGING
    signal = {name: line[name] for name in ("kind", "since", "detected_at", "observed", "expected", "score")}
    more = {"id": str(issue_id), "reports": line["observed"], "by_channel": line["channels"]}
    return {
        "service": service.slug,
        "issue": {"id": str(issue_id), "trend": trend, "status": IssueStatus.OPEN, "keywords": []},
        "signal": {**signal, **more, "window_hours": line["window_hours"]},
        "feedback_ids": list(line["feedback_ids"][:MAX_FEEDBACK_IDS]),
    }


def for_end(service: Service, subscription: Subscription, why: str) -> dict[str, Any]:
    """Builds the payload that tells an owner that their subscription was switched off."""
    return {
        "service": service.slug,
        "issue": None,
        "signal": None,
        "feedback_ids": [],
        "subscription": subscription.name or subscription.shown,
        "why": why,
    }


def event(session: Session, alert: Alert, url: str) -> dict[str, Any]:
    """Completes an alert to the event that webhooks, feeds and streams carry; `url` is where our pages are."""
    data = dict(alert.facts)
    issue = session.get(Issue, alert.issue_id) if alert.issue_id else None
    if data["issue"]:
        known = (
            {"title": issue.title, "titles": issue.titles, "keywords": list(issue.keywords)}
            if issue
            else {"title": NO_LONGER_KEPT, "titles": {}, "keywords": []}
        )
        data["issue"] = known | data["issue"]
    data["quotes"] = _quotes(session, alert, issue)
    has_earlier = alert.signal_id and data["signal"]["kind"] != SignalKind.NEW  # what is new has none to differ from
    signal = session.get(Signal, alert.signal_id) if has_earlier else None
    if signal and signal.ended_at is None:
        found = finding.of_signals(session, [signal]).get(signal.id, [])
        data["signal"] = {**data["signal"], "contrasts": msgspec.to_builtins(found)}
    if data["issue"]:
        data["issue"] = {**data["issue"], "example": next((it["text"] for it in data["quotes"]), "")}
    data["link"] = f"{url}/dashboard/issues/{issue.id}" if issue else f"{url}/dashboard/{data['service']}"
    if alert.type == AlertType.URGENT:
        data["link"] = f"{url}/dashboard/feedback/{data['feedback_ids'][0]}"
    if alert.type == AlertType.SILENT:
        data["link"] = f"{url}/dashboard/{data['service']}/channels"
    if "theme" in data:
        theme = session.get(Theme, uuid.UUID(data["theme"]["id"]))
        data["theme"] = {**data["theme"], "title": theme.title if theme else NO_LONGER_KEPT}
        data["link"] = f"{url}/dashboard/themes/{data['theme']['id']}"
    return {"type": alert.type, "timestamp": alert.raised_at.astimezone(dt.UTC).isoformat(), "data": data}


def _quotes(session: Session, alert: Alert, issue: Issue | None) -> list[dict[str, str]]:
    """Read when it is sent: whoever took their words back is quoted no more, nor what another service has now.

    An update brings what came since its recipient was last told.
    """
    ids = [uuid.UUID(identity) for identity in alert.facts["feedback_ids"]]
    if issue is None:
        own = () if "theme" in alert.facts else (Feedback.service_id == alert.service_id,)
        pieces = session.scalars(select(Feedback).where(Feedback.id.in_(ids), *own).limit(MAX_QUOTES))
        return [_quote(piece.channel, piece.text) for piece in pieces if piece.text]
    query = (
        select(halves(Statement.vector).label("half"), *QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue.id, Statement.filler.is_(False))
        .order_by(Statement.said_at.desc(), Statement.id.desc())
    )
    said: Sequence[Any] = []
    if since := alert.facts.get("update", {}).get("since"):
        told, begun = map(dt.datetime.fromisoformat, (since, alert.facts["signal"]["since"]))
        counted = query.where(Statement.said_at >= begun, Statement.evidence, Feedback.weight > 0)
        further = counted.where(Feedback.received_at.between(told, alert.raised_at))
        said = session.execute(further.limit(LATEST_STATEMENTS)).all()
    said = said or session.execute(query.where(Statement.feedback_id.in_(ids))).all()
    return [_quote(row.channel, row.text) for row in choose(said, issue.title, MAX_QUOTES)]


def _quote(channel: str, text: str) -> dict[str, str]:
    return {"text": text[:LONGEST_QUOTE_CHARACTERS], "channel": channel}


def encode(event: dict[str, Any]) -> bytes:
    """Encodes an event as JSON below `MAX_BODY_BYTES`; one that would be larger names fewer pieces of feedback."""
    data = event["data"]
    while len(encoded := msgspec.json.encode(event)) >= MAX_BODY_BYTES and data.get("feedback_ids"):
        data["feedback_ids"] = data["feedback_ids"][: len(data["feedback_ids"]) // 2]
    return encoded
