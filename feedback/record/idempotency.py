"""A request that is repeated under the same `Idempotency-Key` is done once, and answered with what it made then."""

import datetime as dt
import hashlib
from collections.abc import Callable

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import KeyReused
from feedback.record.models import Answered

KEEP_KEYS_FOR = dt.timedelta(days=7)


def once(
    session: Session,
    who: Principal,
    path: str,
    request_key: str | None,
    data: object,
    make: Callable[[], object],
) -> str:
    """Returns the id of what `make` made, now or before; no answer is kept, since it may hold citizens' words.

    Raises `KeyReused` for the key of another request. Who repeats it meanwhile waits for the first to end.
    """
    if not (request_key or "").strip():
        return str(make())
    digest = hashlib.sha256(path.encode() + b"\n" + msgspec.json.encode(data)).digest()
    mine = (Answered.caller == who.caller, Answered.key == request_key)
    fresh = insert(Answered).values(caller=who.caller, key=request_key, digest=digest, made="")
    if session.scalar(fresh.on_conflict_do_nothing().returning(Answered.key)) is None:
        known = session.execute(select(Answered.digest, Answered.made).where(*mine)).one()
        if known.digest != digest:
            raise KeyReused("this Idempotency-Key came with another request")
        return str(known.made)
    made = str(make())
    session.execute(update(Answered).where(*mine).values(made=made))
    return made


def forget(session: Session) -> None:
    """Deletes keys that are older than `KEEP_KEYS_FOR`: who repeats a request does so soon."""
    session.execute(delete(Answered).where(Answered.at < func.now() - KEEP_KEYS_FOR))
