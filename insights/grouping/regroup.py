"""The statements of one service grouped anew, for the refit of the running product and for backtests alike.

Nothing here reads or writes a store, and models are passed in. `train` takes seconds and finds topics; `settle` tells
at once which issue each of them continues. Between the two the world may go on: what joined an issue meanwhile, and
what was found, is known to `settle`.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from numpy.typing import ArrayLike, NDArray

from feedback.record.models import new_id
from feedback.record.states import Tone
from insights.grouping.constraints import Constraints, StratumTopics, keep_placed, keep_together, leave_out
from insights.statement_arrays import IssueArrays, StatementArrays
from nlp.embed.strata import Stratum, by_stratum
from nlp.embed.vectors import Encode
from nlp.group import refit_matching, topics
from nlp.group.topics import Topic

log = structlog.get_logger()

FEWEST_STATEMENTS = 30
"""What a service must have said before its first regrouping."""

SAME_MEANING = 0.9
"""Cosine of the middles of an issue before and after, at or above which its meaning has not moved."""

Propose = Callable[[Sequence[Topic], Sequence[str], Sequence[bool], Sequence[str]], tuple[Topic, ...]]
"""Gives topics better titles: of the topics and the texts that they index, whether each needs one, and titles taken."""


@dataclass(frozen=True, slots=True)
class RegroupedIssue:
    """A topic as the issue that it is: a known one that goes on in it, or a new one under an id of its own."""

    id: uuid.UUID
    is_new: bool
    stratum: Stratum
    topic: Topic
    quotes: list[int]
    """The ids of the statements that speak for it."""

    @property
    def tone(self) -> Tone:
        """What the issue is: all of a stratum of praise is praise."""
        return Tone.PRAISE if self.stratum.praise else Tone(self.topic.tone)


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What a regrouping comes to.

    `assigned`: (n,) the issue of each statement from now on, None for none; `lineage`: where parts of known issues went
    that did not stay one to one, `child` being a place in `issues`.
    """

    issues: tuple[RegroupedIssue, ...]
    assigned: list[uuid.UUID | None]
    lineage: tuple[refit_matching.Lineage[uuid.UUID], ...]


def train(
    statements: StatementArrays,
    titles: Sequence[str],
    *,
    signalled: Collection[uuid.UUID] = (),
    constraints: Constraints | None = None,
    encode: Encode | None = None,
    propose: Propose = lambda topics, texts, wanted, taken: tuple(topics),
) -> list[StratumTopics]:
    """Find the topics of each stratum, starting from the issues that its statements are in.

    `titles`: those that issues of the service bear, which no new one gets; `signalled`: issues that are parted from
    a wider group that took them up; `encode`: texts to unit rows (n, d), without which filler is not recognised. A
    stratum that cannot be grouped takes no other with it, and says that it `failed`; only where all fail, the first
    failure is raised.
    """
    constraints, taken, found = constraints or Constraints(), list(titles), list[StratumTopics]()
    failures: list[Exception] = []
    for stratum, rows in by_stratum(statements.strata):
        try:
            fitted = _fit(statements, rows, taken, signalled, constraints, encode)
        except Exception as error:
            failures.append(error)
            log.warning("a stratum could not be grouped", language=stratum.language, error=type(error).__name__)
            found.append(StratumTopics(stratum, rows, (), failed=True))
            continue
        texts = [statements.texts[row] for row in rows]
        named = propose(fitted.topics, texts, [not topic.titled for topic in fitted.topics], taken)
        taken += [topic.title for topic in named]
        found.append(StratumTopics(stratum, rows, named))
    if found and all(part.failed for part in found):
        raise failures[0]
    return found


