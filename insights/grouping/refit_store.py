"""A service's statements read for a refit, and what the refit found stored."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, undefer

from feedback.record.models import Feedback, Issue, IssueEvent, Refit, Signal, Statement
from feedback.record.models.base import update_rows
from feedback.record.states import FeedbackStage, SignalTier, TitledBy, Tone
from feedback.record.work.service_work import lock_services
from insights.grouping import broad_subjects, decisions
from insights.grouping.assignment import assigned, may_be_grouped
from insights.grouping.constraints import Constraints, StratumTopics
from insights.grouping.regroup import Regrouped, RegroupedIssue, has_moved, settle
from insights.issues.decisions import reassignment
from insights.statement_arrays import StoredStatements, read_issues, read_statements
from nlp.embed.strata import Stratum
from nlp.group.title_languages import Names
from nlp.group.titles.naming import SURE
from nlp.group.topics import Topic

MOST_STATEMENTS = 300_000
"""The latest so many statements are grouped; older ones stay where they are."""

NEWS = dt.timedelta(days=5)
"""What was said longer ago is not looked at once more."""


@dataclass(frozen=True, slots=True)
class BeforeRefit:
    """A service before its refit.

    `signalled`: issues that go on whatever is found; `nameless`: those that the words of one statement name so far;
    `titles`: those that are taken.
    """

    statements: StoredStatements
    constraints: Constraints
    signalled: Collection[uuid.UUID]
    nameless: Sequence[uuid.UUID]
    titles: Sequence[str]


def read(session: Session, service_id: int) -> BeforeRefit:
    """Read all that a refit starts from."""
    mine = Issue.service_id == service_id
    nameless = session.scalars(select(Issue.id).where(mine, Issue.titled_by == TitledBy.STATEMENT)).all()
    return BeforeRefit(
        read_statements(session, *may_be_grouped(service_id), most=MOST_STATEMENTS),
        decisions.constraints(session, service_id),
        signalled(session, service_id),
        nameless,
        session.scalars(select(Issue.title).where(mine, Issue.titled_by != TitledBy.STATEMENT)).all(),
    )


def signalled(session: Session, service_id: int, *where: ColumnElement[bool]) -> set[uuid.UUID]:
    """Read which issues were told of: no refit takes them away."""
    told = (Signal.service_id == service_id, Signal.tier != SignalTier.WATCH, *where)
    return set(session.scalars(select(Signal.issue_id).where(*told)))


def store(
    session: Session,
    service_id: int,
    before: BeforeRefit,
    trained: Sequence[StratumTopics],
    model: str,
    named: Mapping[uuid.UUID, Names],
) -> bool:
    """Store what was trained: known issues go on under their ids, statements move to where they now belong.

    `named`: what the nameless are to be called. False, and nothing is stored, where an issue was signalled meanwhile:
    what it holds has no topic of its own yet.
    """
    statements = _as_now(session, service_id, before.statements)
    if signalled(session, service_id) != before.signalled:
        return False
    regrouped = settle(
        statements,
        read_issues(session, service_id),
        trained,
        signalled=before.signalled,
        constraints=decisions.constraints(session, service_id),
    )
    failed = sorted({part.stratum.language for part in trained if part.failed})
    refit = _refit(session, service_id, statements, regrouped, model, failed)
    for issue_id, names in named.items():  # first: to undo the refit takes no name away that there was none before
        _name(session, session.get_one(Issue, issue_id), names)
    for issue in regrouped.issues:
        _store_issue(session, refit, issue, before.signalled)
    _note_lineage(session, regrouped)
    refit.moved = _move(session, statements, regrouped.assigned, refit)
    _look_again(session, statements, regrouped.assigned)
    _join_the_rest(session, service_id, statements)
    broad_subjects.renew(session, service_id)
    return True


def _as_now(session: Session, service_id: int, statements: StoredStatements) -> StoredStatements:
    """What joined an issue while the topics were being trained, one found in the meantime above all, is known too."""
    lock_services(session, [service_id])  # from here on nobody raises a signal about what we are moving
    known = (*may_be_grouped(service_id), Statement.id >= int(statements.ids[0]))
    rows = session.execute(select(Statement.id, Statement.issue_id).where(*known))
    issues: dict[int, uuid.UUID | None] = {row.id: row.issue_id for row in rows}
    return replace(statements, issues=[issues.get(identity) for identity in statements.ids.tolist()])


def _refit(
    session: Session,
    service_id: int,
    statements: StoredStatements,
    regrouped: Regrouped,
    model: str,
    failed: Sequence[str],
) -> Refit:
    refit = Refit(
        service_id=service_id,
        model=f"{model}:{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S}",
        statements=len(statements),
        placed=sum(issue is not None for issue in statements.issues),
        outside=sum(issue is None for issue in regrouped.assigned),
        moved=0,
        changes={
            "new": [str(issue.id) for issue in regrouped.issues if issue.is_new],
            "lineage": [
                {"kind": line.kind, "from": str(line.parent), "to": str(regrouped.issues[line.child].id)}
                for line in regrouped.lineage
            ],
            "failed": failed,
        },
    )
    session.add(refit)
    session.flush()
    return refit


def _store_issue(session: Session, refit: Refit, found: RegroupedIssue, signalled: Collection[uuid.UUID]) -> None:
    topic, stratum = found.topic, found.stratum
    if found.is_new:
        issue = Issue(
            id=found.id,
            service_id=refit.service_id,
            title=topic.title,
            titles=_titles(topic),
            title_sure=topic.sure,
            language=stratum.language,
            tone=found.tone,
        )
        session.add(issue)
    else:
        issue = session.get_one(Issue, found.id, options=[undefer(Issue.centroid)])
        session.add(reassignment.snapshot(refit.id, issue))
    if (
        Stratum(issue.language, issue.tone == Tone.PRAISE) != stratum
    ):  # merged from another stratum: it keeps its own words
        return
    if not found.is_new:
        _name_anew(session, issue, topic, signalled)
    issue.tone = Tone(found.tone)
    issue.keywords, issue.quotes, issue.model = list(topic.keywords), found.quotes, refit.model
    issue.centroid, issue.radius = topic.centroid.tolist(), topic.radius
    session.flush()


def _titles(topic: Topic) -> dict[str, str]:
    return {topic.language: topic.title, **topic.titles}


def _name_anew(session: Session, issue: Issue, topic: Topic, signalled: Collection[uuid.UUID]) -> None:
    """A title stays unless the meaning of its issue has moved; that of what was signalled stays then, too."""
    if issue.titled_by != TitledBy.MACHINE:
        return
    if issue.id in signalled or not has_moved(topic, issue.centroid):
        issue.titles = {**topic.titles, **issue.titles}
        return
    _rename(session, issue, topic.title, _titles(topic), sure=topic.sure)


def _name(session: Session, issue: Issue, names: Names) -> None:
    if issue.titled_by == TitledBy.STATEMENT:
        _rename(session, issue, names.title.text, names.by_language, sure=names.title.near >= SURE)


def _rename(session: Session, issue: Issue, title: str, titles: dict[str, str], *, sure: bool) -> None:
    """Gives an issue the title that a refit found, and writes that into its history."""
    details = {"was": issue.title, "now": title, "by_machine": True}
    session.add(IssueEvent(issue_id=issue.id, by="refit", what="renamed", details=details))
    issue.title, issue.titles, issue.title_sure, issue.titled_by = title, titles, sure, TitledBy.MACHINE


def _note_lineage(session: Session, regrouped: Regrouped) -> None:
    session.add_all(
        IssueEvent(
            issue_id=line.parent,
            by="refit",
            what=line.kind,
            details={"other": str(regrouped.issues[line.child].id), "shared": line.shared},
        )
        for line in regrouped.lineage
    )


def _move(session: Session, statements: StoredStatements, assigned: Sequence[uuid.UUID | None], refit: Refit) -> int:
    """Writes the assignments that are others than before; says how many statements left an issue for another."""
    moved = [
        (int(identity), was, to)
        for identity, was, to in zip(statements.ids, statements.issues, assigned, strict=True)
        if was != to
    ]
    rows = [
        {"id": identity, "issue_id": to, "assigned_by": refit.model if to else None, "sureness": None}
        for identity, _, to in moved
    ]
    update_rows(session, Statement, rows)
    reassignment.note_refit(session, refit, moved)
    return sum(was is not None for _, was, _ in moved)


def _look_again(session: Session, statements: StoredStatements, assigned: Iterable[uuid.UUID | None]) -> None:
    """What was said of late and now stands in another issue than when it was looked at: it may tell more there.

    What nobody has looked at yet is left alone: whoever is grouping it waits for us with it locked.
    """
    since = dt.datetime.now(dt.UTC) - NEWS
    moved = zip(statements.feedback, statements.said_at, statements.issues, assigned, strict=True)
    again = {feedback for feedback, at, was, to in moved if at > since and to and was != to}
    looked_at = (Feedback.id.in_(again), Feedback.stage == FeedbackStage.DONE)
    session.execute(update(Feedback).where(*looked_at).values(noticed=False))


def _join_the_rest(session: Session, service_id: int, statements: StoredStatements) -> None:
    """What came while the topics were being trained joined the old issues; it joins the new ones."""
    last = int(statements.ids[-1])
    late = read_statements(session, *may_be_grouped(service_id), Statement.id > last)
    if len(late):
        changes = assigned(late, read_issues(session, service_id))
        for change in changes:
            del change["feedback_id"]
        update_rows(session, Statement, changes)
