"""What the detector found, as it is stored: signals with their evidence, and the issues that they are about."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.limits import LATEST
from feedback.record.models import Issue, IssueEvent, Service, Signal, Statement, new_id
from feedback.record.models.base import update_rows
from feedback.record.states import IssueStatus, SignalTier, TitledBy, Tone
from insights.detection import detector
from insights.issues.decisions import lifecycle
from insights.statement_arrays import halves, matrix
from nlp.embed.strata import stratum_of
from nlp.embed.vectors import Encode, Floats, inwards
from nlp.group import title_languages
from nlp.group.title_languages import Names
from nlp.group.titles.naming import SURE

MAX_QUOTES = 5

STANDING = (
    select(Signal)
    .where(Signal.service_id == bindparam("service"), Signal.tier != SignalTier.GOOD_NEWS)
    .where(or_(Signal.ended_at.is_(None), Signal.ended_at > bindparam("ended")))
    .order_by(Signal.detected_at, Signal.id)
)
RESOLVED = select(Issue.id, Issue.status_at, halves(Issue.centroid).label("centroid")).where(
    Issue.service_id == bindparam("service"), Issue.status == IssueStatus.RESOLVED, Issue.status_at.is_not(None)
)
"""Both are asked at each look, and so built once."""

GOOD_NEWS_LASTS = dt.timedelta(days=14)
"""How long good news is shown."""


def standing(session: Session, service_id: int, or_ended_since: dt.datetime = LATEST) -> list[Signal]:
    """Lists the signals of problems of a service that have not ended, or not long ago, as they were found."""
    return list(session.scalars(STANDING, {"service": service_id, "ended": or_ended_since}))


def end(
    session: Session, service_id: int, state: detector.State, known: Collection[uuid.UUID], now: dt.datetime
) -> bool:
    """Ends the signals whose issue is no longer reported on, and tells whether there were any.

    Only of signals that were `known` when the state was read, by their ids: others were found meanwhile. What is
    watched names the pieces that it was found in since.
    """
    if not known:
        return False
    active: dict[tuple[str, str], detector.ActiveIssue] = {(one.issue, one.tier): one for one in state.active}
    ended = False
    for signal in standing(session, service_id):
        if found := active.get((str(signal.issue_id), signal.tier)):
            signal.last_report_at = found.last_report
            signal.feedback_ids = list(dict.fromkeys([*signal.feedback_ids, *map(uuid.UUID, found.pieces)]))
        elif signal.id in known:
            signal.ended_at, ended = now, True
            _note(session, signal.issue_id, f"{signal.tier} ended")
    session.flush()
    return ended


def end_good_news(session: Session, service_id: int, now: dt.datetime) -> None:
    """Ends the good news of a service that has been told of long enough."""
    old = (Signal.service_id == service_id, Signal.tier == SignalTier.GOOD_NEWS, Signal.ended_at.is_(None))
    session.execute(update(Signal).where(*old, Signal.detected_at < now - GOOD_NEWS_LASTS).values(ended_at=now))


def titles(record: Record, encode: Encode, service_id: int, signals: Sequence[detector.Finding]) -> Mapping[str, Names]:
    """Finds a readable title for each issue that was found just now, unlike any other title of its service.

    Returns the titles by the issues' ids.
    """
    found = [signal for signal in signals if signal.centroid is not None]
    if not found:
        return {}
    with record.transaction() as session:
        others = (Issue.service_id == service_id, Issue.id.not_in([uuid.UUID(signal.issue) for signal in found]))
        known = session.scalars(select(Issue.title).where(*others)).all()
        said = select(Statement.text, Statement.language, halves(Statement.vector).label("vector")).order_by(
            Statement.id
        )
        groups = [session.execute(said.where(Statement.id.in_(signal.keys))).all() for signal in found]
    told = [[(row.text, row.language) for row in rows] for rows in groups]
    return name(found, told, matrix([row.vector for rows in groups for row in rows]), known, encode)


def name(
    signals: Sequence[detector.Finding],
    told: Sequence[Sequence[tuple[str, str]]],
    vectors: Floats,
    known: Iterable[str],
    encode: Encode | None,
) -> Mapping[str, Names]:
    """Name the issues of signals that have a centroid: `told` are the texts of each, and the language of every text.

    `known`: the titles not to give; `vectors` (n, d) are those of all the texts, in their order.
    """
    ends = np.cumsum([len(group) for group in told])
    texts, languages = zip(*(its for group in told for its in group), strict=True)
    centroids = np.array([signal.centroid for signal in signals])
    rows = [np.arange(stop - len(group), stop) for stop, group in zip(ends, told, strict=True)]
    groups = [inwards(vectors, members, centre) for members, centre in zip(rows, centroids, strict=True)]
    praised = [signal.tier == SignalTier.GOOD_NEWS for signal in signals]
    names = title_languages.name(
        texts,
        groups,
        languages,
        known=list(known),
        vectors=vectors,
        centroids=centroids,
        encode=encode,
        praised=praised,
    )
    return {signal.issue: its for signal, its in zip(signals, names, strict=True)}


def store(
    session: Session,
    service: Service,
    signals: Sequence[detector.Finding],
    named: Mapping[str, Names],
    now: dt.datetime,
) -> None:
    """Stores new signals and their issues. One that is sure opens its issue again, and replaces its earlier signals."""
    for signal in signals:
        issue = _issue(session, service, signal, named)
        if signal.tier == SignalTier.SIGNAL:
            lifecycle.reopen(session, issue, signal.kind)
        lifecycle.end_signals(session, issue)
        session.add(_row(service, issue, signal, now))
        _note(session, issue.id, f"{signal.tier} {signal.kind}")


def _row(service: Service, issue: Issue, signal: detector.Finding, now: dt.datetime) -> Signal:
    return Signal(
        id=new_id(),
        service_id=service.id,
        issue_id=issue.id,
        kind=signal.kind,
        tier=signal.tier,
        since=signal.since,
        detected_at=now,
        last_report_at=now,
        observed=signal.observed,
        expected=signal.expected,
        score=signal.score,
        window_hours=signal.window,
        feedback_ids=[uuid.UUID(identity) for identity in signal.feedback_ids],
        channels=signal.channels,
        evidence=_evidence(service, issue, signal),
    )


def _evidence(service: Service, issue: Issue, signal: detector.Finding) -> dict[str, Any]:
    again = {"again_after": signal.ended.isoformat()} if signal.ended else {}
    past = {"held_against": [at.isoformat() for at in signal.held_against]} if signal.held_against else {}
    return {
        **again,
        **past,
        "against": list(signal.caveats),
        "model": issue.model,
        "way": signal.scope,
        "scale": signal.scale,
        "chance": float(f"{signal.chance:.3g}"),
        "tolerance": service.properties.tolerance,
    }


def _issue(session: Session, service: Service, signal: detector.Finding, named: Mapping[str, Names]) -> Issue:
    """The known issue, or a new one. One that was watched and is sure now gets its centroid, radius and title."""
    identity, names = uuid.UUID(signal.issue), named.get(signal.issue)
    if signal.centroid is None or signal.radius is None or names is None:
        return session.get_one(Issue, identity)
    issue = session.get(Issue, identity)
    if issue is None:
        said = session.execute(
            select(Statement.id, Statement.language, Statement.assigned_by, Statement.embedded_by)
            .where(Statement.id.in_(signal.keys))
            .order_by(Statement.id)
        ).all()
        first = said[0]
        issue = Issue(
            id=identity,
            service_id=service.id,
            language=stratum_of(first.language, "problem", first.embedded_by).language,
            tone=Tone.PRAISE if signal.tier == SignalTier.GOOD_NEWS else Tone.ISSUE,
            quotes=[one.id for one in said[:MAX_QUOTES]],
            model=first.assigned_by or first.embedded_by or "",
        )
        session.add(issue)
    issue.centroid, issue.radius = signal.centroid.tolist(), signal.radius
    if issue.titled_by != TitledBy.PERSON:
        issue.title, issue.title_sure = names.title.text, names.title.near >= SURE
        issue.titles, issue.titled_by = names.by_language, TitledBy.MACHINE
    session.flush()
    return issue


def resolved_issues(session: Session, service_id: int) -> dict[str, detector.ResolvedIssue]:
    """Reads the issues of a service that people hold to be resolved, by their ids."""
    rows = session.execute(RESOLVED, {"service": service_id}).all()
    centroids = matrix([row.centroid for row in rows])
    return {
        str(row.id): detector.ResolvedIssue(row.status_at, centroid)
        for row, centroid in zip(rows, centroids, strict=True)
    }


def earlier_issue(session: Session, issue: str, before: dt.datetime) -> detector.EarlierIssue | None:
    """Reads what is known of an issue that was reported before a time; None where it was not."""
    said = select(Statement.id).where(Statement.issue_id == uuid.UUID(issue), Statement.said_at < before).limit(1)
    query = select(halves(Issue.centroid)).where(Issue.id == uuid.UUID(issue), said.exists())
    centroid = session.scalar(query)
    return detector.EarlierIssue(matrix([centroid])[0]) if centroid else None


def move(session: Session, joined: Mapping[int, str]) -> None:
    """Puts statements, by their ids, into the issues where the detector has put them."""
    rows = [{"id": key, "issue_id": uuid.UUID(issue), "assigned_by": "scan"} for key, issue in joined.items()]
    update_rows(session, Statement, rows)


def _note(session: Session, issue_id: uuid.UUID, what: str) -> None:
    session.add(IssueEvent(issue_id=issue_id, by="machine", what=what))