def _fit(
    statements: StatementArrays,
    rows: NDArray[np.int64],
    taken: Sequence[str],
    signalled: Collection[uuid.UUID],
    constraints: Constraints,
    encode: Encode | None,
) -> topics.Topics:
    """Find the topics of the statements of one stratum."""
    must_link, cannot_link = constraints.links_among(statements.ids[rows])
    before = [statements.issues[row] for row in rows]
    numbers = {issue: number for number, issue in enumerate(dict.fromkeys(it for it in before if it))}
    return topics.fit(
        statements.vectors[rows],
        [statements.texts[row] for row in rows],
        start=np.array([numbers[it] if it else -1 for it in before], np.int32),
        must_link=must_link,
        cannot_link=cannot_link,
        encode=encode,
        taken=taken,
        kept=[numbers[it] for it in signalled if it in numbers],
        languages=[statements.languages[row] for row in rows],
        mapped=statements.mapped[rows],
        pieces=statements.pieces[rows],
    )


def settle(
    statements: StatementArrays,
    issues: IssueArrays,
    trained: Sequence[StratumTopics],
    *,
    signalled: Collection[uuid.UUID] = (),
    constraints: Constraints | None = None,
) -> Regrouped:
    """Match the topics with the issues as they stand, and say where every statement now belongs.

    `statements` are those that the topics were found among, in the issues where they are by now; `signalled`: issues
    that go on whatever was found, as a part of a wider one if need be.
    """
    constraints, found, lineage = constraints or Constraints(), list[RegroupedIssue](), []
    assigned = list(statements.issues)
    known = _known(statements, issues, signalled)
    for fitted in (part for part in trained if not part.failed):
        part = keep_together(statements, fitted, constraints.merged)
        matching = refit_matching.match(known.get(part.stratum, []), _found(statements, part))
        nested = {row for row in part.rows.tolist() if statements.issues[row] in matching.nested}
        part = leave_out(part, nested)
        here = [_issue(statements, part, topic, id_) for topic, id_ in zip(part.topics, matching.ids, strict=True)]
        for row in part.rows.tolist():
            assigned[row] = statements.issues[row] if row in nested else None
        for issue in here:
            for row in part.rows[issue.topic.members].tolist():
                assigned[row] = issue.id
        lineage += [
            refit_matching.Lineage(it.kind, it.parent, it.child + len(found), it.shared) for it in matching.lineage
        ]
        found += here
    return Regrouped(tuple(found), keep_placed(statements.ids, assigned, constraints), tuple(lineage))


def has_moved(topic: Topic, centroid: ArrayLike) -> bool:
    """Tell whether an issue whose middle was this (d,) means something else now, and its topic has a title for that."""
    return not topic.titled and float(np.dot(centroid, topic.centroid)) < SAME_MEANING


def _known(
    statements: StatementArrays, issues: IssueArrays, signalled: Collection[uuid.UUID]
) -> dict[Stratum, list[refit_matching.KnownGroup[uuid.UUID]]]:
    """The issues of each stratum; where one has several places, the last is its own."""
    members: dict[uuid.UUID, set[int]] = {}
    for key, issue in zip(statements.ids.tolist(), statements.issues, strict=True):
        if issue:
            members.setdefault(issue, set()).add(key)
    found: dict[Stratum, dict[uuid.UUID, refit_matching.KnownGroup[uuid.UUID]]] = {}
    for issue, centroid, stratum in zip(issues.ids, issues.centroids, issues.strata, strict=True):
        group = refit_matching.KnownGroup(issue, frozenset(members.get(issue, ())), centroid, keep=issue in signalled)
        found.setdefault(stratum, {})[issue] = group
    return {stratum: list(its.values()) for stratum, its in found.items()}


def _found(statements: StatementArrays, part: StratumTopics) -> list[refit_matching.FoundGroup]:
    ids = statements.ids[part.rows]
    return [refit_matching.FoundGroup(frozenset(ids[topic.members].tolist()), topic.centroid) for topic in part.topics]


def _issue(statements: StatementArrays, part: StratumTopics, topic: Topic, known: uuid.UUID | None) -> RegroupedIssue:
    quotes = [int(statements.ids[part.rows[quote]]) for quote in topic.quotes]
    return RegroupedIssue(known or new_id(), known is None, part.stratum, topic, quotes)
