"""An issue is named by what people say, so what somebody said may have named it: erased, it names it no more.

A title that the machine gave goes with its words wherever it went: to histories, to themes, and to what is kept so
that a refit can be undone. A title that a person gave is theirs, and stays.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, load_only

from feedback.record.models import MACHINES, Issue, IssueBefore, IssueEvent, Statement, Theme, ThemeIssue
from feedback.record.states import IssueStatus, TitledBy

LONGEST_TITLE_CHARACTERS = 80
NAMELESS_TITLE = "What was said is no longer kept"
WORD = re.compile(r"\w+")


class ErasedWords:
    """The words that were erased from some services, and which of them nobody else says there any more."""

    def __init__(self, session: Session, service_ids: Collection[int], texts: Sequence[str]) -> None:
        self._session, self._service_ids = session, service_ids
        self.text = "\n".join(texts).casefold()
        self._words = frozenset(WORD.findall(self.text))
        self._only_here: dict[str, bool] = {}

    def may_hold(self, name: str) -> bool:
        """Tells whether any of a name could be of what was erased."""
        return _bare(name) in self.text or not self._words.isdisjoint(WORD.findall(name.casefold()))

    def hold(self, name: str, issue_id: uuid.UUID) -> bool:
        """Tells whether a name quotes what was erased, and nobody else says it: in this issue, or its words at all."""
        bare = _bare(name)
        if bare in self.text and not self._is_said(bare, Statement.issue_id == issue_id):
            return True
        return any(self._is_only_here(word) for word in self._words.intersection(WORD.findall(bare)))

    def _is_only_here(self, word: str) -> bool:
        if word not in self._only_here:
            self._only_here[word] = not self._is_said(word, Statement.service_id.in_(self._service_ids))
        return self._only_here[word]

    def _is_said(self, words: str, among: Any) -> bool:
        still = exists().where(among, Statement.text.icontains(words, autoescape=True))
        return bool(self._session.scalar(select(still)))


def erase_from_titles(session: Session, service_ids: Collection[int], texts: Sequence[str]) -> None:
    """Takes the erased texts out of titles and keywords, but for what others still say."""
    erased = ErasedWords(session, service_ids, texts)
    given = _given(session, service_ids)
    columns = (Issue.id, Issue.title, Issue.titles, Issue.keywords)
    known = session.execute(select(*columns).where(Issue.service_id.in_(service_ids)))
    names = {row.id: (row.title, *row.titles.values(), *row.keywords) for row in known}
    found = [issue for issue, its in names.items() if any(map(erased.may_hold, its))]
    for issue in session.scalars(select(Issue).where(Issue.id.in_(found)).order_by(Issue.id).with_for_update()):
        if issue.titled_by != TitledBy.PERSON and erased.hold(issue.title, issue.id):
            issue.title, issue.titled_by = shortest_said(session, issue), TitledBy.STATEMENT
        issue.titles = _left(erased, issue.titles, issue.id)
        issue.keywords = _kept(erased, issue.keywords, issue.id)
    _erase_from_histories(session, service_ids, erased, given)
    _erase_from_before(session, service_ids, erased, given)
    _erase_from_themes(session, erased)


def _given(session: Session, service_ids: Collection[int]) -> frozenset[str]:
    """The titles that people gave to issues of these services, now or before."""
    mine = Issue.service_id.in_(service_ids)
    now = select(Issue.title).where(mine, Issue.titled_by == TitledBy.PERSON)
    ever = select(IssueEvent.details["now"].astext).join(Issue, Issue.id == IssueEvent.issue_id)
    by_person = (IssueEvent.what == "renamed", IssueEvent.by.not_in(MACHINES))
    return frozenset([*session.scalars(now), *session.scalars(ever.where(mine, *by_person))])


def _erase_from_histories(
    session: Session, service_ids: Collection[int], erased: ErasedWords, given: Collection[str]
) -> None:
    """An event names issues by their titles of then: one that was renamed, one that was merged."""
    spared = {*given, *IssueStatus}
    query = select(IssueEvent).join(Issue, Issue.id == IssueEvent.issue_id)
    for event in session.scalars(query.where(Issue.service_id.in_(service_ids), IssueEvent.details != {})):
        named = {key: value for key, value in event.details.items() if isinstance(value, str) and value not in spared}
        gone = [key for key, value in named.items() if erased.hold(value, event.issue_id)]
        if gone:
            event.details = {**event.details, **dict.fromkeys(gone, NAMELESS_TITLE)}


def _erase_from_before(
    session: Session, service_ids: Collection[int], erased: ErasedWords, given: Collection[str]
) -> None:
    """What issues were named before a refit, kept so that it can be undone."""
    query = select(IssueBefore, Issue.title).join(Issue, Issue.id == IssueBefore.issue_id)
    # Its vector is long, and there is one a refit.
    few = load_only(IssueBefore.title, IssueBefore.titles, IssueBefore.keywords)
    for before, title in session.execute(query.where(Issue.service_id.in_(service_ids)).options(few)):
        if before.title not in given and erased.hold(before.title, before.issue_id):
            before.title = title
        if before.titles:
            before.titles = _left(erased, before.titles, before.issue_id)
        before.keywords = _kept(erased, before.keywords, before.issue_id)


def _erase_from_themes(session: Session, erased: ErasedWords) -> None:
    """A theme is named by one of its issues."""
    for theme in session.scalars(select(Theme)):
        if erased.may_hold(theme.title):
            issues = select(Issue.title).join(ThemeIssue, ThemeIssue.issue_id == Issue.id)
            titles = session.scalars(issues.where(ThemeIssue.theme_id == theme.id).order_by(Issue.id)).all()
            theme.title = theme.title if theme.title in titles else next(iter(titles), NAMELESS_TITLE)


def _bare(title: str) -> str:
    return title.rstrip("… .").casefold()


def _left(erased: ErasedWords, titles: Mapping[str, str], issue_id: uuid.UUID) -> dict[str, str]:
    return {code: title for code, title in titles.items() if not erased.hold(title, issue_id)}


def _kept(erased: ErasedWords, keywords: Iterable[str], issue_id: uuid.UUID) -> list[str]:
    return [word for word in keywords if not (erased.may_hold(word) and erased.hold(word, issue_id))]


def shortest_said(session: Session, issue: Issue) -> str:
    """Returns what an issue is named by until a refit finds better: the shortest that is still said in it."""
    others = select(Statement.text).where(Statement.issue_id == issue.id, Statement.filler.is_(False))
    shortest = session.scalar(others.order_by(func.length(Statement.text), Statement.id).limit(1))
    return (shortest or NAMELESS_TITLE)[:LONGEST_TITLE_CHARACTERS]
