"""A detector's state as another worker left it: it goes on exactly where that one stopped."""

from collections.abc import Iterable
from dataclasses import replace

from feedback.record.models import Signal
from insights.detection import detector
from insights.detection.serialization import remembered


def thaw(state: detector.State, stored: bytes | None, standing: Iterable[Signal]) -> detector.State:
    """What people ended is forgotten; what stands and was never remembered goes on by its issue's reports alone."""
    kept = remembered(stored)
    by_issue: dict[tuple[str, str], detector.Active] = {(active.issue, active.tier): active for active in kept.active}
    active = [by_issue.get((str(signal.issue_id), signal.tier)) or _by_itself(signal) for signal in standing]
    return replace(state, active=tuple(active), calibration=kept.calibration, habits=kept.habits)


def _by_itself(signal: Signal) -> detector.Active:
    usual = signal.expected / signal.window_hours
    tier: detector.Tier = "watch" if signal.tier == "watch" else "signal"
    return detector.Active(str(signal.issue_id), signal.since, signal.last_report_at, usual=usual, tier=tier)
