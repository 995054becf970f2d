"""What is stored of a service, as a history for a backtest: piece by piece as it came, and in no issue yet."""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service, Statement
from insights.detection import window_cache
from nlp.embed.strata import is_mapped, stratum_of
from workers.backtest.store import BacktestStatement


def history(
    session: Session, service: Service, since: dt.datetime, *where: ColumnElement[bool]
) -> Iterator[list[BacktestStatement]]:
    """Yield what was said after `since` and meets the conditions."""
    reports = window_cache.observations_of(session, service.id, since, *where)
    read = _statements(session, service, Statement.said_at > since, *where)
    for _, piece in itertools.groupby(reports, lambda report: report.feedback_id):
        statements = [
            BacktestStatement(replace(report, issue=None, late=False), **read[report.key])
            for report in piece
            if report.vector is not None
        ]
        if statements:
            yield statements


def _statements(session: Session, service: Service, *where: ColumnElement[bool]) -> dict[int, dict[str, Any]]:
    """What the detector does not hear of each statement: its text, its stratum, whether it is in issues at all."""
    rows = session.execute(
        select(
            *(Statement.id, Statement.text, Statement.language, Statement.kind, Statement.embedded_by),
            *(Feedback.weight, Feedback.copy_of),
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.service_id == service.id, *where)
    )
    return {
        row.id: {
            "text": row.text,
            "stratum": stratum_of(row.language, row.kind, row.embedded_by),
            "mapped": is_mapped(row.embedded_by),
            "language": row.language,
            "grouped": row.weight > 0 or row.copy_of is not None,
        }
        for row in rows
    }
