"""How sure a candidate is: certain, worth watching, or chance; and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from feedback.record.states import SignalTier
from insights.detection.candidates import Candidate, CandidateSearch
from insights.detection.index import ObservationIndex
from insights.detection.observation import FloatArray, Indices, Mask, Observation
from insights.detection.statistics.calibration import NEAR_MISS_CHANCE

WATCH_FACTOR = 10.0
"""What chance would bring this many times as often as is tolerated is watched: shown, and not sent."""

FEWEST_DAYS = 2
"""What was entered in bulk on one day alone is watched, however much it is."""

FEWEST_SENDERS, FEWEST_SENDERS_BY_SEVERAL_CHANNELS = 5, 4
"""So many people who sent something themselves stand for the second day. Where nobody knows who sent a piece, it
counts as somebody's own; of people who are known apart and come by several channels, fewer are enough."""

FEWEST_VOICES = 3
"""One sender may speak again and again: neither the same words of one day nor one person's are more than one voice."""

FIRST_WEEK_DAYS = 7.0
"""Days of history before which nobody knows what is usual on which day of the week: all is watched."""

SLOW_SHARE = 0.2
"""The share of the false alarms that a service tolerates that is the look over weeks'; the rest is the detector's."""

YOUNG_SERVICE_DAYS = 28.0
"""Days that a service takes to show what is usual for it."""

FEW_PIECES = 5
"""Pieces below which a finding rests on few reports."""

SAME_WORDS_SIMILARITY = 0.95
"""The similarity of two texts from which they are much the same words."""

COPIED_SHARE = 0.5
"""The share of texts that are much the same as another of them, from which that is said."""

SAME_MESSAGE_SIMILARITY = 0.5
"""The similarity, before whitening, from which two texts may say the same."""

FEWEST_OF_MESSAGE, MESSAGE_SHARE = 3, 0.4
"""How many pieces say nearly what one of them says, where a finding is about one thing, as in groups that are not
loose."""

NIGHT_ENDS_HOUR = 4.0
"""The hour until which what is said belongs to the day before."""


