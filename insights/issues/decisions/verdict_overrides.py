"""What people decide about a single piece, whatever the machine thought of it: that it counts, or is set aside."""

from typing import Annotated, Any

import msgspec
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import Principal
from feedback.record.errors import Conflict
from feedback.record.models import Feedback
from feedback.record.privacy import exclusion
from feedback.record.work.service_work import ask

READ = ("group", "done")


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a piece counts in issues and trends, and why; the reason is shown to whoever reads the piece."""

    counts: bool
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]


def overrule(session: Session, who: Principal, piece: Feedback, wanted: Verdict) -> None:
    """Both ways, and back again. Its service is looked at anew. Raises `Conflict` for what has no text."""
    if piece.stage not in READ:
        raise Conflict("this piece has not been read, or is not kept any more")
    (exclusion.count_again if wanted.counts else exclusion.set_aside)(session, piece)
    piece.overruled = wanted.counts
    piece.verdicts = [*piece.verdicts, _told(who, wanted)]
    act = "feedback counted" if wanted.counts else "feedback set aside"
    audit.note(session, who.caller, act, f"feedback:{piece.id}", piece.service_id, reason=wanted.reason)
    session.flush()
    ask(session, [piece.service_id], "refit", "notice")


def _told(who: Principal, wanted: Verdict) -> dict[str, Any]:
    name = "counted" if wanted.counts else "set_aside"
    return {"name": name, "reason": wanted.reason, "by": who.name}
