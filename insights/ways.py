"""The ways that an alert can go; timing and outcome are done here once for all of them."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from feedback.record.settings import Settings
from insights import message, webhook
from insights.delivery import Outcome
from insights.egress import Answer, Egress, Refused
from insights.subscriptions import Sealed
from insights.wire import Unreachable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message: to whom, and what it says. `alert_ids`: the alerts in it, whose `bodies` come in the same order."""

    subscription_id: uuid.UUID
    kind: str
    to: Sealed
    alert_ids: Sequence[uuid.UUID]
    bodies: Sequence[dict[str, Any]]


class Ways:
    """One a process."""

    def __init__(self, settings: Settings, egress: Egress | None = None) -> None:
        self._egress = egress or Egress(settings)

    def send(self, parcel: Parcel) -> Outcome:
        """Never raises: whatever goes wrong is this attempt's outcome, and no other's."""
        begun = time.monotonic()
        try:
            answer = self._send(parcel)
        except (Refused, Unreachable) as error:
            return Outcome("failed", time.monotonic() - begun, reason=str(error))
        except Exception as error:
            log.warning("delivery failed", kind=parcel.kind, error=type(error).__name__)
            return Outcome("failed", time.monotonic() - begun, reason=type(error).__name__)
        return _judged(answer, time.monotonic() - begun)

    def _send(self, parcel: Parcel) -> Answer:
        [body] = parcel.bodies
        return webhook.send(self._egress, parcel.to, parcel.alert_ids[0], message.packed(body))


def _judged(answer: Answer, seconds: float) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome("delivered", seconds, answer.status, None, answer.text)
    outcome = "gone" if answer.status == 410 else "failed"
    return Outcome(outcome, seconds, answer.status, f"answered {answer.status}", answer.text, answer.retry_after)
