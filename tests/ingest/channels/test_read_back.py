"""Each piece says how it was read, so that a wrong reading can be seen."""

from litestar import Litestar
from litestar.testing import TestClient

CALL = """WEBVTT

00:00:01.000 --> 00:00:03.000
Agent: How can I help?

no time here

00:00:04.000 --> 00:00:08.000
Caller: The lift never works.
"""


def test_staff_see_how_a_call_was_read_and_what_was_left_out(
    client: TestClient[Litestar], admin: dict[str, str], blue_badge: str
) -> None:
    headers = {**admin, "content-type": "text/vtt"}
    sent = client.post(f"/v1/channels/calls/webvtt?service={blue_badge}", content=CALL, headers=headers)
    identity = sent.json()["items"][0]["id"]
    piece = client.get(f"/v1/feedback/{identity}", headers=admin).json()
    left_out = "line 6: a block without a time, read with the one before"
    assert piece["read_as"] == {"format": "calls/webvtt", "left out": left_out}
    page = client.get(f"/dashboard/feedback/{identity}", headers=admin).text
    assert "How it was read" in page and "line 6: a block without a time" in page
