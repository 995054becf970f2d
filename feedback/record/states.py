"""Every stage, status, kind and channel that is stored: one enumeration a meaning, in the words of the store.

Models, queries, schemas and pages name these members and no bare words, so that a misspelt one fails a type check.
`nlp`, which is pure and knows no store, names its own kinds in the same words; a test holds the two together.
"""

from enum import StrEnum


class ChannelName(StrEnum):
    """How feedback came in."""

    WEB = "web"
    SMS = "sms"
    CALL = "call"
    EMAIL = "email"
    IMPORT = "import"


class FeedbackStage(StrEnum):
    """Where a piece of feedback is on its way: cleaned, then grouped; the rest are end states."""

    CLEAN = "clean"
    GROUP = "group"
    DONE = "done"
    SET_ASIDE = "set_aside"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    HANDED_OVER = "handed_over"


class WorkStage(StrEnum):
    """Whether work for a service, for all services or for a subscription can be claimed."""

    OPEN = "open"
    SET_ASIDE = "set_aside"


class UploadStage(StrEnum):
    """Where a file that somebody brought is: its columns are confirmed, it is taken in, or taken back as a whole."""

    DRAFT = "draft"
    TAKE_IN = "take_in"
    DONE = "done"
    TAKE_BACK = "take_back"
    TAKEN_BACK = "taken_back"
    SET_ASIDE = "set_aside"


class UploadPartKind(StrEnum):
    """What is kept of a file that somebody brought: the file, and then the rows that were not taken."""

    FILE = "file"
    REFUSED = "refused"


class ContactStage(StrEnum):
    """What becomes of a way to reach a citizen: offered until they agree, kept, waiting to be written to."""

    OFFERED = "offered"
    KEPT = "kept"
    WAITING = "waiting"
    SET_ASIDE = "set_aside"


class WorkKind(StrEnum):
    """What is done for a whole service, or for all of them together (themes)."""

    REFIT = "refit"
    NOTICE = "notice"
    DRIFT = "drift"
    BACKTEST = "backtest"
    TRY_TOLERANCES = "try_tolerances"
    EMBED = "embed"
    INDEX = "index"
    TELL_ASSIGNED = "tell_assigned"
    THEMES = "themes"


class StatementKind(StrEnum):
    """What a statement does; the first four may count towards a signal."""

    PROBLEM = "problem"
    REQUEST = "request"
    SUGGESTION = "suggestion"
    QUESTION = "question"
    PRAISE = "praise"
    OTHER = "other"


class Tone(StrEnum):
    """What a group of statements is: an issue; praise, grouped apart; filler, which says nothing to act on."""

    ISSUE = "issue"
    PRAISE = "praise"
    FILLER = "filler"


class Trend(StrEnum):
    """Where an issue is heading, as the machine sets it."""

    NEW = "new"
    EMERGING = "emerging"
    STEADY = "steady"
    FADING = "fading"


class IssueStatus(StrEnum):
    """Where people are with an issue."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    ARCHIVED = "archived"


CLOSED_STATUSES = (IssueStatus.RESOLVED, IssueStatus.ARCHIVED)
"""Nobody needs to see to an issue any more that is in one of these."""


class TitledBy(StrEnum):
    """Whose title an issue bears; a person's is never overwritten, and a statement's only until the next refit."""

    MACHINE = "machine"
    PERSON = "person"
    STATEMENT = "statement"


class SignalKind(StrEnum):
    """What a signal says about its issue."""

    NEW = "new"
    SURGE = "surge"
    REGRESSION = "regression"


class SignalTier(StrEnum):
    """Whether a finding is sure enough to be sent, or is watched: shown, and not sent; or is no problem but praise."""

    SIGNAL = "signal"
    WATCH = "watch"
    GOOD_NEWS = "good_news"


class Scale(StrEnum):
    """Whether something was found to have begun within hours or days, or to have grown over weeks."""

    SUDDEN = "sudden"
    SLOW = "slow"


class RegroupingKind(StrEnum):
    """What a person decided about which statements belong together."""

    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    APART = "apart"


class OutcomeVerdict(StrEnum):
    """What an action did to the rate of its issue."""

    TOO_EARLY = "too_early"
    WORKED = "worked"
    NO_EFFECT = "no_effect"
    WORSE = "worse"


class SubscriptionKind(StrEnum):
    """By which way a subscriber is told."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    CHAT = "chat"


class SubscriptionState(StrEnum):
    """Whether a subscription is served: disabled after days of failures, ended by its receiver."""

    ACTIVE = "active"
    MUTED = "muted"
    DISABLED = "disabled"
    ENDED = "ended"


class DigestRhythm(StrEnum):
    """How often what a subscription hears is sent."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class AlertType(StrEnum):
    """What an alert tells; the names are part of the contract with receivers."""

    NEW = "signal.new"
    SURGE = "signal.surge"
    REGRESSION = "signal.regression"
    UPDATE = "signal.update"
    ENDED = "signal.ended"
    GOOD_NEWS = "praise.surge"
    SILENT = "channel.silent"
    URGENT = "feedback.urgent"
    SUBSCRIPTION_ENDED = "subscription.ended"


class AlertState(StrEnum):
    """What became of an alert; told: it stands on the service's stream and feed alone."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    TOLD = "told"


class DeliveryOutcome(StrEnum):
    """What came of one attempt to send; gone: the receiver wants no more."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"


class ChangeKind(StrEnum):
    """What happened to a service that is marked on its charts."""

    RELEASE = "release"
    OUTAGE = "outage"
    LETTER = "letter"
    HOLIDAY = "holiday"
    PLANNED = "planned_work"
    OTHER = "other"


class CredentialKind(StrEnum):
    """What a secret is: an API key, a sign-in link, a signed-in session, or the address of a feed."""

    KEY = "key"
    LINK = "link"
    SESSION = "session"
    FEED = "feed"


class AddressKind(StrEnum):
    """What brings a message to its service: a telephone number (or a keyword at it), or a mail address."""

    NUMBER = "number"
    MAIL = "mail"


class Nation(StrEnum):
    """The nation whose bank holidays a service keeps."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"
