"""One file a format: verify who calls, read what came, return `Arrival`s. `CHANNELS` is the table of them all."""

from typing import Final

from ingest.channels import (
    contact_lens,
    mail,
    notify,
    open311,
    srt,
    text,
    transcribe,
    twilio,
    vcon,
    vonage,
    webvtt,
    whisper,
)
from ingest.channels.contract import Channel

CHANNELS: Final[dict[str, Channel]] = {
    "calls/contact-lens": contact_lens.CHANNEL,
    "calls/srt": srt.CHANNEL,
    "calls/text": text.CHANNEL,
    "calls/transcribe": transcribe.CHANNEL,
    "calls/vcon": vcon.CHANNEL,
    "calls/webvtt": webvtt.CHANNEL,
    "calls/whisper": whisper.CHANNEL,
    "email": mail.CHANNEL,
    "open311": open311.CHANNEL,
    "sms/notify": notify.CHANNEL,
    "sms/twilio": twilio.CHANNEL,
    "sms/vonage": vonage.CHANNEL,
}
"""By the end of the address, `/v1/channels/...`; Open311 has an address of its own."""
