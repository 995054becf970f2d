"""Who saw or changed what: one line each, in the transaction that it is about."""

from typing import Any

from sqlalchemy.orm import Session

from feedback.record.models import AuditEntry


def note(session: Session, by: str, act: str, subject: str, service_id: int | None, **details: Any) -> None:
    """Adds an entry by a caller (`key:7`), "citizen", "machine" or "command line".

    `details` hold no citizen's words.
    """
    session.add(AuditEntry(service_id=service_id, by=by, act=act, subject=subject, details=details))
