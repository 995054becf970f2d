"""A service's topics are trained again: new issues are found, known ones keep their ids."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, IssueEvent, Refit, ServiceWork, Signal, Statement, new_id
from feedback.record.states import WorkStage
from feedback.record.work.service_work import ask, ask_wide, lock_services
from feedback.record.work.stages import stage
from insights.grouping import constraints, title_proposals
from insights.grouping.assignment import assign, crowds, grouped, of_issues
from insights.grouping.constraints import Fitted, Links
from insights.issues.decisions import reassignment
from insights.statement_arrays import Said, places, statements
from nlp.embed.crowds import Crowd
from nlp.group import identity, topics
from nlp.group.topics import Topic
from workers.runtime.actor import Actor, Save, Worker, work_once

FEWEST = 30
"""Statements that a first fit takes."""
GROWTH = 0.1
"""A refit is due when the service has grown by this share since the last."""
MOST = 300_000
"""The latest so many statements are grouped; older ones stay where they are."""
LATELY = dt.timedelta(days=5)
"""What is older is no longer news."""
LONGEST_WAIT = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Scene:
    """A service before its refit. `kept`: issues that go on whatever is found; `titles`: those that are taken."""

    said: Said
    links: Links
    kept: Collection[uuid.UUID]
    titles: Sequence[str]


def refit(worker: Worker) -> None:
    """Group one service anew."""
    work_once(worker, REFIT)


def _refit(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, service_id = row.asked, row.service_id
    with worker.record.transaction() as session:
        scene = _scene(session, service_id) if _due(session, service_id) else None
    fitted = _fit(worker, scene) if scene and len(scene.said) >= FEWEST else None

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        if mine and fitted and scene:
            now = _as_now(session, service_id, scene.said)
            if _signalled(session, service_id) != scene.kept:  # what was found meanwhile has no group yet: once more
                return
            _store(session, service_id, now, fitted, scene.kept, worker.tools.model)
            ask(session, [service_id], "notice")
            ask_wide(session, "themes")
        for row in mine:
            row.done = seen

    return save


def _scene(session: Session, service_id: int) -> Scene:
    titles = session.scalars(select(Issue.title).where(Issue.service_id == service_id)).all()
    said = statements(session, *grouped(service_id), most=MOST)
    return Scene(said, constraints.links(session, service_id), _signalled(session, service_id), titles)


def _as_now(session: Session, service_id: int, said: Said) -> Said:
    """What joined an issue while the topics were being trained, one found in the meantime above all, is known too."""
    lock_services(session, [service_id])  # from here on nobody raises a signal about what we are moving
    rows = session.execute(select(Statement.id, Statement.issue_id).where(*grouped(service_id)))
    issues: dict[int, uuid.UUID | None] = {row.id: row.issue_id for row in rows}
    return replace(said, issues=[issues.get(identity) for identity in said.ids.tolist()])


def _due(session: Session, service_id: int) -> bool:
    """Enough is new, an issue was signalled, or a day has passed (since one that nobody undid).

    An import is grouped when nearly all is in.
    """
    last = session.scalar(select(Refit).where(Refit.service_id == service_id).order_by(Refit.id.desc()).limit(1))
    now = session.scalar(select(func.count()).select_from(Statement).where(*grouped(service_id))) or 0
    coming = (Feedback.service_id == service_id, Feedback.stage.in_(("clean", "group")))
    waiting = session.scalar(select(func.count()).select_from(Feedback).where(*coming)) or 0
    before = last.statements if last else 0
    if now < FEWEST or now == before:
        return False
    if waiting > GROWTH * now:
        return False
    grown = now >= before * (1 + GROWTH) + 5
    if last is None or last.undone_at:
        return grown
    found = _signalled(session, service_id, Signal.detected_at > last.finished_at)
    return grown or bool(found) or dt.datetime.now(dt.UTC) - last.finished_at > LONGEST_WAIT


def _fit(worker: Worker, scene: Scene) -> list[Fitted]:
    said, taken, found = scene.said, list(scene.titles), []
    of_statements = crowds(said)
    for crowd in sorted(set(of_statements)):
        rows = np.array([row for row, its in enumerate(of_statements) if its == crowd], np.int64)
        together, apart = scene.links.among(said.ids[rows])
        texts, before = [said.texts[row] for row in rows], [said.issues[row] for row in rows]
        numbers = {issue: number for number, issue in enumerate(sorted({it for it in before if it}, key=str))}
        fitted = topics.fit(
            said.vectors[rows],
            texts,
            start=np.array([numbers[it] if it else -1 for it in before], np.int32),
            must_link=together,
            cannot_link=apart,
            encode=worker.tools.encode,
            taken=taken,
            kept=[numbers[it] for it in scene.kept if it in numbers],
        )
        wanted = [not topic.titled for topic in fitted.topics]
        named_anew = title_proposals.propose(worker.record.settings, fitted.topics, texts, wanted, taken)
        taken += [topic.title for topic in named_anew]
        found.append(Fitted(crowd, rows, named_anew))
    return found


def _store(
    session: Session, service_id: int, said: Said, fitted: Sequence[Fitted], kept: Collection[uuid.UUID], model: str
) -> None:
    """Known issues go on under their ids, new ones are stored, statements move to where they now belong."""
    refit = Refit(
        service_id=service_id,
        model=f"{model}:{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S}",
        statements=len(said),
        placed=sum(issue is not None for issue in said.issues),
        outside=0,
        moved=0,
        changes={},
    )
    session.add(refit)
    session.flush()
    target: list[uuid.UUID | None] = list(said.issues)
    changes: dict[str, Any] = {"new": [], "lineage": []}
    for part in fitted:
        issues = _issues(session, service_id, part.crowd, said, kept)
        _place(session, refit, said, part, issues, target, changes)
    constraints.keep_in_place(session, service_id, said, target)
    constraints.keep_out(session, service_id, said, target)
    refit.outside, refit.changes = sum(issue is None for issue in target), changes
    refit.moved = _move(session, said, target, refit)
    _look_again(session, said, target)
    _join_the_rest(session, service_id, said)


def _place(
    session: Session,
    refit: Refit,
    said: Said,
    part: Fitted,
    issues: Sequence[identity.Known],
    target: list[uuid.UUID | None],
    changes: dict[str, Any],
) -> None:
    part = constraints.keep_together(session, refit.service_id, said, part)
    found = [identity.Found(frozenset(said.ids[part.rows[t.members]].tolist()), t.centroid) for t in part.topics]
    matching = identity.match(issues, found)
    nested = {row for row in part.rows.tolist() if str(said.issues[row]) in matching.nested}
    for row in part.rows.tolist():
        target[row] = said.issues[row] if row in nested else None
    part = constraints.leave_out(part, nested)
    stored: list[uuid.UUID] = []
    for topic, issue_id in zip(part.topics, matching.ids, strict=True):
        issue = _store_issue(session, refit, part, topic, issue_id, said)
        stored.append(issue.id)
        if issue_id is None:
            changes["new"].append(str(issue.id))
        for row in part.rows[topic.members]:
            target[row] = issue.id
    for line in matching.lineage:
        changes["lineage"].append({"kind": line.kind, "from": line.parent, "to": str(stored[line.child])})
        session.add(
            IssueEvent(
                issue_id=uuid.UUID(line.parent),
                by="refit",
                what=line.kind,
                details={"other": str(stored[line.child]), "shared": line.shared},
            )
        )


def _issues(
    session: Session, service_id: int, crowd: Crowd, said: Said, kept: Collection[uuid.UUID]
) -> list[identity.Known]:
    members: dict[uuid.UUID, set[int]] = {}
    for identity_, issue in zip(said.ids.tolist(), said.issues, strict=True):
        if issue:
            members.setdefault(issue, set()).add(identity_)
    spots = places(session, service_id)
    found = {
        issue: identity.Known(str(issue), frozenset(members.get(issue, ())), centroid, keep=issue in kept)
        for issue, centroid, its in zip(spots.ids, spots.centroids, of_issues(spots), strict=True)
        if its == crowd
    }
    return list(found.values())


def _signalled(session: Session, service_id: int, *where: ColumnElement[bool]) -> set[uuid.UUID]:
    """Issues that were told of: no refit takes them away."""
    told = (Signal.service_id == service_id, Signal.tier == "signal", *where)
    return set(session.scalars(select(Signal.issue_id).where(*told)))


def _store_issue(session: Session, refit: Refit, part: Fitted, topic: Topic, issue_id: str | None, said: Said) -> Issue:
    quotes = [int(said.ids[part.rows[quote]]) for quote in topic.quotes]
    tone = "praise" if part.crowd.praise else topic.tone
    if issue_id is None:
        issue = Issue(
            id=new_id(),
            service_id=refit.service_id,
            title=topic.title,
            language=part.crowd.language,
            tone=tone,
            found_by="refit",
        )
        session.add(issue)
    else:
        issue = session.get_one(Issue, uuid.UUID(issue_id))
        session.add(reassignment.snapshot(refit.id, issue))
    if Crowd(issue.language, issue.tone == "praise") != part.crowd:  # merged from another crowd: it keeps its own words
        return issue
    issue.tone = tone
    issue.keywords, issue.quotes, issue.model = list(topic.keywords), quotes, refit.model
    issue.centroid, issue.radius = topic.centroid.tolist(), topic.radius
    session.flush()
    return issue


def _move(session: Session, said: Said, target: Sequence[uuid.UUID | None], refit: Refit) -> int:
    """Writes the assignments that are others than before; says how many statements left an issue for another."""
    moved = [(row, to) for row, (was, to) in enumerate(zip(said.issues, target, strict=True)) if was != to]
    if moved:
        session.execute(
            update(Statement),
            [
                {
                    "id": int(said.ids[row]),
                    "issue_id": to,
                    "assigned_by": refit.model if to else None,
                    "sureness": None,
                }
                for row, to in moved
            ],
        )
    reassignment.note_refit(session, refit, ((int(said.ids[row]), said.issues[row], to) for row, to in moved))
    return sum(said.issues[row] is not None for row, _ in moved)


def _look_again(session: Session, said: Said, target: Sequence[uuid.UUID | None]) -> None:
    """What was said of late and now stands in another issue than when it was looked at: it may tell more there.

    What nobody has looked at yet is left alone: whoever is grouping it waits for us with it locked.
    """
    since = dt.datetime.now(dt.UTC) - LATELY
    moved = zip(said.feedback, said.said_at, said.issues, target, strict=True)
    again = {feedback for feedback, at, was, to in moved if at > since and to and was != to}
    looked_at = (Feedback.id.in_(again), Feedback.stage == "done")
    session.execute(update(Feedback).where(*looked_at).values(noticed=False))


def _join_the_rest(session: Session, service_id: int, said: Said) -> None:
    """What came while the topics were being trained joined the old issues; it joins the new ones."""
    last = int(said.ids[-1])
    late = statements(session, *grouped(service_id), Statement.id > last)
    if len(late):
        changes = assign(late, places(session, service_id))
        for change in changes:
            del change["feedback_id"]
        if changes:
            session.execute(update(Statement), changes)


REFIT = Actor(stage("refit"), limit=1, work=_refit, to=WorkStage.OPEN)
