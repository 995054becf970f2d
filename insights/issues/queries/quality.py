"""How well the machine does for a service: what it could not place, what it changed, what it hid, what waits."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Integer, cast, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.models import Feedback, Issue, Mailbox, Refit, Service, ServiceAddress, Signal, Statement
from feedback.record.states import AddressKind, FeedbackStage
from insights.detection.state import MISSED
from insights.issues.queries.services import WAITING_STAGES
from nlp.embed.strata import MEASURED, is_mapped, stratum_of

LATEST_PIECES = 10_000
"""The figures are of so many pieces: how well the machine does now is told no better by what it read years ago."""

LAST_REFITS = 10
MOST_MISSED = 50
MAILBOX_FORGOTTEN = dt.timedelta(days=30)
"""A mailbox that nobody looked into for so long is no more."""
DOUBTFUL_CONFIDENCE = 0.7
"""A transcript whose words are surer than this on average reads well."""


class Transcripts(msgspec.Struct, frozen=True):
    """Calls whose transcription told how sure it was: 0 to 1; `doubtful` are below 0.7."""

    calls: int
    confidence: float | None
    doubtful: int


class Waiting(msgspec.Struct, frozen=True):
    """Pieces by stage, how long the first of them has waited, and why others were set aside."""

    stages: dict[str, int]
    longest_seconds: float
    set_aside: dict[str, int]


class MailboxState(msgspec.Struct, frozen=True):
    """A mailbox that was looked into of late; `failure` says why the last look failed, where it did."""

    name: str
    looked_at: dt.datetime
    worked_at: dt.datetime | None
    failure: str | None


class Missed(msgspec.Struct, frozen=True):
    """What staff said the machine missed, and what it had before it: `observed` reports where `expected` were usual.

    `score` is -log10 of the p-value. `loosest` is how near (cosine) the farthest of them
    lies to their middle, `neighbours` count further pieces that say the like and were not chosen, `elsewhere` the
    chosen ones that were in other issues.
    """

    issue: uuid.UUID
    title: str
    at: dt.datetime
    by: str
    observed: int
    expected: float
    score: float
    hours: float
    loosest: float
    neighbours: int
    elsewhere: int
    titles: dict[str, str] = {}


class Quality(msgspec.Struct, frozen=True):
    """How well the machine does for a service.

    Its figures are of the latest 10,000 pieces, said `since` then; of all where that is null. `outside` is the share of
    statements in no issue, of those that say something. `stability` is the share of statements that the last refits
    (`refits` of them) left in the issue they were in. `hidden` is the personal data taken out, by kind. `not_counted`
    are pieces that count in no issue (copies, spam). `languages_apart` do not compare with English, and are grouped by
    themselves; how well the `languages_unmeasured` compare with it nobody has measured. `missed` is what staff said the
    machine missed, the latest first.
    """

    service: str
    since: dt.datetime | None
    statements: int
    filler: int
    outside: float | None
    refits: int
    stability: float | None
    languages: dict[str, int]
    languages_apart: list[str]
    languages_unmeasured: list[str]
    transcripts: Transcripts
    hidden: dict[str, int]
    verdicts: dict[str, int]
    copies: int
    not_counted: int
    waiting: Waiting
    mailboxes: list[MailboxState]
    missed: list[Missed]


def quality(session: Session, service: Service) -> Quality:
    """Tells how well the machine does for a service."""
    since = _since(session, service)
    pieces_of_late, said_of_late = _late(Feedback, service, since), _late(Statement, service, since)
    said, pieces = _statements(session, *said_of_late), _pieces(session, *pieces_of_late)
    ways = _ways(session, *said_of_late)
    refits = session.scalars(
        select(Refit).where(Refit.service_id == service.id).order_by(Refit.id.desc()).limit(LAST_REFITS)
    ).all()
    return Quality(
        service=service.slug,
        since=since,
        statements=said.all,
        filler=said.filler,
        outside=_share(said.outside, said.all),
        refits=len(refits),
        stability=_stability(refits),
        languages=_by(session, Statement.language, *said_of_late),
        languages_apart=sorted({told for told, way in ways if stratum_of(told, "problem", way).language != "en"}),
        languages_unmeasured=sorted({told for told, way in ways if is_mapped(way) and told not in MEASURED}),
        transcripts=Transcripts(pieces.calls, _rounded(pieces.confidence), pieces.doubtful),
        hidden=_hidden(session, *pieces_of_late),
        verdicts=_verdicts(session, *pieces_of_late),
        copies=pieces.copies,
        not_counted=pieces.not_counted,
        waiting=_waiting(session, service),
        mailboxes=mailboxes(session, service),
        missed=_missed(session, service),
    )


def _since(session: Session, service: Service) -> dt.datetime | None:
    """When the first of the latest pieces was said, where there are more."""
    mine = select(Feedback.said_at).where(Feedback.service_id == service.id).order_by(Feedback.said_at.desc())
    first_and_before = session.scalars(mine.offset(LATEST_PIECES - 1).limit(2)).all()
    return first_and_before[0] if len(first_and_before) == 2 else None


def _late(
    model: type[Feedback] | type[Statement], service: Service, since: dt.datetime | None
) -> list[ColumnElement[bool]]:
    return [model.service_id == service.id, *([model.said_at >= since] if since else [])]


def _ways(session: Session, *late: ColumnElement[bool]) -> list[tuple[str, str | None]]:
    """The languages of statements, with what embedded those of each."""
    embedded = select(Statement.language, Statement.embedded_by).where(*late, Statement.embedded_by.is_not(None))
    return [(row.language, row.embedded_by) for row in session.execute(embedded.distinct())]


def _missed(session: Session, service: Service) -> list[Missed]:
    rows = session.execute(
        select(Signal, Issue.title, Issue.titles)
        .join(Issue, Issue.id == Signal.issue_id)
        .where(Signal.service_id == service.id, Signal.evidence["way"].astext == MISSED, Issue.ended_at.is_(None))
        .order_by(Signal.id.desc())
        .limit(MOST_MISSED)
    )
    return [
        Missed(
            issue=signal.issue_id,
            title=title,
            at=signal.detected_at,
            by=signal.evidence["by"],
            observed=signal.observed,
            **signal.evidence["missed"],
            titles=titles,
        )
        for signal, title, titles in rows
    ]


def _statements(session: Session, *late: ColumnElement[bool]) -> Any:
    says = Statement.filler.is_(False)
    return session.execute(
        select(
            func.count().filter(says).label("all"),
            func.count().filter(Statement.filler).label("filler"),
            func.count().filter(says, Statement.issue_id.is_(None)).label("outside"),
        ).where(*late)
    ).one()


def _pieces(session: Session, *late: ColumnElement[bool]) -> Any:
    return session.execute(
        select(
            func.count().filter(Feedback.copy_of.is_not(None)).label("copies"),
            func.count().filter(Feedback.weight == 0).label("not_counted"),
            func.count(Feedback.confidence).label("calls"),
            func.avg(Feedback.confidence).label("confidence"),
            func.count().filter(Feedback.confidence < DOUBTFUL_CONFIDENCE).label("doubtful"),
        ).where(*late)
    ).one()


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 3)


def _stability(refits: Sequence[Refit]) -> float | None:
    known = sum(refit.placed for refit in refits)
    return _share(known - sum(refit.moved for refit in refits), known)


def _by(
    session: Session,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    *where: ColumnElement[bool],
) -> dict[str, int]:
    """How many of each, the most frequent first."""
    rows = session.execute(select(column, func.count()).where(*where).group_by(column).order_by(func.count().desc()))
    return {row[0] or "unknown": row[1] for row in rows}


def _hidden(session: Session, *late: ColumnElement[bool]) -> dict[str, int]:
    """The places taken out, by kind of personal data."""
    each = func.jsonb_each_text(Feedback.hidden).table_valued("key", "value")
    total = func.sum(cast(each.c.value, Integer))
    query = select(each.c.key, total).select_from(Feedback).join(each, true()).where(*late)
    return {row[0]: row[1] for row in session.execute(query.group_by(each.c.key).order_by(total.desc()))}


def _verdicts(session: Session, *late: ColumnElement[bool]) -> dict[str, int]:
    each = func.jsonb_array_elements(Feedback.verdicts).table_valued("value")
    name = each.c.value.op("->>")("name")
    query = select(name, func.count()).select_from(Feedback).join(each, true()).where(*late)
    return {row[0]: row[1] for row in session.execute(query.group_by(name).order_by(func.count().desc()))}


def _waiting(session: Session, service: Service) -> Waiting:
    mine = Feedback.service_id == service.id
    first = session.scalar(select(func.min(Feedback.received_at)).where(mine, Feedback.stage.in_(WAITING_STAGES)))
    return Waiting(
        stages=_by(session, Feedback.stage, mine, Feedback.stage.in_(WAITING_STAGES)),
        longest_seconds=(dt.datetime.now(dt.UTC) - first).total_seconds() if first else 0.0,
        set_aside=_by(session, Feedback.reason, mine, Feedback.stage == FeedbackStage.SET_ASIDE),
    )


def mailboxes(session: Session, service: Service) -> list[MailboxState]:
    """Those of the service, and of all services where it has an address of mail; failing ones first."""
    addressed = select(ServiceAddress.id).where(
        ServiceAddress.service_id == service.id, ServiceAddress.kind == AddressKind.MAIL
    )
    of_all = Mailbox.service_id.is_(None) & (session.scalar(addressed.limit(1)) is not None)
    mine = or_(Mailbox.service_id == service.id, of_all)
    recent = Mailbox.looked_at > dt.datetime.now(dt.UTC) - MAILBOX_FORGOTTEN
    found = session.scalars(select(Mailbox).where(mine, recent).order_by(Mailbox.failure.is_(None), Mailbox.name))
    return [MailboxState(one.name, one.looked_at, one.worked_at, one.failure) for one in found]
