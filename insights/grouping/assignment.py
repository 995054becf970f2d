"""New statements join the issues that are there."""

import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Statement
from insights.grouping import joining
from insights.grouping.joining import Likeness
from insights.statement_arrays import IssueArrays, StoredStatements, read_issues, read_statements
from nlp.embed.strata import Stratum, by_stratum
from nlp.embed.vectors import Floats
from nlp.group import topics


def may_be_grouped(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """Select the statements of a service that are in issues at all: not filler, nor what was set aside (copies are)."""
    apart = select(Feedback.id).where(
        Feedback.service_id == service_id, Feedback.weight == 0, Feedback.copy_of.is_(None)
    )
    return (
        Statement.service_id == service_id,
        Statement.filler.is_(False),
        Statement.feedback_id.not_in(apart),
    )


def assign(
    vectors: Floats,
    texts: Sequence[str],
    strata: Sequence[Stratum],
    mapped: NDArray[np.bool_],
    issues: IssueArrays,
    likeness: Likeness[uuid.UUID] | None = None,
) -> tuple[NDArray[np.int64], Floats]:
    """Find the issue of its own stratum that each new statement belongs to: (n,) its place, -1 for none.

    `vectors`: (n, d) unit rows, with the stratum of each, and whether it was mapped from another language: those lie
    within no spread of an issue, and join by `likeness`, too. Beside it how sure each is, (n,) from 0 to 1.
    """
    chosen, sureness = np.full(len(vectors), -1, np.int64), np.zeros(len(vectors), np.float32)
    places = dict(by_stratum(issues.strata))
    for stratum, rows in by_stratum(strata):
        if stratum not in places:
            continue
        near, plain, foreign = places[stratum], rows[~mapped[rows]], rows[mapped[rows]]
        middles = issues.centroids[near]
        found = [(plain, topics.join(vectors[plain], middles, issues.radii[near]))]
        if len(foreign):
            said, keys = [texts[row] for row in foreign], [issues.ids[place] for place in near]
            found.append((foreign, joining.join(vectors[foreign], said, middles, keys, likeness)))
        for some, (at, sure) in found:
            chosen[some], sureness[some] = np.where(at >= 0, near[at], -1), sure
    return chosen, sureness


def assigned(
    statements: StoredStatements, issues: IssueArrays, likeness: Likeness[uuid.UUID] | None = None
) -> list[dict[str, Any]]:
    """List the rows (id, issue_id, sureness, assigned_by, feedback_id) of those statements that join an issue."""
    chosen, sureness = assign(
        statements.vectors, statements.texts, statements.strata, statements.mapped, issues, likeness
    )
    return [
        {
            "id": int(statements.ids[row]),
            "issue_id": issues.ids[chosen[row]],
            "sureness": float(sureness[row]),
            "assigned_by": issues.models[chosen[row]],
            "feedback_id": statements.feedback[row],
        }
        for row in np.flatnonzero(chosen >= 0)
    ]


def join(session: Session, feedback_ids: Sequence[uuid.UUID], likeness: Likeness[uuid.UUID]) -> list[dict[str, Any]]:
    """Say what to store about those statements of these pieces that belong to an issue of their service's stratum."""
    services = session.scalars(
        select(Statement.service_id).where(Statement.feedback_id.in_(feedback_ids)).distinct()
    ).all()
    found: list[dict[str, Any]] = []
    for service_id in services:
        new = read_statements(session, *may_be_grouped(service_id), Statement.feedback_id.in_(feedback_ids))
        found += assigned(new, read_issues(session, service_id), likeness)
    return found
