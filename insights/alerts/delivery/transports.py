"""The ways that an alert can go. Timing and outcome are seen to here, once for all of them."""

import time
from collections.abc import Callable, Mapping

import structlog

from feedback.record.settings import Settings
from insights.alerts import payload
from insights.alerts.delivery import chat, mail, message, webhook
from insights.alerts.delivery.attempts import Outcome
from insights.alerts.delivery.envelope import Parcel
from insights.egress.client import Answer, Egress, Refused
from insights.egress.wire import Unreachable

log = structlog.get_logger()


class Ways:
    """One a process."""

    def __init__(self, settings: Settings, egress: Egress | None = None) -> None:
        self._settings = settings
        self._egress = egress or Egress(settings)
        self._ways: Mapping[str, Callable[[Parcel], Answer]] = {
            "webhook": self._webhook,
            "email": self._email,
            "chat": self._chat,
        }

    def send(self, parcel: Parcel) -> Outcome:
        """Never raises: whatever goes wrong is this attempt's outcome, and no other's."""
        begun = time.monotonic()
        try:
            answer = self._ways[parcel.kind](parcel)
        except (Refused, Unreachable) as error:
            return Outcome("failed", time.monotonic() - begun, reason=str(error))
        except Exception as error:
            log.warning("delivery failed", kind=parcel.kind, error=type(error).__name__)
            return Outcome("failed", time.monotonic() - begun, reason=type(error).__name__)
        return _judged(answer, time.monotonic() - begun)

    def _webhook(self, parcel: Parcel) -> Answer:
        body = payload.packed(parcel.bodies[0])
        return webhook.send(self._egress, parcel.to, parcel.keys, parcel.alert_ids[0], body)

    def _email(self, parcel: Parcel) -> Answer:
        footer = [f"Unsubscribe: {parcel.unsubscribe}"] if parcel.unsubscribe else []
        made = mail.compose(
            self._settings,
            parcel.to,
            parcel.alert_ids[0],
            message.subject(parcel.notes),
            message.plain(parcel.notes, footer),
            message.html(parcel.notes, parcel.unsubscribe),
            parcel.headers,
        )
        return mail.send(self._settings, made)

    def _chat(self, parcel: Parcel) -> Answer:
        return chat.send(self._egress, parcel.to, message.subject(parcel.notes), message.plain(parcel.notes))


def _judged(answer: Answer, seconds: float) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome("delivered", seconds, answer.status, None, answer.text)
    outcome = "gone" if answer.status == 410 else "failed"
    return Outcome(outcome, seconds, answer.status, f"answered {answer.status}", answer.text, answer.retry_after)
