"""How like the quotes of issues statements in other languages are, by the encoder that knows all of these."""

import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Statement
from insights.grouping import joining
from nlp.embed.vectors import Encode, Floats


def likeness(
    session: Session, second_view: Callable[[], Encode | None], texts: Sequence[str], issue_ids: Sequence[uuid.UUID]
) -> Floats | None:
    """Tell how like each of n texts the most alike quote of each issue is, (n, issues), by the encoder of this view."""
    return joining.by_quotes(second_view(), texts, _quotes(session, issue_ids))


def _quotes(session: Session, issue_ids: Sequence[uuid.UUID]) -> list[list[str]]:
    """Each issue's quotes; its title where nothing that it quotes is left."""
    rows = session.execute(select(Issue.id, Issue.title, Issue.quotes).where(Issue.id.in_(issue_ids)))
    issues = {row.id: row for row in rows}
    quoted = Statement.id.in_({quote for row in issues.values() for quote in row.quotes})
    said = {row.id: row.text for row in session.execute(select(Statement.id, Statement.text).where(quoted))}
    return [[said[it] for it in issues[id_].quotes if it in said] or [issues[id_].title] for id_ in issue_ids]
