"""One table of who wakes whom: each stage of the work, what waits for it, and which stages it wakes.

The broker (the queue of a stage), the worker process (its priority), the scheduler (what waits) and the command line
(which queues there are) read this table. To add a stage, add a line to `STAGES`, and a file of the stage's name to
`workers/actors/` with a function of that name.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from feedback.record.models import Alert, Claimable, Contact, Feedback, ServiceWork, Subscription, Upload, WideWork
from feedback.record.states import AlertState, ContactStage, FeedbackStage, UploadStage, WorkKind, WorkStage
from feedback.record.work.service_work import REVIEW, asked_for


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the work: the rows of `model` that meet `waiting`, in this `order`, wait for it.

    A worker process serves some queues only. `wakes` names the stages that have work when this one is done. `since`
    is when a row began to wait. Stages that belong together share a `file` of `workers/actors`.
    """

    name: str
    queue: str
    model: type[Claimable]
    waiting: tuple[ColumnElement[bool], ...]
    order: tuple[InstrumentedAttribute[Any], ...]
    since: ColumnElement[Any] | InstrumentedAttribute[Any]
    wakes: tuple[str, ...] = ()
    file: str = ""


ALERT_DUE = (Alert.state == AlertState.WAITING, Alert.due_at <= func.now())
"""An alert is to be sent now."""

_ALERTS_DUE = (
    Subscription.stage == WorkStage.OPEN,
    exists().where(Alert.subscription_id == Subscription.id, *ALERT_DUE),
)
_ALERT_SINCE = select(func.min(Alert.due_at)).where(Alert.subscription_id == Subscription.id, *ALERT_DUE)
_CITIZEN_DUE = (Contact.stage == ContactStage.WAITING, Contact.due_at <= func.now())
_LIVE_FIRST = (Feedback.history, Feedback.received_at)  # years of history never keep a citizen of today waiting


_embedding, _looking = aliased(ServiceWork), aliased(ServiceWork)
_EMBEDDING_WAITS = (
    _embedding.kind == WorkKind.EMBED,
    _embedding.stage == WorkStage.OPEN,
    _embedding.asked > _embedding.done,
)


def _settled(service_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Nothing of the service waits to be embedded anew: vectors of two encoders do not compare."""
    return ~exists().where(_embedding.service_id == service_id, *_EMBEDDING_WAITS)


def _reviewed(service_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """A history is all in, and was looked at: a signal that comes while topics are trained has them trained again."""
    waits = (_looking.kind == WorkKind.NOTICE, _looking.stage == WorkStage.OPEN, _looking.state.has_key(*REVIEW))
    return ~exists().where(_looking.service_id == service_id, *waits)


OLD_VECTORS = "old_vectors"
"""In the state of a service's work: vectors of another encoder were found, and are left to be made anew."""


def _for_feedback(stage: FeedbackStage, *wakes: str, where: tuple[ColumnElement[bool], ...] = ()) -> Stage:
    return Stage(
        stage, "pipeline", Feedback, (Feedback.stage == stage, *where), _LIVE_FIRST, Feedback.received_at, wakes
    )


def _for_upload(stage: UploadStage, *wakes: str) -> Stage:
    waiting = (Upload.stage == stage,)
    return Stage(stage, "services", Upload, waiting, (Upload.id,), Upload.created_at, wakes, file="uploads")


def _for_service(
    kind: WorkKind, *wakes: str, where: tuple[ColumnElement[bool], ...] = (), queue: str = "services", name: str = ""
) -> Stage:
    waiting, order = asked_for(kind) + where, (ServiceWork.due_at,)
    return Stage(name or kind, queue, ServiceWork, waiting, order, ServiceWork.due_at, wakes, file=kind)


_OF_OLD_VECTORS = ServiceWork.state.has_key(OLD_VECTORS)

STAGES = (
    Stage("deliver", "deliveries", Subscription, _ALERTS_DUE, (Subscription.id,), _ALERT_SINCE.scalar_subquery()),
    _for_service(  # before all that waits for it; it finds nothing but after a change
        WorkKind.EMBED, "embed", "group", "refit", "notice", where=(~_OF_OLD_VECTORS,), name="check_encoder"
    ),
    _for_service(WorkKind.NOTICE, "deliver", where=(_settled(ServiceWork.service_id),)),
    _for_feedback(FeedbackStage.GROUP, "notice", where=(_settled(Feedback.service_id),)),
    _for_feedback(FeedbackStage.CLEAN, "group"),
    Stage("themes", "services", WideWork, asked_for(WorkKind.THEMES, WideWork), (WideWork.due_at,), WideWork.due_at),
    _for_service(
        WorkKind.REFIT, "notice", "themes", where=(_settled(ServiceWork.service_id), _reviewed(ServiceWork.service_id))
    ),
    _for_service(WorkKind.DRIFT, "notice", "deliver", where=(_settled(ServiceWork.service_id),)),
    Stage("answer", "deliveries", Contact, _CITIZEN_DUE, (Contact.due_at,), Contact.due_at),
    _for_service(WorkKind.TELL_ASSIGNED, queue="deliveries"),
    _for_upload(UploadStage.TAKE_IN, "clean"),
    _for_upload(UploadStage.TAKE_BACK, "refit", "notice"),
    _for_service(WorkKind.BACKTEST),
    _for_service(WorkKind.TRY_TOLERANCES),
    _for_service(WorkKind.EMBED, "group", "refit", "notice", where=(_OF_OLD_VECTORS,)),
    _for_service(WorkKind.INDEX, where=(_settled(ServiceWork.service_id),)),
)
"""The most urgent first: what is nearest to being told."""


def stage(name: str) -> Stage:
    """Find a stage by its name. Raises `KeyError` where none has it."""
    return {it.name: it for it in STAGES}[name]


def queues() -> tuple[str, ...]:
    """Return the queues that a worker process may serve."""
    return tuple(sorted({it.queue for it in STAGES}))
