"""A column that says how each row came is written in whatever words an office has for it."""

import pytest

from ingest.channels.channel_words import channel_of


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("Web form", "web"),
        ("ONLINE", "web"),
        ("Form", "web"),
        ("Phone call", "call"),
        ("E-mail", "email"),
        ("Text message (SMS)", "sms"),
        ("Paper form", "import"),
        ("Face-to-face", "import"),
        ("By post", "import"),
        ("web", "web"),
        ("import", "import"),
    ],
)
def test_a_usual_way_to_write_a_channel_is_read(written: str, channel: str) -> None:
    assert channel_of(written) == channel


@pytest.mark.parametrize("written", ["", "12", "Carrier pigeon", "Phone or e-mail", "I could not get through by phone"])
def test_what_names_no_channel_or_several_or_is_a_sentence_is_not(written: str) -> None:
    assert channel_of(written) is None
