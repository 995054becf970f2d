"""What the database of the running product would hold of one service by now, kept in memory."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from feedback.record.states import SignalTier, Tone
from insights.detection import detector
from insights.grouping import assignment, joining, regroup
from insights.issues import findings
from insights.statement_arrays import IssueArrays, StatementArrays, numbered
from nlp.embed.strata import Stratum
from nlp.embed.vectors import Encode, Floats, unit


@dataclass(frozen=True, slots=True)
class BacktestStatement:
    """A statement of a history, as the detector is to hear it, with its redacted text and its stratum.

    `grouped`: whether it may be in an issue; spam may not. `mapped`: whether its vector comes by a map.
    """

    observation: detector.Observation
    text: str = ""
    stratum: Stratum = Stratum("en", praise=False)
    grouped: bool = True
    mapped: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class BacktestIssue:
    """An issue as the store would hold it."""

    title: str
    tone: Tone
    stratum: Stratum
    centroid: Floats
    radius: float
    quotes: tuple[str, ...]


class BacktestStore:
    """What the database of the running product would hold of one service by now."""

    def __init__(self, encode: Encode | None, second_view: Encode | None = None) -> None:
        self.issues: dict[uuid.UUID, BacktestIssue] = {}
        self._encode, self._second_view = encode, second_view
        self._statements: dict[int, BacktestStatement] = {}
        self._signalled: set[uuid.UUID] = set()

    def join(self, piece: Sequence[BacktestStatement]) -> list[detector.Observation]:
        """Take in a piece: each of its statements joins the issue that it lies within, if any."""
        self._statements.update((it.observation.key, it) for it in piece)
        new = [it for it in piece if _is_grouped(it)]
        observations = {it.observation.key: it.observation for it in piece}
        if new and self.issues:
            vectors = np.array([it.observation.vector for it in new], np.float32)
            mapped = np.array([it.mapped for it in new])
            texts, strata = [it.text for it in new], [it.stratum for it in new]
            chosen, _ = assignment.assign(vectors, texts, strata, mapped, self._arrays, self._likeness)
            for it, place in zip(new, chosen.tolist(), strict=True):
                issue = str(self._arrays.ids[place]) if place >= 0 else None
                observations[it.observation.key] = replace(it.observation, issue=issue)
        return list(observations.values())

    def _likeness(self, texts: Sequence[str], ids: Sequence[uuid.UUID]) -> Floats | None:
        return joining.by_quotes(self._second_view, texts, [self.issues[it].quotes for it in ids])

    def learn(self, signals: Sequence[detector.Finding]) -> None:
        """Hold the issues that the detector found, watched ones too, under titles of their own."""
        found = [signal for signal in signals if signal.centroid is not None]
        if found:
            mine = {uuid.UUID(signal.issue) for signal in found}
            known = [issue.title for id_, issue in self.issues.items() if id_ not in mine]
            said = [[self._statements[key] for key in sorted(signal.keys)] for signal in found]
            told = [[(it.text, it.language) for it in its] for its in said]
            vectors = np.array([it.observation.vector for its in said for it in its], np.float32)
            titles = findings.name(found, told, vectors, known, self._encode)
            for signal in found:
                self._hold(signal, titles[signal.issue].title.text)
        self._signalled |= {uuid.UUID(signal.issue) for signal in signals if signal.tier == SignalTier.SIGNAL}

    def _hold(self, signal: detector.Finding, title: str) -> None:
        if signal.centroid is not None and signal.radius is not None:
            said = [self._statements[key] for key in sorted(signal.keys)]
            stratum = said[0].stratum._replace(praise=False)
            quotes = tuple(it.text for it in said[: findings.MAX_QUOTES])
            held = BacktestIssue(title, Tone.ISSUE, stratum, signal.centroid, signal.radius, quotes)
            self._keep(uuid.UUID(signal.issue), held)

    def refit(self, observations: Sequence[detector.Observation]) -> tuple[detector.Observation, ...]:
        """Group anew what is remembered; the observations come back in the issues where they now belong."""
        told = [
            place for place, observation in enumerate(observations) if _is_grouped(self._statements[observation.key])
        ]
        if len(told) < regroup.FEWEST_STATEMENTS:
            return tuple(observations)
        statements = self._laid_out([observations[place] for place in told])
        titles = [issue.title for issue in self.issues.values()]
        trained = regroup.train(statements, titles, signalled=self._signalled, encode=self._encode)
        regrouped = regroup.settle(statements, self._arrays, trained, signalled=self._signalled)
        for found in regrouped.issues:
            known = self.issues.get(found.id)
            stays = known and (found.id in self._signalled or not regroup.has_moved(found.topic, known.centroid))
            title = known.title if known and stays else found.topic.title
            topic, quotes = found.topic, tuple(self._statements[key].text for key in found.quotes)
            held = BacktestIssue(title, found.tone, found.stratum, topic.centroid, topic.radius, quotes)
            self._keep(found.id, held)
        moved = list(observations)
        for place, issue in zip(told, regrouped.assigned, strict=True):
            moved[place] = replace(moved[place], issue=str(issue) if issue else None)
        return tuple(moved)

    def _laid_out(self, observations: Sequence[detector.Observation]) -> StatementArrays:
        kept = [self._statements[observation.key] for observation in observations]
        return StatementArrays(
            ids=np.array([observation.key for observation in observations], np.int64),
            vectors=np.array([observation.vector for observation in observations], np.float32),
            texts=[it.text for it in kept],
            issues=[uuid.UUID(observation.issue) if observation.issue else None for observation in observations],
            strata=[it.stratum for it in kept],
            languages=[it.language for it in kept],
            mapped=np.array([it.mapped for it in kept], bool),
            pieces=numbered([observation.feedback_id for observation in observations]),
        )

    def _keep(self, id_: uuid.UUID, issue: BacktestIssue) -> None:
        self.issues[id_] = issue
        self.__dict__.pop("_arrays", None)

    @cached_property
    def _arrays(self) -> IssueArrays:
        held = list(self.issues.values())
        return IssueArrays(
            ids=list(self.issues),
            centroids=_as_stored([issue.centroid for issue in held]),
            radii=np.array([issue.radius for issue in held], np.float32),
            strata=[issue.stratum for issue in held],
            models=[""] * len(held),
        )


def _as_stored(centroids: Sequence[Floats]) -> Floats:
    """The database keeps half floats: what lies right at the edge of an issue joins it here as it does there."""
    return unit(np.array(centroids, np.float16).astype(np.float32))


def _is_grouped(statement: BacktestStatement) -> bool:
    return statement.grouped and statement.observation.vector is not None
