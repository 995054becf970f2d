"""What staff say of pieces that the machine made nothing of: you missed this. It becomes an issue with a signal."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Malformed
from feedback.record.limits import require_name
from feedback.record.models import Feedback, Issue, Regrouping, Service, Signal, Statement, new_id
from feedback.record.states import FeedbackStage, RegroupingKind, SignalKind, TitledBy, Tone
from insights.detection.detector import FEWEST_STATEMENTS
from insights.detection.state import MISSED
from insights.detection.statistics.gamma_poisson import PRIOR_REPORTS, tail_score
from insights.issues.decisions import lifecycle, reassignment
from insights.issues.decisions.lifecycle import LongText, ShortText
from insights.issues.decisions.regrouping import MAX_QUOTES, centroid_and_radius, provisional_title
from insights.statement_arrays import embedding_space, halves, matrix
from nlp.embed.strata import stratum_of
from nlp.embed.vectors import Floats, inwards

FEWEST, MOST = 2, 200
BASELINE, HOUR = dt.timedelta(days=28), dt.timedelta(hours=1)
LIKE_SIMILARITY = 0.6
"""The cosine to the middle of what was chosen from which on a statement says the like: two or three chosen ones lie far
nearer to their own middle than any other does."""

RATE_VARIANCE = 0.01
"""By how much rates wander from week to week without anything being new, as in `gamma_poisson`."""


class MissedReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pieces that say what was missed, and what to call it; their own words name it where there is no `title`."""

    feedback: Annotated[list[uuid.UUID], msgspec.Meta(max_length=MOST)]
    title: ShortText | None = None
    reason: LongText | None = None

    def __post_init__(self) -> None:
        require_name(self.title, "title")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The statements that say it, one of each piece, the earliest first, and the cosine of each to their centre."""

    rows: Sequence[Any]
    likeness: Floats
    centroid: list[float]
    radius: float

    @property
    def span(self) -> tuple[dt.datetime, dt.datetime]:
        return self.rows[0].said_at, self.rows[-1].said_at


def report(session: Session, who: Principal, service: Service, wanted: MissedReport) -> Issue:
    """Makes an issue of these pieces, which stays together as people said, with a signal that is told as any other.

    What the machine would have needed to notice it is written down with the signal. Raises `Malformed` unless all the
    pieces are of the service and say something that could be embedded.
    """
    reassignment.lock_service(session, service.id)
    chosen = _chosen(session, service, sorted(set(wanted.feedback)))
    issue = _issue(session, service, chosen, wanted.title)
    done = Regrouping(
        service_id=service.id,
        by=who.name,
        kind=RegroupingKind.MOVE,
        other_id=issue.id,
        reason=wanted.reason,
        anchors=[row.id for row in chosen.rows],
        details={},
    )
    session.add(done)
    session.flush()
    learned = _learned(session, service, chosen)
    reassignment.move(session, done, issue, Statement.id.in_([row.id for row in chosen.rows]))
    session.add(_signal(service, issue, who, chosen, learned))
    lifecycle.note(session, who, issue, "missed by the machine", wanted.reason, statements=len(chosen.rows))
    session.flush()
    return issue


def _chosen(session: Session, service: Service, pieces: Sequence[uuid.UUID]) -> _Chosen:
    """Of each piece the statement that is nearest to what all of them say."""
    columns = (Statement.id, Statement.feedback_id, Statement.text, Statement.said_at, Statement.language)
    half, space = halves(Statement.vector).label("half"), embedding_space().label("space")
    found = session.execute(
        select(*columns, half, space, Statement.embedded_by, Statement.issue_id, Feedback.channel)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.feedback_id.in_(pieces), Statement.service_id == service.id)
        .where(Statement.filler.is_(False), Statement.vector.is_not(None))
        .order_by(Statement.id)
    ).all()
    spaces = Counter(row.space for row in found)
    usual = max(spaces, key=spaces.__getitem__, default=None)
    rows = [row for row in found if row.space == usual]
    if len({row.feedback_id for row in rows}) < max(len(pieces), FEWEST):
        raise Malformed("some of these are not of this service, or say nothing to compare", field="feedback")
    vectors = matrix([row.half for row in rows])
    nearest: dict[uuid.UUID, int] = {}
    for number in inwards(vectors, np.arange(len(rows)), vectors.sum(axis=0)):
        nearest.setdefault(rows[number].feedback_id, number)
    kept = sorted(nearest.values(), key=lambda number: (rows[number].said_at, rows[number].id))
    centroid, radius = centroid_and_radius(vectors[kept])
    return _Chosen([rows[number] for number in kept], vectors[kept] @ np.array(centroid, np.float32), centroid, radius)


def _issue(session: Session, service: Service, chosen: _Chosen, title: str | None) -> Issue:
    central = chosen.rows[int(chosen.likeness.argmax())]
    languages = Counter(stratum_of(row.language, Tone.ISSUE, row.embedded_by).language for row in chosen.rows)
    made = Issue(
        id=new_id(),
        service_id=service.id,
        title=title or provisional_title([row.text for row in chosen.rows]),
        titled_by=TitledBy.PERSON if title else TitledBy.STATEMENT,
        language=languages.most_common(1)[0][0],
        model=central.embedded_by,
        centroid=chosen.centroid,
        radius=chosen.radius,
        quotes=[row.id for row in chosen.rows[:MAX_QUOTES]],
    )
    session.add(made)
    session.flush()
    return made


def _signal(service: Service, issue: Issue, who: Principal, chosen: _Chosen, learned: Mapping[str, Any]) -> Signal:
    begun, last = chosen.span
    return Signal(
        id=new_id(),
        service_id=service.id,
        issue_id=issue.id,
        kind=SignalKind.NEW,
        since=begun,
        last_report_at=last,
        observed=len(chosen.rows),
        expected=learned["expected"],
        score=learned["score"],
        window_hours=learned["hours"],
        feedback_ids=[row.feedback_id for row in chosen.rows],
        channels=dict(Counter(row.channel for row in chosen.rows)),
        evidence={"against": [], "model": issue.model, "way": MISSED, "by": who.name, "missed": dict(learned)},
    )


def _learned(session: Session, service: Service, chosen: _Chosen) -> dict[str, Any]:
    """What the machine had before it, by the measure that it uses.

    `score` and `expected` are those of the chosen pieces, held against the like of them in the four weeks before.
    `loosest` is the least cosine to their centre; `neighbours` have said the like since and were not chosen;
    `elsewhere` counts the chosen that were in other issues.
    """
    begun, last = chosen.span
    hours = max((last - begun) / HOUR, 1.0)
    window, baseline = (begun, last), (begun - BASELINE, begun - dt.timedelta.resolution)
    prior = _near(session, service, chosen, *baseline) + PRIOR_REPORTS
    usual_volume = _volume(session, service, *baseline)
    volume = max(_volume(session, service, *window), usual_volume * hours / (BASELINE / HOUR), 0.5)
    # A service that had said too little to know what is usual tells no rate: the prior alone is expected.
    expected = prior * (volume / usual_volume if usual_volume >= FEWEST_STATEMENTS else 1.0)
    count, known, usual = (np.array([float(figure)]) for figure in (len(chosen.rows), prior, expected))
    return {
        "score": round(float(tail_score(count, known, usual, RATE_VARIANCE)[0]), 2),
        "expected": round(float(expected), 2),
        "hours": round(hours, 1),
        "loosest": round(float(chosen.likeness.min()), 2),
        "neighbours": max(_near(session, service, chosen, *window) - len(chosen.rows), 0),
        "elsewhere": sum(row.issue_id is not None for row in chosen.rows),
    }


def _near(session: Session, service: Service, chosen: _Chosen, begin: dt.datetime, end: dt.datetime) -> int:
    """Counts the pieces of a time that say the like."""
    distance = Statement.vector.cosine_distance(chosen.centroid)
    like = select(func.count(Statement.feedback_id.distinct())).where(
        Statement.service_id == service.id,
        Statement.said_at.between(begin, end),
        embedding_space() == chosen.rows[0].space,
        Statement.filler.is_(False),
        distance <= 1 - LIKE_SIMILARITY,
    )
    return session.scalar(like) or 0


def _volume(session: Session, service: Service, begin: dt.datetime, end: dt.datetime) -> int:
    received = select(func.count()).where(
        Feedback.service_id == service.id,
        Feedback.said_at.between(begin, end),
        Feedback.weight > 0,
        Feedback.stage == FeedbackStage.DONE,
    )
    return session.scalar(received) or 0
