"""One service's history replayed in event time, as the running product would have lived it.

The detector and the regrouping are those of the product; what the product keeps in its database is kept in memory
here. Every statement joins an issue as it comes; topics are trained again every week on the last 32 days.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from feedback.record.calendar import bank_holidays_began
from feedback.record.states import Nation, SignalTier, Tone
from insights.detection import detector
from insights.grouping import assignment, regroup
from insights.issues import findings
from insights.statement_arrays import IssueArrays, StatementArrays
from nlp.embed.crowds import Crowd
from nlp.embed.vectors import Encode, Floats, unit
from workers.offline.replayed_past import ReplayedPast

FIRST_REFIT = dt.timedelta(days=7)
"""How long after its first statement a service is grouped for the first time."""

REFIT_EVERY = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ReplayedStatement:
    """A statement of a history, as the detector is to hear it, with its redacted text and its crowd.

    `grouped`: whether it may be in an issue; spam may not. `mapped`: whether its vector comes by a map.
    """

    observation: detector.Observation
    text: str = ""
    crowd: Crowd = Crowd("en", praise=False)
    grouped: bool = True
    mapped: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class ReplayedIssue:
    """An issue as the store would hold it."""

    title: str
    tone: Tone
    crowd: Crowd
    centroid: Floats
    radius: float


@dataclass(frozen=True, slots=True)
class Raised:
    """A signal, when it would have been raised, and the title that its issue would have had by then."""

    at: dt.datetime
    signal: detector.Finding
    title: str


def replay(
    history: Iterable[Sequence[ReplayedStatement]],
    tolerance: float,
    encode: Encode | None = None,
    *,
    nation: Nation = Nation.ENGLAND,
    time_zone: str = "Europe/London",
) -> Iterator[Raised]:
    """Yield all that the detector would have found, what is only watched among it.

    `history`: the statements of each piece, in the order in which they came; `encode`: texts to unit rows (n, d), by
    which titles are chosen and filler is recognised; `nation` and `time_zone`: whose bank holidays are kept, and where.
    """
    store, state, due, past = ReplayedStore(encode), detector.State(), None, ReplayedPast(tolerance)
    for piece in history:
        batch = store.join(piece)
        if not batch:
            continue
        now = batch[0].at
        due = due or now + FIRST_REFIT
        if now >= due:
            state = replace(state, observations=store.refit(state.observations), version=-1)
            due = now + REFIT_EVERY
        holidays = bank_holidays_began(nation, time_zone, now - detector.HISTORY, now)
        state, signals = detector.step(
            state, batch, now, tolerance=tolerance, holidays=holidays, recall=partial(past.earlier, now=now)
        )
        past.hear(batch, state)
        if past.is_due(now):
            state, slow = past.look(state, now)
            signals += slow
        store.learn(signals)
        for signal in signals:
            yield Raised(now, signal, store.issues[uuid.UUID(signal.issue)].title)


def line(raised: Raised) -> dict[str, object]:
    """Return a signal as a backtest writes it."""
    signal = raised.signal
    return {
        "issue_id": signal.issue,
        "kind": signal.kind,
        "detected_at": raised.at.isoformat(),
        "title": raised.title,
        "feedback_ids": list(signal.feedback_ids),
        "since": signal.since.isoformat(),
        "observed": signal.observed,
        "expected": round(signal.expected, 2),
        "window_hours": signal.window,
        "score": round(signal.score, 2),
        "chance": float(f"{signal.chance:.2g}"),
        "channels": signal.channels,
        "way": signal.scope,
        "scale": signal.scale,
        "against": list(signal.caveats),
    }


class ReplayedStore:
    """What the database of the running product would hold of one service by now."""

    def __init__(self, encode: Encode | None) -> None:
        self.issues: dict[uuid.UUID, ReplayedIssue] = {}
        self._encode = encode
        self._statements: dict[int, ReplayedStatement] = {}
        self._signalled: set[uuid.UUID] = set()

    def join(self, piece: Sequence[ReplayedStatement]) -> list[detector.Observation]:
        """Take in a piece: each of its statements joins the issue that it lies within, if any."""
        self._statements.update((it.observation.key, it) for it in piece)
        new = [it for it in piece if _is_grouped(it)]
        observations = {it.observation.key: it.observation for it in piece}
        if new and self.issues:
            vectors = np.array([it.observation.vector for it in new], np.float32)
            mapped = np.array([it.mapped for it in new])
            chosen, _ = assignment.assign(vectors, [it.crowd for it in new], mapped, self._arrays)
            for it, place in zip(new, chosen.tolist(), strict=True):
                issue = str(self._arrays.ids[place]) if place >= 0 else None
                observations[it.observation.key] = replace(it.observation, issue=issue)
        return list(observations.values())

    def learn(self, signals: Sequence[detector.Finding]) -> None:
        """Hold the issues that the detector found, watched ones too, under titles of their own."""
        found = [signal for signal in signals if signal.centroid is not None]
        if found:
            mine = {uuid.UUID(signal.issue) for signal in found}
            known = [issue.title for id_, issue in self.issues.items() if id_ not in mine]
            texts = [[self._statements[key].text for key in sorted(signal.keys)] for signal in found]
            titles = findings.name(found, texts, known, self._encode)
            for signal in found:
                self._hold(signal, titles[signal.issue])
        self._signalled |= {uuid.UUID(signal.issue) for signal in signals if signal.tier == SignalTier.SIGNAL}

    def _hold(self, signal: detector.Finding, title: str) -> None:
        if signal.centroid is not None and signal.radius is not None:
            crowd = self._statements[min(signal.keys)].crowd._replace(praise=False)
            self._keep(uuid.UUID(signal.issue), ReplayedIssue(title, Tone.ISSUE, crowd, signal.centroid, signal.radius))

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
            title = found.topic.title if found.is_new else self.issues[found.id].title
            held = ReplayedIssue(title, found.tone, found.crowd, found.topic.centroid, found.topic.radius)
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
            crowds=[it.crowd for it in kept],
            languages=[it.language for it in kept],
        )

    def _keep(self, id_: uuid.UUID, issue: ReplayedIssue) -> None:
        self.issues[id_] = issue
        self.__dict__.pop("_arrays", None)

    @cached_property
    def _arrays(self) -> IssueArrays:
        held = list(self.issues.values())
        return IssueArrays(
            ids=list(self.issues),
            centroids=_as_stored([issue.centroid for issue in held]),
            radii=np.array([issue.radius for issue in held], np.float32),
            crowds=[issue.crowd for issue in held],
            models=[""] * len(held),
        )


def _as_stored(centroids: Sequence[Floats]) -> Floats:
    """The database keeps half floats: what lies right at the edge of an issue joins it here as it does there."""
    return unit(np.array(centroids, np.float16).astype(np.float32))


def _is_grouped(statement: ReplayedStatement) -> bool:
    return statement.grouped and statement.observation.vector is not None
