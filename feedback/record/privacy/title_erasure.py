"""An issue is named by what people say, so what somebody said may have named it: erased, it names it no more."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import cast, exists, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from feedback.record.models import Issue, IssueBefore, IssueEvent, Statement, Theme, ThemeIssue
from feedback.record.states import TitledBy

LONGEST_TITLE_CHARACTERS = 80
NAMELESS_TITLE = "What was said is no longer kept"


def erase_from_titles(session: Session, service_ids: Collection[int], erased: Sequence[str]) -> None:
    """Takes the erased texts out of titles and keywords, but for what others still say in these issues.

    A title that a person gave is theirs, and stays.
    """
    said = "\n".join(erased).casefold()
    known = session.execute(
        select(Issue.id, Issue.title, Issue.titled_by, Issue.keywords).where(Issue.service_id.in_(service_ids))
    )
    found = [row.id for row in known if any(word in said for word in _names(row))]
    for issue in session.scalars(select(Issue).where(Issue.id.in_(found)).order_by(Issue.id).with_for_update()):
        _forget(session, issue, said)
    _forget_before(session, service_ids, said)
    _forget_themes(session, said)


def _forget_themes(session: Session, erased: str) -> None:
    """A theme is named by one of its issues."""
    for theme in session.scalars(select(Theme)):
        if _bare(theme.title) in erased:
            issues = select(Issue.title).join(ThemeIssue, ThemeIssue.issue_id == Issue.id)
            titles = session.scalars(issues.where(ThemeIssue.theme_id == theme.id).order_by(Issue.id)).all()
            theme.title = theme.title if theme.title in titles else next(iter(titles), NAMELESS_TITLE)


def _forget_before(session: Session, service_ids: Collection[int], erased: str) -> None:
    """What issues were named before a refit, kept so that it can be undone."""
    earlier = session.execute(
        select(IssueBefore, Issue)
        .join(Issue, Issue.id == IssueBefore.issue_id)
        .where(Issue.service_id.in_(service_ids))
    )
    for before, issue in earlier:
        if (title := _bare(before.title)) in erased and not _said(session, issue, title):
            before.title = issue.title
        before.keywords = _kept(session, issue, before.keywords, erased)


def _names(issue: Any) -> list[str]:
    """What it is named by, of what people say."""
    return [*([_bare(issue.title)] if issue.titled_by == TitledBy.MACHINE else []), *map(str.casefold, issue.keywords)]


def _bare(title: str) -> str:
    return title.rstrip("… .").casefold()


def _forget(session: Session, issue: Issue, erased: str) -> None:
    title = _bare(issue.title)
    if issue.titled_by == TitledBy.MACHINE and title in erased and not _said(session, issue, title):
        _rename(session, issue)
    issue.keywords = _kept(session, issue, issue.keywords, erased)


def _kept(session: Session, issue: Issue, keywords: Sequence[str], erased: str) -> list[str]:
    return [word for word in keywords if word.casefold() not in erased or _said(session, issue, word)]


def _said(session: Session, issue: Issue, words: str) -> bool:
    still = exists().where(Statement.issue_id == issue.id, Statement.text.icontains(words, autoescape=True))
    return bool(session.scalar(select(still)))


def _rename(session: Session, issue: Issue) -> None:
    """By the shortest that is still said, until a refit finds better; in its history as well."""
    others = select(Statement.text).where(Statement.issue_id == issue.id, Statement.filler.is_(False))
    shortest = session.scalar(others.order_by(func.length(Statement.text), Statement.id).limit(1))
    old, issue.title = issue.title, (shortest or NAMELESS_TITLE)[:LONGEST_TITLE_CHARACTERS]
    for event in session.scalars(select(IssueEvent).where(IssueEvent.details.path_exists(cast(_named(old), JSONPATH)))):
        event.details = {key: issue.title if value == old else value for key, value in event.details.items()}


def _named(title: str) -> str:
    """A JSON path to any value that is this text."""
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    return f'$.* ? (@ == "{quoted}")'
