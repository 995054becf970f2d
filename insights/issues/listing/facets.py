"""What there is to narrow a service's issues down by: the values that its latest feedback brought."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Service
from insights.issues.filters import PieceFilters
from insights.issues.queries.issues import living

LATEST_PIECES = 1_000
"""So many are looked through, however many there are."""

MOST_ATTRIBUTES, MOST_VALUES = 10, 20


@dataclass(frozen=True, slots=True)
class Facets:
    """The languages, the values of each attribute and the people who see to issues; of each the most frequent first."""

    languages: list[str]
    attributes: dict[str, list[str]]
    assignees: list[str]


def facets(session: Session, service: Service, chosen: PieceFilters) -> Facets:
    """Finds what there is to choose from; what is `chosen` already is among it."""
    rows = _latest(session, service)
    languages = Counter(chosen.language)
    for row in rows:
        if row.language:
            languages[row.language] += row.pieces
    return Facets(
        [name for name, _ in languages.most_common()], _attributes(rows, chosen), _assignees(session, service)
    )


def _latest(session: Session, service: Service) -> Sequence[Any]:
    """Those that are alike as one row, with how many `pieces` it stands for: most are, and each takes long to read."""
    latest = select(Feedback.language, Feedback.attributes).where(Feedback.service_id == service.id)
    some = latest.order_by(Feedback.said_at.desc()).limit(LATEST_PIECES).subquery()
    return session.execute(select(*some.c, func.count().label("pieces")).group_by(*some.c)).all()


def _attributes(rows: Iterable[Any], chosen: PieceFilters) -> dict[str, list[str]]:
    """Names and values that come often; an attribute that never comes twice with a value (a number, say) is none."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name, value in row.attributes.items():
            found[name][value] += row.pieces
    wanted = chosen.attributes()
    telling = [name for name, values in found.items() if values.most_common(1)[0][1] > 1 or name in wanted]
    names = sorted(telling, key=lambda name: (name not in wanted, -found[name].total(), name))[:MOST_ATTRIBUTES]
    return {
        name: list(
            dict.fromkeys([*wanted.get(name, ()), *(value for value, _ in found[name].most_common(MOST_VALUES))])
        )
        for name in dict.fromkeys([*names, *wanted])
    }


def _assignees(session: Session, service: Service) -> list[str]:
    named = select(Issue.assignee).where(*living(service), Issue.assignee.is_not(None)).distinct()
    return sorted(name for name in session.scalars(named) if name)
