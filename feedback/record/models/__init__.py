"""The tables."""

from feedback.record.models.audit import AuditEntry
from feedback.record.models.base import Base, Claimable, new_id
from feedback.record.models.feedback import Contact, DayKey, Feedback, HeldRaw, Raw
from feedback.record.models.issues import Issue, IssueEvent, Refit, ServiceWork, Signal
from feedback.record.models.people import Credential
from feedback.record.models.services import Change, Properties, Service
from feedback.record.models.statements import Statement

__all__ = [
    "AuditEntry",
    "Base",
    "Change",
    "Claimable",
    "Contact",
    "Credential",
    "DayKey",
    "Feedback",
    "HeldRaw",
    "Issue",
    "IssueEvent",
    "Properties",
    "Raw",
    "Refit",
    "Service",
    "ServiceWork",
    "Signal",
    "Statement",
    "new_id",
]
