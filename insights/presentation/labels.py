"""What people read in place of each stored value: one table an enumeration."""

from collections.abc import Mapping

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

BY_CHANNEL: Mapping[str, str] = {
    ChannelName.WEB: "on the website",
    ChannelName.SMS: "by text message",
    ChannelName.CALL: "by phone",
    ChannelName.EMAIL: "by e-mail",
    ChannelName.IMPORT: "from files",
}
"""How feedback came in, as a part of a sentence."""
TIMES: Mapping[int, str] = {
    2: "twice",
    3: "three times",
    4: "four times",
    5: "five times",
    6: "six times",
    7: "seven times",
    8: "eight times",
    9: "nine times",
    10: "ten times",
}
CHANNELS: Mapping[str, str] = {
    ChannelName.WEB: "website",
    ChannelName.SMS: "text message",
    ChannelName.CALL: "phone",
    ChannelName.EMAIL: "e-mail",
    ChannelName.IMPORT: "file",
}
LANGUAGES: Mapping[str, str] = {
    "sq": "Albanian",
    "ar": "Arabic",
    "bn": "Bengali",
    "bg": "Bulgarian",
    "zh": "Chinese",
    "en": "English",
    "fr": "French",
    "de": "German",
    "el": "Greek",
    "gu": "Gujarati",
    "hi": "Hindi",
    "hu": "Hungarian",
    "ga": "Irish",
    "it": "Italian",
    "lv": "Latvian",
    "lt": "Lithuanian",
    "fa": "Persian",
    "pl": "Polish",
    "pt": "Portuguese",
    "pa": "Punjabi",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "so": "Somali",
    "es": "Spanish",
    "ta": "Tamil",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "cy": "Welsh",
    "yo": "Yoruba",
    "unknown": "Other",
}
"""By their codes in ISO 639-1."""

FEEDBACK_STAGES: Mapping[str, str] = {
    FeedbackStage.CLEAN: "Waiting to be read",
    FeedbackStage.GROUP: "Waiting to be grouped",
    FeedbackStage.DONE: "Read",
    FeedbackStage.SET_ASIDE: "Set aside",
    FeedbackStage.WITHDRAWN: "Taken back",
    FeedbackStage.EXPIRED: "Kept no longer",
}
UPLOAD_STAGES: Mapping[str, str] = {
    UploadStage.DRAFT: "To be confirmed",
    UploadStage.TAKE_IN: "Being taken in",
    UploadStage.DONE: "Taken in",
    UploadStage.TAKE_BACK: "Being undone",
    UploadStage.TAKEN_BACK: "Undone",
    UploadStage.SET_ASIDE: "Set aside",
}
FEEDBACK_VERDICTS: Mapping[str, str] = {
    "spam": "Spam",
    "abuse": "Abusive",
    "duplicate": "Duplicate",
    "campaign": "Campaign",
    "repeat": "Repeated",
    "counted": "Counted by staff",
    "set_aside": "Set aside by staff",
}
FEEDBACK_PARTS: Mapping[str, str] = {"": "All feedback", "urgent": "Urgent", "uncounted": "What does not count"}
"""Parts of the feedback, as `insights.issues.queries.feedback.PARTS` tells them apart."""

TRENDS: Mapping[str, str] = {
    Trend.NEW: "New",
    Trend.EMERGING: "Emerging",
    Trend.STEADY: "Steady",
    Trend.FADING: "Fading",
}
TONES: Mapping[str, str] = {Tone.ISSUE: "Issues", Tone.PRAISE: "Praise", Tone.FILLER: "Nothing to act on"}
ISSUE_STATUSES: Mapping[str, str] = {
    IssueStatus.OPEN: "Open",
    IssueStatus.ACKNOWLEDGED: "Acknowledged",
    IssueStatus.IN_PROGRESS: "In progress",
    IssueStatus.RESOLVED: "Resolved",
    IssueStatus.ARCHIVED: "Archived",
}
OUTCOME_VERDICTS: Mapping[str, str] = {
    OutcomeVerdict.WORKED: "Worked",
    OutcomeVerdict.NO_EFFECT: "Did not work",
    OutcomeVerdict.WORSE: "Became worse",
    OutcomeVerdict.TOO_EARLY: "Too early to tell",
}
THEME_EVENTS: Mapping[str, str] = {
    "began": "First heard of",
    "joined": "An issue joined",
    "left": "An issue left",
    "signal": "Stood out beyond chance",
    "signal ended": "Back to what is usual",
    "ended": "No longer heard of",
}

SIGNAL_KINDS: Mapping[str, str] = {
    SignalKind.NEW: "New",
    SignalKind.SURGE: "More than usual",
    SignalKind.REGRESSION: "Back again",
}
SIGHTS: Mapping[str, str] = {"blind": "Too little is said to tell", "learning": "Young: watched with caution"}
"""How well a service can be watched, where it is not well enough."""
CAVEATS: Mapping[str, str] = {
    "few reports": "it rests on few reports",
    "one channel only": "all of it came by one channel",
    "one batch only": "all of it was entered in one go",
    "one day only": "all of it is of one day",
    "young service": "the service is too young to be sure of what is usual",
    "much the same words": "many of the reports are in much the same words",
}
"""Why a signal may be none."""

ALERT_KINDS: Mapping[str, str] = {
    **SIGNAL_KINDS,
    "urgent": "Urgent",
    "update": "Growing further",
    "ended": "Over",
}
ALERT_STATES: Mapping[str, str] = {
    AlertState.WAITING: "On its way",
    AlertState.SENT: "Sent",
    AlertState.FAILED: "Could not be sent",
    AlertState.DROPPED: "Dropped",
    AlertState.TOLD: "On the service's stream and feed",
}
SUBSCRIPTION_KINDS: Mapping[str, str] = {
    SubscriptionKind.EMAIL: "E-mail",
    SubscriptionKind.WEBHOOK: "Webhook",
    SubscriptionKind.CHAT: "Chat tool",
}
SUBSCRIPTION_STATES: Mapping[str, str] = {
    SubscriptionState.ACTIVE: "Active",
    SubscriptionState.MUTED: "Muted",
    SubscriptionState.DISABLED: "Switched off after five days of failures",
    SubscriptionState.ENDED: "Ended by whoever got it",
}
DIGEST_RHYTHMS: Mapping[str, str] = {
    DigestRhythm.AT_ONCE: "At once",
    DigestRhythm.DAILY: "In one message a day, at 8:00",
    DigestRhythm.WEEKLY: "In one message a week, on Mondays at 8:00",
}
