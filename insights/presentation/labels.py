"""What people read in place of each stored value: one table an enumeration."""

from collections.abc import Mapping

from feedback.i18n import N_, TranslatedLabels
from feedback.record.states import (
    AlertState,
    ChannelName,
    DeliveryOutcome,
    DigestRhythm,
    FeedbackStage,
    IssueStatus,
    OutcomeVerdict,
    SignalKind,
    SignalTier,
    SubscriptionKind,
    SubscriptionState,
    Tone,
    Trend,
    UploadStage,
)
from insights.presentation.words.language_names import LanguageNames

BY_CHANNEL: Mapping[str, str] = TranslatedLabels(
    {
        ChannelName.WEB: N_("on the website"),
        ChannelName.SMS: N_("by text message"),
        ChannelName.CALL: N_("by phone"),
        ChannelName.EMAIL: N_("by e-mail"),
        ChannelName.IMPORT: N_("in imported files"),
    }
)
"""How feedback came in, as a part of a sentence."""
ONE_SAID: Mapping[str, str] = TranslatedLabels(
    {
        ChannelName.WEB: N_("One person wrote:"),
        ChannelName.SMS: N_("One person wrote:"),
        ChannelName.CALL: N_("One caller said:"),
        ChannelName.EMAIL: N_("One person wrote:"),
        ChannelName.IMPORT: N_("One person said:"),
    }
)
"""What stands before one person's words, by how they came in."""
TIMES: Mapping[int, str] = TranslatedLabels(
    {
        2: N_("twice"),
        3: N_("three times"),
        4: N_("four times"),
        5: N_("five times"),
        6: N_("six times"),
        7: N_("seven times"),
        8: N_("eight times"),
        9: N_("nine times"),
        10: N_("ten times"),
    }
)
CHANNELS: Mapping[str, str] = TranslatedLabels(
    {
        ChannelName.WEB: N_("website"),
        ChannelName.SMS: N_("text message"),
        ChannelName.CALL: N_("phone"),
        ChannelName.EMAIL: N_("e-mail"),
        ChannelName.IMPORT: N_("file"),
    }
)
LANGUAGES: Mapping[str, str] = LanguageNames()
"""By their codes in ISO 639-1."""

FEEDBACK_STAGES: Mapping[str, str] = TranslatedLabels(
    {
        FeedbackStage.CLEAN: N_("Waiting to be read"),
        FeedbackStage.GROUP: N_("Waiting to be grouped"),
        FeedbackStage.DONE: N_("Read"),
        FeedbackStage.SET_ASIDE: N_("Set aside"),
        FeedbackStage.WITHDRAWN: N_("Taken back"),
        FeedbackStage.EXPIRED: N_("Kept no longer"),
        FeedbackStage.HANDED_OVER: N_("Handed over to another service"),
    }
)
UPLOAD_STAGES: Mapping[str, str] = TranslatedLabels(
    {
        UploadStage.DRAFT: N_("To be confirmed"),
        UploadStage.TAKE_IN: N_("Being taken in"),
        UploadStage.DONE: N_("Taken in"),
        UploadStage.TAKE_BACK: N_("Being undone"),
        UploadStage.TAKEN_BACK: N_("Undone"),
        UploadStage.SET_ASIDE: N_("Set aside"),
    }
)
FEEDBACK_VERDICTS: Mapping[str, str] = TranslatedLabels(
    {
        "spam": N_("Spam"),
        "abuse": N_("Abusive"),
        "duplicate": N_("Duplicate"),
        "campaign": N_("Campaign"),
        "repeat": N_("Repeated"),
        "counted": N_("Counted by staff"),
        "set_aside": N_("Set aside by staff"),
    }
)
FEEDBACK_PARTS: Mapping[str, str] = TranslatedLabels(
    {"": N_("All feedback"), "urgent": N_("Urgent"), "uncounted": N_("What does not count")}
)
"""Parts of the feedback, as `insights.issues.queries.feedback.PARTS` tells them apart."""

TRENDS: Mapping[str, str] = TranslatedLabels(
    {
        Trend.NEW: N_("New"),
        Trend.EMERGING: N_("Rising"),
        Trend.STEADY: N_("Steady"),
        Trend.FADING: N_("Falling"),
    }
)
TONES: Mapping[str, str] = TranslatedLabels(
    {Tone.ISSUE: N_("Issues"), Tone.PRAISE: N_("Praise"), Tone.FILLER: N_("Nothing to act on")}
)
DELIVERY_OUTCOMES: Mapping[str, str] = TranslatedLabels(
    {
        DeliveryOutcome.DELIVERED: N_("Delivered"),
        DeliveryOutcome.FAILED: N_("Failed"),
        DeliveryOutcome.GONE: N_("No longer wanted there"),
    }
)
ISSUE_STATUSES: Mapping[str, str] = TranslatedLabels(
    {
        IssueStatus.OPEN: N_("Open"),
        IssueStatus.ACKNOWLEDGED: N_("Acknowledged"),
        IssueStatus.IN_PROGRESS: N_("In progress"),
        IssueStatus.RESOLVED: N_("Resolved"),
        IssueStatus.ARCHIVED: N_("Archived"),
    }
)
OUTCOME_VERDICTS: Mapping[str, str] = TranslatedLabels(
    {
        OutcomeVerdict.WORKED: N_("Worked"),
        OutcomeVerdict.NO_EFFECT: N_("Did not work"),
        OutcomeVerdict.WORSE: N_("Became worse"),
        OutcomeVerdict.TOO_EARLY: N_("Too early to tell"),
    }
)
THEME_EVENTS: Mapping[str, str] = TranslatedLabels(
    {
        "began": N_("First heard of"),
        "joined": N_("An issue joined"),
        "left": N_("An issue left"),
        "signal": N_("Stood out beyond chance"),
        "signal ended": N_("Back to what is usual"),
        "ended": N_("No longer heard of"),
    }
)

