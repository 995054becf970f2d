"""What was said in the days around many actions, counted by two statements however many there are.

The beginnings of all days of all actions, in order, divide time into spans. The store counts each span once; a day of
an action is a run of spans.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np
from sqlalchemy import DateTime, Row, Select, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Statement
from feedback.record.states import FeedbackStage
from insights.outcomes.effect import DAYS_AFTER, DAYS_BEFORE, Day

DAY = dt.timedelta(days=1)

Portion = tuple[str, ...]
"""All of a service's feedback: ("all",), or that of a channel or a language: ("channel", "web")."""

ActedOn = tuple[uuid.UUID, dt.datetime]
"""An issue, and when it was acted on."""


class _Counted:
    """Counts by span; those of the spans up to one are looked up."""

    def __init__(self, counts: dict[int, int]) -> None:
        self._spans = np.array(sorted(counts))
        self._sums = np.concatenate([[0], np.cumsum([counts[span] for span in self._spans.tolist()])]).astype(int)

    def between(self, edges: Any) -> list[int]:
        """Returns how much lies between each of these edges, numbered from 0, and the next."""
        return list(np.diff(self._sums[np.searchsorted(self._spans, edges, side="right")]).tolist())


class Days:
    """The days around actions: the reports of their issues, and the volume of all the service's feedback."""

    def __init__(self, session: Session, service_id: int, moments: Collection[ActedOn]) -> None:
        self._edges = sorted({at + day * DAY for _, at in moments for day in range(-DAYS_BEFORE, DAYS_AFTER + 1)})
        self._place = {edge: place for place, edge in enumerate(self._edges)}
        issues = {issue for issue, _ in moments}
        self._volume = _by_part(self._spans(session, service_id))
        reports = defaultdict(list)
        for row in self._spans(session, service_id, issues):
            reports[row.issue_id].append(row)
        self._reports = {issue: _by_part(rows) for issue, rows in reports.items()}

    def parts(self) -> list[Portion]:
        """Lists the parts that anything was said in."""
        return list(self._volume)

    def around(self, issue: uuid.UUID, at: dt.datetime, part: Portion) -> dict[int, Day]:
        """Returns the days around one action, of 24 hours from `at` on: -1 is the last before it, 0 the first after."""
        edges = np.array([self._place[at + day * DAY] for day in range(-DAYS_BEFORE, DAYS_AFTER + 1)])
        nothing = _Counted({})
        volume = self._volume.get(part, nothing).between(edges)
        reports = self._reports.get(issue, {}).get(part, nothing).between(edges)
        found = enumerate(zip(reports, volume, strict=True), start=-DAYS_BEFORE)
        return {day: Day(said, of_all) for day, (said, of_all) in found if of_all}

    def _spans(
        self, session: Session, service_id: int, issues: Collection[uuid.UUID] | None = None
    ) -> Iterator[Row[Any]]:
        if not self._edges:
            return
        span = func.width_bucket(Feedback.said_at, cast(self._edges, ARRAY(DateTime(timezone=True)))).label("span")
        keys = (Feedback.channel, Feedback.language, span)
        counted: Select[Any] = (
            select(*keys, func.count().label("pieces"))
            if issues is None
            else select(*keys, Statement.issue_id, func.count(Feedback.id.distinct()).label("pieces"))
            .join_from(Feedback, Statement, Statement.feedback_id == Feedback.id)
            .where(Statement.issue_id.in_(issues))
            .group_by(Statement.issue_id)
        )
        counted = counted.where(
            Feedback.service_id == service_id,
            Feedback.stage == FeedbackStage.DONE,
            Feedback.weight > 0,
            Feedback.said_at >= self._edges[0],
            Feedback.said_at < self._edges[-1],
        )
        yield from session.execute(counted.group_by(*keys))


def _by_part(rows: Iterable[Row[Any]]) -> dict[Portion, _Counted]:
    counts: dict[Portion, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for part in (("all",), ("channel", row.channel), ("language", row.language or "unknown")):
            counts[part][row.span] += row.pieces
    return {part: _Counted(of_part) for part, of_part in counts.items()}
