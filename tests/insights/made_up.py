"""An issue with reports, as the walk would have left it, without walking."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.models import Feedback, Issue, Signal, Statement, new_id

NOW = dt.datetime.now(dt.UTC)
LONDON = ZoneInfo("Europe/London")
QUOTED = 10
EDITOR = Principal(1, "an editor", {None: Role.admin})


def issue(session: Session, slug: str, title: str = "Photo will not upload", **more: Any) -> Issue:
    service = access.service(session, slug)
    made = Issue(
        id=new_id(),
        service_id=service.id,
        title=title,
        keywords=["photo"],
        model="m",
        centroid=more.pop("centroid", [1.0]),
        radius=0.5,
        **more,
    )
    session.add(made)
    session.flush()
    return made


def report(session: Session, issue: Issue, text: str, channel: str = "web", **more: Any) -> Feedback:
    """One piece of feedback that says one thing, an hour ago unless `said_at` says otherwise."""
    at = more.pop("said_at", NOW - dt.timedelta(hours=1))
    facts = {"stage": "done", "digest": b"", "caller": "test", "text": text, "received_at": at} | more
    made = Feedback(
        id=new_id(), service_id=issue.service_id, channel=channel, receipt=str(uuid.uuid4()), said_at=at, **facts
    )
    session.add(made)
    said = Statement(
        feedback_id=made.id,
        service_id=issue.service_id,
        said_at=at,
        issue_id=issue.id,
        **problem(text),
    )
    session.add(said)
    session.flush()
    if len(issue.quotes) < QUOTED:
        issue.quotes = [*issue.quotes, said.id]
    return made


def local_day(moment: dt.datetime) -> dt.date:
    """The day it was then where the services of these tests are: in summer the next one an hour early."""
    return moment.astimezone(LONDON).date()


def problem(text: str) -> dict[str, Any]:
    """The columns of a statement that say what is said: a problem, in English, and nothing else in its piece."""
    return {
        "position": 0,
        "text": text,
        "begin": 0,
        "end": len(text),
        "language": "en",
        "kind": "problem",
        "filler": False,
        "evidence": True,
        "severity": 0.5,
    }


def signal(session: Session, issue: Issue, reports: list[Feedback], score: float = 8.0) -> None:
    session.add(
        Signal(
            service_id=issue.service_id,
            issue_id=issue.id,
            kind="new",
            since=NOW,
            last_report_at=NOW,
            observed=len(reports),
            expected=0.4,
            score=score,
            window_hours=48.0,
            feedback_ids=[piece.id for piece in reports],
            channels={"call": len(reports)},
            evidence={"chance": 10.0**-score},
        )
    )


def emerging(session: Session, slug: str) -> Issue:
    """An issue that is emerging by phone alone."""
    found = issue(session, slug)
    signal(session, found, [report(session, found, f"The photo fails {n}", "call") for n in range(4)])
    return found
