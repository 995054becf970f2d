"""Issues that are about the like, in the same service and in the others that somebody may see."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from feedback.record.models import Issue, Service
from feedback.record.states import IssueStatus, Tone, Trend
from insights.issues.queries import issues
from insights.issues.tallies import tallies
from insights.presentation.schemas import NamedIssue

LEAST_LIKENESS = 0.6
"""The cosine of the middles of two issues from which on they are told of as similar."""

MOST_SIMILAR = 6


class SimilarIssue(NamedIssue, frozen=True, kw_only=True):
    """An issue that is like another: `likeness` is the cosine of what both say."""

    service: str
    service_name: str
    trend: Trend
    status: IssueStatus
    reports: int
    likeness: float


def nearest(session: Session, issue: Issue, most: int, *which: ColumnElement[bool]) -> list[tuple[Issue, float]]:
    """Finds the living issues that are most alike, each with its likeness, the likest first; `which` limits them.

    Of services that the asker may not see there is none: the session is limited to theirs.
    """
    own = aliased(Issue)
    middle = select(own.centroid).where(own.id == issue.id).scalar_subquery()
    likeness = 1 - Issue.centroid.cosine_distance(middle)
    rows = session.execute(
        select(Issue, likeness.label("likeness"))
        .where(
            Issue.id != issue.id,
            Issue.tone == Tone(issue.tone),
            *issues.LIVING,
            func.vector_dims(Issue.centroid) == func.vector_dims(middle),
            *which,
        )
        .order_by(likeness.desc(), Issue.id)
        .limit(most)
    )
    return [(row.Issue, row.likeness) for row in rows]


def similar(session: Session, issue: Issue) -> list[SimilarIssue]:
    """Lists the living issues that are most alike, whatever service they are of, the likest first."""
    near = nearest(session, issue, MOST_SIMILAR)
    found = [one for one, _ in near]
    services = select(Service).where(Service.id.in_({one.service_id for one in found}))
    of_id = {service.id: service for service in session.scalars(services)}
    counted, quoted = tallies(session, [one.id for one in found]), issues.quotes(session, found, 1)
    return [
        SimilarIssue(
            **issues.named(one, quoted),
            service=of_id[one.service_id].slug,
            service_name=of_id[one.service_id].display_name,
            trend=one.trend,
            status=one.status,
            reports=counted[one.id].count if one.id in counted else 0,
            likeness=round(alike, 3),
        )
        for one, alike in near
    ]


def alike(session: Session, issue: Issue) -> list[SimilarIssue]:
    """Lists the issues that are so like this one that whoever reads it should know."""
    return [one for one in similar(session, issue) if one.likeness >= LEAST_LIKENESS]
