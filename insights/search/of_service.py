"""Search within one service: what was found is grouped by issue."""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Service
from insights.issues.queries import issues
from insights.presentation.schemas import IssueView
from insights.search import quoting, ranking
from insights.search.query_embedding import QueryVector
from insights.search.quoting import FoundQuote

QUOTES_PER_HIT, QUOTES_IN_NO_ISSUE = 3, 20
"""What is in no issue may be one that was missed: whoever says so chooses among what was said."""


class SearchHit(msgspec.Struct, frozen=True):
    """What was found in one issue, or in none; `reports`: how many pieces of feedback say the like."""

    issue: IssueView | None
    reports: int
    quotes: list[FoundQuote]

    @property
    def best(self) -> list[FoundQuote]:
        """The quotes that are shown at once."""
        return self.quotes[: _quoted(self.issue)]

    @property
    def further(self) -> list[FoundQuote]:
        """Those that are shown to whoever wants to see them, too."""
        return self.quotes[_quoted(self.issue) :]


class SearchPage(msgspec.Struct, frozen=True):
    """One page of what was found, the best first; `by_meaning` is false where the search went by words alone."""

    items: Sequence[SearchHit]
    next_cursor: str | None
    by_meaning: bool


def search(
    session: Session, service: Service, query: str, vector: QueryVector | None, *, whole: bool = False
) -> list[SearchHit]:
    """Searches the statements of a service; without a `vector`, by words alone.

    The best of what was found is quoted; all of it, where it is wanted `whole`.
    """
    ranked = ranking.statements(session, query, vector, service.id)
    found = quoting.by_issue(quoting.read(session, ranked))
    shown = {it: quoting.of_each_citizen(rows, None if whole else _quoted(it)) for it, rows in found.items()}
    said = quoting.quotes(session, query, [row for rows in shown.values() for row in rows])
    known = session.scalars(select(Issue).where(Issue.id.in_(filter(None, found)))).all()
    views = {view.id: view for view in issues.views(session, service, known)}
    return [
        SearchHit(
            views.get(it) if it else None, len({row.feedback_id for row in rows}), [said[row.id] for row in shown[it]]
        )
        for it, rows in found.items()
    ]


def _quoted(issue: IssueView | uuid.UUID | None) -> int:
    return QUOTES_PER_HIT if issue else QUOTES_IN_NO_ISSUE