SIGNAL_KINDS: Mapping[str, str] = TranslatedLabels(
    {
        SignalKind.NEW: N_("New problem"),
        SignalKind.SURGE: N_("More reports than usual"),
        SignalKind.REGRESSION: N_("Back again"),
    }
)
SIGNAL_TIERS: Mapping[str, str] = TranslatedLabels(
    {
        SignalTier.SIGNAL: N_("Noticed"),
        SignalTier.WATCH: N_("Watched"),
        SignalTier.GOOD_NEWS: N_("Good news"),
    }
)
SIGHTS: Mapping[str, str] = TranslatedLabels(
    {"blind": N_("Too little is said to tell"), "learning": N_("Young: watched with caution")}
)
"""How well a service can be watched, where it is not well enough."""
CAVEATS: Mapping[str, str] = TranslatedLabels(
    {
        "few reports": N_("there are few reports, so a few more or fewer would change the picture."),
        "few senders": N_("one or two people sent all of them, as far as we can tell."),
        "one channel only": N_("all of them came by one channel, so that channel may be the cause."),
        "one batch only": N_("all of them were entered at one time: old comments under a new date look the same."),
        "one day only": N_("all of them are from one day, so it may not last."),
        "young service": N_("this service is too new here to know what is normal."),
        "bare mentions": N_("most of these reports name a subject but no fault."),
        "much the same words": N_(
            "many reports are worded almost alike, so some may be copies or come from one person."
        ),
        "no one problem": N_("these reports are about one subject, but most say different things of it."),
    }
)
"""Why to be cautious about a signal: what follows a colon."""
CHECKS: Mapping[str, str] = TranslatedLabels(
    {
        "few reports": N_("Read them all."),
        "few senders": N_("See whether anybody else says so."),
        "one channel only": N_("Check that channel first."),
        "one batch only": N_("Ask whoever entered them whether their dates are right."),
        "one day only": N_("See whether more come."),
        "young service": N_("Compare it with what your team knows."),
        "bare mentions": N_("Read some before you act."),
        "much the same words": N_("Read them first."),
        "no one problem": N_("Read them: there may be several small problems, or none."),
    }
)
"""What to do about each of these."""

REACHES: Mapping[str, str] = {
    "told": N_("%(name)s is told by e-mail."),
    "wants_none": N_("%(name)s then sees it here, but wants no e-mail: tell %(name)s yourself."),
    "no_mail": N_("%(name)s then sees it here. Tell %(name)s yourself: e-mail is not set up."),
    "stranger": N_("%(name)s has no account here, so gets no e-mail: tell %(name)s yourself."),
}
"""Whether somebody is told that they see to an issue (`Reach` of `insights.alerts.delivery.assignments`)."""
REACHED: Mapping[str, str] = {
    "told": N_("%(name)s is told by e-mail."),
    "wants_none": N_("%(name)s wants no e-mail: tell %(name)s yourself."),
    "no_mail": N_("Tell %(name)s yourself: e-mail is not set up."),
    "stranger": N_("%(name)s got no e-mail, having no account here: tell %(name)s yourself."),
}
"""The same of somebody who has it already."""

ALERT_KINDS: Mapping[str, str] = TranslatedLabels(
    {
        **SIGNAL_KINDS,
        "urgent": N_("Urgent"),
        "update": N_("Growing further"),
        "ended": N_("Over"),
        "good_news": N_("Good news"),
        "silent": N_("A channel that falls silent"),
    }
)
ALERT_STATES: Mapping[str, str] = TranslatedLabels(
    {
        AlertState.WAITING: N_("On its way"),
        AlertState.SENT: N_("Sent"),
        AlertState.FAILED: N_("Could not be sent"),
        AlertState.DROPPED: N_("Dropped"),
        AlertState.TOLD: N_("On the service's stream and feed"),
    }
)
SUBSCRIPTION_KINDS: Mapping[str, str] = TranslatedLabels(
    {
        SubscriptionKind.EMAIL: N_("E-mail"),
        SubscriptionKind.WEBHOOK: N_("Webhook"),
        SubscriptionKind.CHAT: N_("Chat tool"),
    }
)
SUBSCRIPTION_STATES: Mapping[str, str] = TranslatedLabels(
    {
        SubscriptionState.ACTIVE: N_("Active"),
        SubscriptionState.MUTED: N_("Muted"),
        SubscriptionState.DISABLED: N_("Switched off after five days of failures"),
        SubscriptionState.ENDED: N_("Ended by whoever got it"),
    }
)
DIGEST_RHYTHMS: Mapping[str, str] = TranslatedLabels(
    {
        DigestRhythm.AT_ONCE: N_("At once"),
        DigestRhythm.DAILY: N_("In one message a day, at 8:00"),
        DigestRhythm.WEEKLY: N_("In one message a week, on Mondays at 8:00"),
    }
)
ROLES: Mapping[str, str] = TranslatedLabels(
    {"reader": N_("Reader"), "editor": N_("Editor"), "owner": N_("Owner"), "admin": N_("Admin")}
)
