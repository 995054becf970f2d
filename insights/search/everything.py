"""One search over all that somebody may see: issues, what people said, themes, and what staff noted.

Each kind is a list of its own, the best first. The rows of services that are not theirs are left out by the scope of
the session; a theme is found by way of its issues, since its own title may be another service's.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.models import MACHINES, Issue, IssueEvent, Service
from insights.issues.queries import issues, themes
from insights.issues.queries.themes import ThemeView
from insights.presentation.schemas import IssueTitle, IssueView
from insights.search import quoting, ranking
from insights.search.marks import Marks, marks
from insights.search.query_embedding import QueryVector
from insights.search.quoting import FoundQuote

MOST_OF_A_KIND = 50
QUOTES_PER_ISSUE = 2
WRITTEN = IssueEvent.what.concat(literal_column("' '")).concat(func.coalesce(IssueEvent.reason, literal_column("''")))
"""What somebody did to an issue, and the words that they gave; as the index has it."""


class FoundIssue(msgspec.Struct, frozen=True):
    """An issue, how many of the pieces that were found are in it, and those of its sentences that answer best."""

    issue: IssueView
    found: int
    quotes: list[FoundQuote]


class FoundPiece(msgspec.Struct, frozen=True):
    """One piece of feedback by the sentence that answers best; `issue` is the one that this sentence is in."""

    service: str
    quote: FoundQuote
    issue: IssueTitle | None


class FoundNote(msgspec.Struct, frozen=True):
    """What a member of staff wrote about an issue; `marks` as in quotes, of the `text`."""

    service: str
    issue: IssueTitle
    at: dt.datetime
    by: str
    text: str
    marks: Marks


class Found(msgspec.Struct, frozen=True):
    """All that was found; `by_meaning` is false where the search went by words alone."""

    issues: list[FoundIssue]
    feedback: list[FoundPiece]
    themes: list[ThemeView]
    notes: list[FoundNote]
    by_meaning: bool


NOTHING = Found([], [], [], [], by_meaning=True)


def search(session: Session, who: Principal, query: str, vector: QueryVector | None, limit: int) -> Found:
    """Searches all that somebody may see; of each kind at most `limit`. Without a `vector`, by words alone."""
    rows = quoting.read(session, ranking.statements(session, query, vector))
    grouped = {it: said for it, said in quoting.by_issue(rows).items() if it}
    ranked = _ranked_issues(session, query, grouped)
    pieces = quoting.of_each_citizen(rows, limit)
    best = {it: quoting.of_each_citizen(grouped.get(it, []), QUOTES_PER_ISSUE) for it in ranked[:limit]}
    said = quoting.quotes(session, query, [*pieces, *(row for those in best.values() for row in those)])
    services = themes.visible(session, who)
    return Found(
        issues=[
            FoundIssue(view, _pieces_of(grouped.get(view.id, ())), [said[row.id] for row in best[view.id]])
            for view in _views(session, services, ranked[:limit])
        ],
        feedback=_pieces(session, services, pieces, said),
        themes=themes.of_issues(session, who, services, ranked, limit),
        notes=_notes(session, services, query, limit),
        by_meaning=vector is not None,
    )


def _ranked_issues(session: Session, query: str, grouped: Mapping[uuid.UUID, Sequence[Any]]) -> list[uuid.UUID]:
    """By their statements, and by the words of their titles."""
    titled = ranking.by_words(session, query, Issue.id, Issue.title, *issues.LIVING)
    return ranking.reciprocal_rank_fusion(list(grouped), titled)


def _pieces_of(rows: Sequence[Any]) -> int:
    return len({row.feedback_id for row in rows})


def _views(session: Session, services: Mapping[int, Service], ids: Sequence[uuid.UUID]) -> list[IssueView]:
    known = session.scalars(select(Issue).where(Issue.id.in_(ids))).all()
    found: dict[uuid.UUID, IssueView] = {}
    for service_id in {issue.service_id for issue in known}:
        mine = [issue for issue in known if issue.service_id == service_id]
        found |= {view.id: view for view in issues.views(session, services[service_id], mine)}
    return [found[it] for it in ids if it in found]


def _pieces(
    session: Session, services: Mapping[int, Service], rows: Sequence[Any], said: Mapping[int, FoundQuote]
) -> list[FoundPiece]:
    named = issues.titles(session, [row.issue_id for row in rows if row.issue_id])
    return [FoundPiece(services[row.service_id].slug, said[row.id], named.get(row.issue_id)) for row in rows]


def _notes(session: Session, services: Mapping[int, Service], query: str, limit: int) -> list[FoundNote]:
    """By words alone: what staff write is not embedded."""
    ranked = ranking.by_words(session, query, IssueEvent.id, WRITTEN, IssueEvent.by.not_in(MACHINES))[:limit]
    place = {identity: number for number, identity in enumerate(ranked)}
    found = session.execute(
        select(IssueEvent, Issue.service_id, Issue.title, Issue.titles)
        .join(Issue, Issue.id == IssueEvent.issue_id)
        .where(IssueEvent.id.in_(ranked))
    )
    rows = sorted(found, key=lambda row: place[row.IssueEvent.id])
    texts = [": ".join(filter(None, (event.what, event.reason))) for event, *_ in rows]
    return [
        FoundNote(services[service_id].slug, IssueTitle(event.issue_id, title, titles), event.at, event.by, text, spans)
        for (event, service_id, title, titles), text, spans in zip(
            rows, texts, marks(session, query, texts), strict=True
        )
    ]
