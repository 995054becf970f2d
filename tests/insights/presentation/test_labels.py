import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest
from lingua import Language

from feedback.i18n import speaking
from feedback.record.access import Role
from feedback.record.states import (
    AlertState,
    ChannelName,
    DigestRhythm,
    FeedbackStage,
    IssueStatus,
    OutcomeVerdict,
    SignalKind,
    SubscriptionKind,
    SubscriptionState,
    Tone,
    Trend,
    UploadStage,
)
from insights.issues.filters import PARTS
from insights.presentation import labels
from insights.presentation.words import audit_words
from nlp.clean.language import KNOWN, UNKNOWN


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (labels.ALERT_STATES, AlertState),
        (labels.BY_CHANNEL, ChannelName),
        (labels.CHANNELS, ChannelName),
        (labels.DIGEST_RHYTHMS, DigestRhythm),
        (labels.UPLOAD_STAGES, UploadStage),
        (labels.FEEDBACK_STAGES, FeedbackStage),
        (labels.ISSUE_STATUSES, IssueStatus),
        (labels.OUTCOME_VERDICTS, OutcomeVerdict),
        (labels.SIGNAL_KINDS, SignalKind),
        (labels.SUBSCRIPTION_KINDS, SubscriptionKind),
        (labels.SUBSCRIPTION_STATES, SubscriptionState),
        (labels.TONES, Tone),
        (labels.TRENDS, Trend),
    ],
)
def test_every_member_has_a_label_and_no_label_is_left_over(table: Mapping[str, str], members: type[StrEnum]) -> None:
    assert set(table) == set(members)


def test_every_part_of_the_feedback_has_a_label() -> None:
    assert set(labels.FEEDBACK_PARTS) == {"", *PARTS}


def test_every_language_that_is_told_apart_has_a_name() -> None:
    assert set(labels.LANGUAGES) == {*(getattr(Language, name).iso_code_639_1.name.lower() for name in KNOWN), UNKNOWN}


def test_whatever_the_audit_tells_of_has_a_name() -> None:
    code = " ".join(file.read_text() for room in ("feedback", "insights") for file in Path(room).rglob("*.py"))
    kinds = set(re.findall(r'note\([^)]*?f"([a-z-]+):\{', code))
    assert {"hand-over", "view", "person"} <= kinds <= audit_words.AUDITED_THINGS.keys()


def test_every_role_has_a_name_in_both_languages() -> None:
    assert list(labels.ROLES) == [role.name for role in Role]
    with speaking("cy"):
        assert labels.ROLES["reader"] == "Darllenydd"


def test_what_the_audit_tells_more_of_is_written_for_people() -> None:
    assert audit_words.detail({"cy": "Cyngor", "off": False, "to": ["a", "b"]}) == "cy: Cyngor, off: no, to: a, b"
