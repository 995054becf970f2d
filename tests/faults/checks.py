"""What must hold once all is quiet."""

import re
import uuid
from collections import Counter

from sqlalchemy import ColumnElement, func, or_, select

from feedback.record.db import Record
from feedback.record.limits import STORED_FROM
from feedback.record.models import Alert, Feedback, Raw, ServiceWork, Subscription
from feedback.record.states import AlertState, AlertType, FeedbackStage, WorkKind
from feedback.record.work.service_work import asked_for
from tests.faults.citizens import CODE_WORDS, THINGS, Ledger, Piece
from tests.faults.poison import POISON
from tests.faults.stores import store
from tests.insights.receivers import Receiver
from tests.whole.system import Running, until

A_THING = "|".join(THINGS)
CODE = re.compile(rf"(?:{A_THING})(?: (?:{A_THING})){{{CODE_WORDS - 1}}}")

QUIET_SECONDS = 300.0
"""That the work may take which waits after the last fault."""


def check(running: Running, ledger: Ledger, told: Receiver, within: float = QUIET_SECONDS) -> None:
    """Waits until nothing waits; then holds what was answered against what is stored, and what was told."""
    with store(running) as record:
        until(lambda: _is_quiet(record), within)
        _each_is_stored_once(record, ledger)
        _each_alert_is_told_once(record, told)
        _what_is_poisoned_is_set_aside(record)


def _is_quiet(record: Record) -> bool:
    """What has no address is tried once, and then again later."""
    waits = Alert.state == AlertState.WAITING
    left = (
        select(Feedback.id).where(Feedback.stage.in_((FeedbackStage.CLEAN, FeedbackStage.GROUP))),
        select(Alert.id).where(waits, or_(_has_an_address(), Alert.tried == 0)),
        select(ServiceWork.id).where(*asked_for(WorkKind.NOTICE), ServiceWork.due_at < STORED_FROM),
        select(ServiceWork.id).where(*asked_for(WorkKind.REFIT), ServiceWork.due_at < STORED_FROM),
    )
    with record.transaction() as session:
        return all(session.scalar(these.limit(1)) is None for these in left)


def _each_is_stored_once(record: Record, ledger: Ledger) -> None:
    with record.transaction() as session:
        ours = select(Feedback.id, Feedback.text, Feedback.stage, Feedback.reason).where(Feedback.caller != POISON)
        rows = session.execute(ours).all()
        raw = session.scalar(select(func.count()).select_from(Raw))
    found = {row.id: code.group() for row in rows if (code := CODE.search(row.text or ""))}
    times = Counter(found.values())
    lost = [_named(piece) for piece in ledger.pieces if not times[piece.code] and not piece.taken_back]
    twice = [_named(piece) for piece in ledger.pieces if times[piece.code] > 1]
    without = Counter((row.stage, row.reason) for row in rows if row.id not in found)
    assert not lost and not twice, f"lost {lost}, twice {twice}, stored without their words: {without}"
    assert len(rows) == len(ledger.pieces), f"{len(rows)} are stored of {len(ledger.pieces)}"
    told = {uuid.UUID(piece.id): piece.code for piece in ledger.pieces if piece.id and not piece.taken_back}
    assert told.items() <= found.items(), "an id leads to another piece"
    taken_back = {uuid.UUID(piece.id) for piece in ledger.pieces if piece.id and piece.taken_back}
    assert taken_back == {row.id for row in rows if row.stage == FeedbackStage.WITHDRAWN and not row.text}
    assert {row.stage for row in rows} <= {FeedbackStage.DONE, FeedbackStage.WITHDRAWN}
    assert raw == 0, "raw text is left"


def _named(piece: Piece) -> str:
    return f"{piece.number} by {piece.door.__name__ if piece.door else 'a file'}"


def _each_alert_is_told_once(record: Record, told: Receiver) -> None:
    """Of copies the one said first must be told of; another may have been, before that one came."""
    with record.transaction() as session:
        urgent = session.execute(
            select(Feedback.id, Feedback.copy_of).where(Feedback.urgent["kind"].is_not(None))
        ).all()
        alerts = session.execute(
            select(Alert.id, Alert.state, Alert.cause).where(
                Alert.type == AlertType.URGENT, Alert.subscription_id.is_not(None), _has_an_address()
            )
        ).all()
    states = Counter(state for _, state, _ in alerts)
    assert states == Counter({AlertState.SENT: len(alerts)})
    causes = [cause for _, _, cause in alerts]
    assert len(causes) == len(set(causes))
    first = {f"urgent:{identity}" for identity, copy_of in urgent if not copy_of}
    assert first <= set(causes) <= {f"urgent:{identity}" for identity, _ in urgent}
    received = {got.headers["webhook-id"] for got in told.got if got.content["type"] == AlertType.URGENT}
    assert received == {str(identity) for identity, _, _ in alerts}


def _what_is_poisoned_is_set_aside(record: Record) -> None:
    """So has failed what cannot be told, and what has no address was tried in vain."""
    with record.transaction() as session:
        poisoned = select(Feedback.stage, Feedback.reason).where(Feedback.caller == POISON)
        rows = session.execute(poisoned).all()
        untold = select(Alert.state).where(Alert.facts == {}, Alert.subscription_id.is_not(None))
        states = session.scalars(untold).all()
        nowhere = select(Subscription.failing_since).join(Alert).where(Subscription.name == POISON)
        failing = session.scalars(nowhere).all()
    assert all(stage == FeedbackStage.SET_ASIDE and reason for stage, reason in rows)
    assert set(states) <= {AlertState.FAILED}
    assert all(failing)


def _has_an_address() -> ColumnElement[bool]:
    return Alert.subscription_id.not_in(select(Subscription.id).where(Subscription.name == POISON))
