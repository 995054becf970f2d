"""What must hold once all is quiet."""

import datetime as dt
import re
import uuid
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.db import Record
from feedback.record.limits import STORED_FROM
from feedback.record.models import (
    Alert,
    DayKey,
    Feedback,
    HeldRaw,
    MessagePart,
    Raw,
    ServiceWork,
    Subscription,
    Upload,
    UploadPart,
)
from feedback.record.states import AlertState, FeedbackStage, UploadStage, WorkKind
from feedback.record.work.service_work import asked_for
from tests.faults import outages
from tests.faults.citizens import CODE_WORDS, THINGS, Ledger, Piece
from tests.faults.poison import POISON
from tests.faults.stores import store
from tests.faults.told import Listeners, untold
from tests.whole.system import Running, until

A_THING = "|".join(THINGS)
CODE = re.compile(rf"(?:{A_THING})(?: (?:{A_THING})){{{CODE_WORDS - 1}}}")

QUIET_SECONDS = 300.0
"""That the work may take which waits after the last fault."""

KEYS_LAST_DAYS = 3
"""Days after which no key opens what came on one."""


def check(running: Running, ledger: Ledger, told: Listeners, within: float = QUIET_SECONDS) -> None:
    """Waits until nothing waits; then holds what was answered against what is stored, and what was told."""
    with store(running) as record:
        until(lambda: _is_quiet(record), within)
        with record.transaction() as session:
            _each_is_stored_once(session, ledger)
            _no_raw_text_is_left(session)
            told.check(session)
            _what_is_poisoned_is_set_aside(session)


def _is_quiet(record: Record) -> bool:
    left = (
        select(Feedback.id).where(Feedback.stage.in_((FeedbackStage.CLEAN, FeedbackStage.GROUP))),
        select(Alert.id).where(untold()),
        select(ServiceWork.id).where(*asked_for(WorkKind.NOTICE), ServiceWork.due_at < STORED_FROM),
        select(ServiceWork.id).where(*asked_for(WorkKind.REFIT), ServiceWork.due_at < STORED_FROM),
    )
    with record.transaction() as session:
        return all(session.scalar(these.limit(1)) is None for these in left)


def _each_is_stored_once(session: Session, ledger: Ledger) -> None:
    """Of what nobody knows whether it arrived, at most once."""
    ours = select(Feedback.id, Feedback.text, Feedback.stage, Feedback.reason).where(Feedback.caller != POISON)
    rows = session.execute(ours.where(Feedback.service_id == access.service(session, "blue-badge").id)).all()
    found = {row.id: code.group() for row in rows if (code := CODE.search(row.text or ""))}
    times = Counter(found.values())
    missing = [piece for piece in ledger.pieces if not times[piece.code] and not piece.taken_back]
    lost = [_named(piece) for piece in missing if not piece.doubtful]
    twice = [_named(piece) for piece in ledger.pieces if times[piece.code] > 1]
    without = Counter((row.stage, row.reason) for row in rows if row.id not in found)
    assert not lost and not twice, f"lost {lost}, twice {twice}, stored without their words: {without}"
    assert len(rows) == len(ledger.pieces) - len(missing), f"{len(rows)} are stored of {len(ledger.pieces)}"
    told = {uuid.UUID(piece.id): piece.code for piece in ledger.pieces if piece.id and not piece.taken_back}
    assert told.items() <= found.items(), "an id leads to another piece"
    taken_back = {uuid.UUID(piece.id) for piece in ledger.pieces if piece.id and piece.taken_back}
    assert taken_back == {row.id for row in rows if row.stage == FeedbackStage.WITHDRAWN and not row.text}
    assert {row.stage for row in rows} <= {FeedbackStage.DONE, FeedbackStage.WITHDRAWN}
    other = Feedback.service_id == access.service(session, outages.SERVICE).id
    stages = Counter(session.scalars(select(Feedback.stage).where(other)))
    assert stages == {FeedbackStage.DONE: outages.HISTORY + ledger.reports}


def _named(piece: Piece) -> str:
    return f"{piece.number} by {piece.door.__name__ if piece.door else 'a file'}"


def _no_raw_text_is_left(session: Session) -> None:
    """But of what cannot wait, which is held for whoever may find its writer, and of files that nobody took in yet."""
    urgent = Feedback.urgent["kind"].is_not(None) & (Feedback.stage != FeedbackStage.WITHDRAWN)
    drafts = select(Upload.id).where(Upload.stage == UploadStage.DRAFT)
    joined = MessagePart.joined & (func.length(MessagePart.sealed) == 0)
    left = {
        "raw": select(Raw.feedback_id),
        "held": select(HeldRaw.feedback_id).where(HeldRaw.feedback_id.not_in(select(Feedback.id).where(urgent))),
        "parts of messages": select(MessagePart.id).where(~joined),
        "parts of files": select(UploadPart.upload_id).where(UploadPart.upload_id.not_in(drafts)),
        "keys": select(DayKey.day).where(DayKey.day < dt.datetime.now(dt.UTC).date() - dt.timedelta(KEYS_LAST_DAYS)),
    }
    assert {name: found for name, these in left.items() if (found := session.scalars(these).all())} == {}


def _what_is_poisoned_is_set_aside(session: Session) -> None:
    """So has failed what cannot be told, and what has no address was tried in vain."""
    poisoned = select(Feedback.stage, Feedback.reason).where(Feedback.caller == POISON)
    assert all(row.stage == FeedbackStage.SET_ASIDE and row.reason for row in session.execute(poisoned))
    untellable = select(Alert.state).where(Alert.facts == {}, Alert.subscription_id.is_not(None))
    assert set(session.scalars(untellable)) <= {AlertState.FAILED}
    nowhere = select(Subscription.failing_since).join(Alert).where(Subscription.name == POISON)
    assert all(session.scalars(nowhere))