class Judge:
    """Judges candidates of a service whose history is `age` days old.

    `factor` is what its own past multiplies every chance by; `tolerance` is how many false alarms a week it bears.
    """

    def __init__(
        self,
        index: ObservationIndex,
        observations: Sequence[Observation],
        search: CandidateSearch,
        *,
        factor: float,
        age: float,
        tolerance: float,
    ) -> None:
        self._index, self._observations, self._search = index, observations, search
        self._factor, self._age, self._tolerance = factor, age, tolerance

    def tier(self, candidate: Candidate) -> SignalTier | None:
        """Tell whether a candidate is certain, to be watched, or (None) nothing that chance would not bring."""
        chance = self.chance(candidate)
        if not self._enough_pieces(candidate) or chance > WATCH_FACTOR * self._tolerance:
            return None
        if self._is_praised(candidate) or self._is_beside_what_is_told(candidate):
            return None
        certain = chance <= self._tolerance and self._may_be_certain(candidate)
        return SignalTier.SIGNAL if certain else SignalTier.WATCH

    def chance(self, candidate: Candidate) -> float:
        """Tell how often a week chance would bring the like here; more often, the younger the service is."""
        youth = YOUNG_SERVICE_DAYS / min(max(self._age, 1.0), YOUNG_SERVICE_DAYS)
        return candidate.chance * self._factor * youth

    def is_near_miss(self, candidate: Candidate) -> bool:
        """Tell whether an uncertain candidate is just beyond chance, in a service that has shown what is usual."""
        return (
            self._age >= YOUNG_SERVICE_DAYS
            and candidate.chance <= NEAR_MISS_CHANCE
            and self._enough_pieces(candidate)
            and self._may_be_certain(candidate)
            and not self._is_beside_what_is_told(candidate)
        )

    def caveats(self, recent: Indices) -> tuple[str, ...]:
        """List what speaks against a finding that rests on these rows, for a person to look at before acting."""
        rows = self._index.rows[recent]
        found = {
            "few reports": len(np.unique(rows["piece"])) < FEW_PIECES,
            "few senders": self._people(recent) < min(FEWEST_VOICES, len(np.unique(rows["piece"]))),
            "one batch only": rows["batch"][0] >= 0 and len(np.unique(rows["batch"])) == 1,
            "one day only": not self._is_independent(recent) and len(np.unique(self._days(recent))) < FEWEST_DAYS,
            "young service": self._age < YOUNG_SERVICE_DAYS,
            "bare mentions": not self._is_telling(recent),
            "much the same words": (self._same_words(recent).sum(axis=1) > 1).mean() >= COPIED_SHARE,
            "no one problem": not self._has_message(recent),
        }
        return tuple(caveat for caveat, holds in found.items() if holds)

    def _enough_pieces(self, candidate: Candidate) -> bool:
        return len(np.unique(self._index.rows["piece"][candidate.recent])) >= self._search.least

    def _is_praised(self, candidate: Candidate) -> bool:
        """Whether most of what was said there in the window praises: what some of it complains of is no alarm."""
        rows = self._index.rows
        praise = np.flatnonzero(rows["praise"] & (self._search.ages < candidate.window))
        there = praise[candidate.region.depth(self._index.smooth[praise]) >= 0]
        return len(np.unique(rows["piece"][there])) > len(np.unique(rows["piece"][candidate.recent]))

    def _is_beside_what_is_told(self, candidate: Candidate) -> bool:
        """Whether most was added to what has been signalled: what else is said of a problem is no other one."""
        pieces, explained, recent = self._index.rows["piece"], self._search.explained, candidate.recent
        added = ~explained[recent] & np.isin(pieces[recent], pieces[explained])
        return 2 * int(np.count_nonzero(added)) > len(recent)

    def _may_be_certain(self, candidate: Candidate) -> bool:
        settled = self._age >= FIRST_WEEK_DAYS
        recent = candidate.recent
        return settled and self._is_independent(recent) and self._is_telling(recent) and self._has_message(recent)

    def _has_message(self, rows: Indices) -> bool:
        """Whether two in five of the pieces say nearly what one of them says: others share a subject alone."""
        said = np.array([self._observations[row].vector for row in rows])
        pieces = self._index.rows["piece"][rows]
        asked = max(FEWEST_OF_MESSAGE, MESSAGE_SHARE * len(np.unique(pieces)))
        return any(len(np.unique(pieces[near])) >= asked for near in said @ said.T >= SAME_MESSAGE_SIMILARITY)

    def _is_telling(self, rows: Indices) -> bool:
        """Whether most pieces say what is wrong, or were sent by people themselves, who need not be asked first."""
        index = self._index.rows
        telling = rows[index["telling"][rows] | index["live"][rows]]
        return 2 * len(np.unique(index["piece"][telling])) > len(np.unique(index["piece"][rows]))

    def _is_independent(self, rows: Indices) -> bool:
        """Whether these are neither one day's forms nor the same words or the same sender again and again."""
        index = self._index.rows
        live = rows[index["live"][rows]]
        known = live[index["sender"][live] != index["piece"][live]]
        several_channels = len(np.unique(index["channel"][known])) > 1
        by_channels = several_channels and self._people(known) >= FEWEST_SENDERS_BY_SEVERAL_CHANNELS
        days = self._days(rows)
        several_days = len(np.unique(days)) >= FEWEST_DAYS
        enough = several_days or by_channels or self._people(live) >= FEWEST_SENDERS
        repeated = np.tril(self._same_words(rows) & (days[:, None] == days), -1).any(axis=1)
        return enough and min(int(np.count_nonzero(~repeated)), self._people(rows)) >= FEWEST_VOICES

    def _people(self, rows: Indices) -> int:
        """How many people sent these, as far as that is known: a person of two days is two.

        Addresses and browsers are invented at no cost, so those of one day and one network are one person's.
        """
        known = self._index.rows[rows][self._index.rows["sender"][rows] >= 0]
        return min(len(np.unique(known["sender"])), len(np.unique(known["network"])))

    def _days(self, rows: Indices) -> FloatArray:
        """The day on which each of these was said; a day ends when the night does."""
        return np.asarray((self._index.rows["at"][rows] - NIGHT_ENDS_HOUR) // 24)

    def _same_words(self, rows: Indices) -> Mask:
        plain = self._index.plain[rows]
        return np.asarray(plain @ plain.T >= SAME_WORDS_SIMILARITY)
