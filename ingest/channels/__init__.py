"""One file a format: verify who calls, read what came, return `Arrival`s. `CHANNELS` is the table of them all."""

from typing import Final

from ingest.channels import notify, twilio, vonage
from ingest.channels.contract import Channel

CHANNELS: Final[dict[str, Channel]] = {
    "sms/notify": notify.CHANNEL,
    "sms/twilio": twilio.CHANNEL,
    "sms/vonage": vonage.CHANNEL,
}
"""By the end of the address, `/v1/channels/...`."""
