"""New statements join the issues that are there."""

import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Statement
from insights.statement_arrays import Places, Said, places, statements
from nlp.embed.crowds import Crowd, crowd_of
from nlp.group import topics


def crowds(said: Said) -> list[Crowd]:
    """Of each statement."""
    return list(map(crowd_of, said.languages, said.kinds))


def of_issues(issues: Places) -> list[Crowd]:
    return [Crowd(language, tone == "praise") for language, tone in zip(issues.languages, issues.tones, strict=True)]


def grouped(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """Which statements of a service are in issues at all: not filler, nor what was set aside (copies are)."""
    apart = select(Feedback.id).where(
        Feedback.service_id == service_id, Feedback.weight == 0, Feedback.copy_of.is_(None)
    )
    return (
        Statement.service_id == service_id,
        Statement.filler.is_(False),
        Statement.feedback_id.not_in(apart),
    )


def join(session: Session, feedback_ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """What to store about those statements of these pieces that lie within an issue of their service and crowd."""
    services = session.scalars(
        select(Statement.service_id).where(Statement.feedback_id.in_(feedback_ids)).distinct()
    ).all()
    found: list[dict[str, Any]] = []
    for service_id in services:
        said = statements(session, *grouped(service_id), Statement.feedback_id.in_(feedback_ids))
        found += assign(said, places(session, service_id))
    return found


def assign(said: Said, issues: Places) -> list[dict[str, Any]]:
    """The rows (id, issue_id, sureness, assigned_by, feedback_id) of those statements that join an issue."""
    found: list[dict[str, Any]] = []
    of_statements, of_places = crowds(said), of_issues(issues)
    for crowd in sorted(set(of_statements)):
        rows = np.array([row for row, its in enumerate(of_statements) if its == crowd], np.int64)
        near = np.array([place for place, its in enumerate(of_places) if its == crowd], np.int64)
        if not len(near):
            continue
        chosen, sure = topics.join(said.vectors[rows], issues.centroids[near], issues.radii[near])
        found += [
            {
                "id": int(said.ids[row]),
                "issue_id": issues.ids[near[place]],
                "sureness": float(sureness),
                "assigned_by": issues.models[near[place]],
                "feedback_id": said.feedback[row],
            }
            for row, place, sureness in zip(rows, chosen, sure, strict=True)
            if place >= 0
        ]
    return found
