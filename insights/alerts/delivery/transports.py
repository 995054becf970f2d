"""The transports that an alert can take: webhook, e-mail, chat. Timing and result are seen to once for all of them."""

import time
from collections.abc import Callable, Mapping

import structlog

from feedback.i18n import _, speaking
from feedback.record.settings import Settings
from feedback.record.states import DeliveryOutcome, SubscriptionKind
from insights.alerts import payload
from insights.alerts.delivery import chat, mail, message, webhook
from insights.alerts.delivery.attempts import AttemptResult
from insights.alerts.delivery.envelope import Envelope
from insights.egress.client import Egress, ReceiverReply, Refused
from insights.egress.wire import Unreachable

log = structlog.get_logger()

UNREADABLE = "no key of keys opens its address; was FEEDBACK_SECRET_KEY changed without keeping the old one?"


class Transports:
    """Sends envelopes by the transport of their subscription. There is one of it in a process."""

    def __init__(self, settings: Settings, egress: Egress | None = None) -> None:
        self._settings = settings
        self._egress = egress or Egress(settings)
        self._send_by: Mapping[str, Callable[[Envelope], ReceiverReply]] = {
            SubscriptionKind.WEBHOOK: self._webhook,
            SubscriptionKind.EMAIL: self._email,
            SubscriptionKind.CHAT: self._chat,
        }

    def send(self, envelope: Envelope) -> AttemptResult:
        """Makes one attempt. It never raises: whatever goes wrong is the result of this attempt."""
        begun = time.monotonic()
        if not envelope.to:
            return AttemptResult(DeliveryOutcome.FAILED, 0.0, reason=UNREADABLE)
        try:
            with speaking(envelope.language):
                reply = self._send_by[envelope.kind](envelope)
        except (Refused, Unreachable) as error:
            return AttemptResult(DeliveryOutcome.FAILED, time.monotonic() - begun, reason=str(error))
        except Exception as error:
            log.warning("delivery failed", kind=envelope.kind, error=type(error).__name__)
            return AttemptResult(DeliveryOutcome.FAILED, time.monotonic() - begun, reason=type(error).__name__)
        return _result(reply, time.monotonic() - begun)

    def _webhook(self, envelope: Envelope) -> ReceiverReply:
        body = payload.encode(envelope.events[0])
        return webhook.send(self._egress, envelope.to, envelope.keys, envelope.alert_ids[0], body)

    def _email(self, envelope: Envelope) -> ReceiverReply:
        why, says = _("You get this because somebody subscribed this address to it."), _("Unsubscribe")
        footer = message.Footer(why, says, envelope.unsubscribe) if envelope.unsubscribe else None
        made = mail.compose(
            self._settings,
            envelope.to,
            envelope.alert_ids[0],
            message.subject(envelope.texts),
            message.plain(envelope.texts, footer),
            message.html(envelope.texts, footer),
            envelope.headers,
        )
        return mail.send(self._settings, made)

    def _chat(self, envelope: Envelope) -> ReceiverReply:
        texts, links = envelope.texts, [text.link for text in envelope.texts]
        return chat.send(self._egress, envelope.to, message.subject(texts), message.plain(texts), links)


def _result(reply: ReceiverReply, seconds: float) -> AttemptResult:
    if 200 <= reply.status < 300:
        return AttemptResult(DeliveryOutcome.DELIVERED, seconds, reply.status, None, reply.text)
    outcome = DeliveryOutcome.GONE if reply.status == 410 else DeliveryOutcome.FAILED
    return AttemptResult(outcome, seconds, reply.status, f"answered {reply.status}", reply.text, reply.retry_after)
