"""One file a format: verify who calls, read what came, return `Arrival`s. `CHANNELS` is the table of them all."""

from typing import Final

from ingest.channels.calls import contact_lens, srt, text, transcribe, vcon, webvtt, whisper
from ingest.channels.contract import Channel
from ingest.channels.email import message
from ingest.channels.open311 import service_request
from ingest.channels.sms import notify, twilio, vonage

CHANNELS: Final[dict[str, Channel]] = {
    "calls/contact-lens": contact_lens.CHANNEL,
    "calls/srt": srt.CHANNEL,
    "calls/text": text.CHANNEL,
    "calls/transcribe": transcribe.CHANNEL,
    "calls/vcon": vcon.CHANNEL,
    "calls/webvtt": webvtt.CHANNEL,
    "calls/whisper": whisper.CHANNEL,
    "email": message.CHANNEL,
    "open311": service_request.CHANNEL,
    "sms/notify": notify.CHANNEL,
    "sms/twilio": twilio.CHANNEL,
    "sms/vonage": vonage.CHANNEL,
}
"""By the end of the address, `/v1/channels/...`; Open311 has an address of its own."""
