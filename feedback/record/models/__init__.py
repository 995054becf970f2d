"""The tables of the store, a module for each subject."""

from feedback.record.models.actions import Action, Publication
from feedback.record.models.alerts import Alert, BacktestSignal, Delivery, Quiet, Subscription, ToleranceTrial
from feedback.record.models.audit import Answered, AuditEntry
from feedback.record.models.base import Base, Claimable, new_id
from feedback.record.models.feedback import (
    DIGESTED_ID,
    Contact,
    DayKey,
    Feedback,
    FeedbackTally,
    HandOver,
    HeldRaw,
    Raw,
    UrgencyDismissal,
)
from feedback.record.models.issues import (
    MACHINES,
    Issue,
    IssueEvent,
    IssueTally,
    Refit,
    ServiceWork,
    Signal,
    SignalContrasts,
    UntalliedIssue,
)
from feedback.record.models.message_parts import MessagePart
from feedback.record.models.people import Credential, ErasureRequest, Membership, Passkey, Person
from feedback.record.models.properties import Properties
from feedback.record.models.regrouping import IssueBefore, Moved, Regrouping
from feedback.record.models.services import (
    Change,
    ChangeImport,
    ChannelRefusal,
    Mailbox,
    Organisation,
    OrganisationFacts,
    SavedView,
    Service,
    ServiceAddress,
    StoredSettings,
)
from feedback.record.models.statements import EVIDENCE, INDEXED_DIMENSIONS, SearchIndex, SearchVector, Statement
from feedback.record.models.themes import Theme, ThemeEvent, ThemeIssue, ThemeSignal, WideWork
from feedback.record.models.uploads import Upload, UploadedPiece, UploadPart

__all__ = [
    "DIGESTED_ID",
    "EVIDENCE",
    "INDEXED_DIMENSIONS",
    "MACHINES",
    "Action",
    "Alert",
    "Answered",
    "AuditEntry",
    "BacktestSignal",
    "Base",
    "Change",
    "ChangeImport",
    "ChannelRefusal",
    "Claimable",
    "Contact",
    "Credential",
    "DayKey",
    "Delivery",
    "ErasureRequest",
    "Feedback",
    "FeedbackTally",
    "HandOver",
    "HeldRaw",
    "Issue",
    "IssueBefore",
    "IssueEvent",
    "IssueTally",
    "Mailbox",
    "Membership",
    "MessagePart",
    "Moved",
    "Organisation",
    "OrganisationFacts",
    "Passkey",
    "Person",
    "Properties",
    "Publication",
    "Quiet",
    "Raw",
    "Refit",
    "Regrouping",
    "SavedView",
    "SearchIndex",
    "SearchVector",
    "Service",
    "ServiceAddress",
    "ServiceWork",
    "Signal",
    "SignalContrasts",
    "Statement",
    "StoredSettings",
    "Subscription",
    "Theme",
    "ThemeEvent",
    "ThemeIssue",
    "ThemeSignal",
    "ToleranceTrial",
    "UntalliedIssue",
    "Upload",
    "UploadPart",
    "UploadedPiece",
    "UrgencyDismissal",
    "WideWork",
    "new_id",
]
