"""What people decide about a single piece of feedback, whatever the machine made of it: it counts, or is set aside."""

from typing import Annotated, Any

import msgspec
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import Principal
from feedback.record.errors import Conflict
from feedback.record.models import Feedback
from feedback.record.privacy import exclusion
from feedback.record.states import FeedbackStage, WorkKind
from feedback.record.work.service_work import ask

READ_STAGES = (FeedbackStage.GROUP, FeedbackStage.DONE)


class VerdictOverride(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a piece counts in issues and trends, and why. The reason is shown to whoever reads the piece."""

    counts: bool
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]


def overrule(session: Session, who: Principal, piece: Feedback, wanted: VerdictOverride) -> None:
    """Counts a piece or sets it aside, and asks for a new look at its service.

    Raises `Conflict` for a piece that has not been read, or whose text is no longer kept.
    """
    if piece.stage not in READ_STAGES:
        raise Conflict("this piece has not been read, or is not kept any more")
    (exclusion.count_again if wanted.counts else exclusion.set_aside)(session, piece)
    piece.overruled = wanted.counts
    piece.verdicts = [*piece.verdicts, _verdict(who, wanted)]
    act = "feedback counted" if wanted.counts else "feedback set aside"
    audit.note(session, who.caller, act, f"feedback:{piece.id}", piece.service_id, reason=wanted.reason)
    session.flush()
    ask(session, [piece.service_id], WorkKind.REFIT, WorkKind.NOTICE)


def _verdict(who: Principal, wanted: VerdictOverride) -> dict[str, Any]:
    name = "counted" if wanted.counts else "set_aside"
    return {"name": name, "reason": wanted.reason, "by": who.name}
