"""A backup comes back into an empty database; what was taken back since then is taken back again."""

import datetime as dt
import gzip
import shutil
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy import Connection, column, func, select, table, text
from sqlalchemy.orm import Session

from feedback.operation import load
from feedback.operation.backup import (
    LEFT_OUT,
    SEALED,
    Manifest,
    TableCopy,
    cursor_of,
    digest_of,
    read_manifest,
    require_whole,
)
from feedback.process.progress import Progress
from feedback.record.db import Record
from feedback.record.errors import Conflict, Malformed
from feedback.record.migrations import alembic_config, migrate
from feedback.record.models import Credential, Feedback, Service
from feedback.record.privacy import erasure, erasure_ledger, raw

AUDITED_AS = "restore"
BATCH = 500  # pieces that are erased in one transaction


def restore(record: Record, folder: Path, ledgers: Sequence[Path], tell: Progress) -> tuple[Manifest, int]:
    """Restores a backup, and erases what any of the ledgers names. Returns its manifest, and how much was erased.

    Raises `Malformed` for a backup that is not whole, of a newer version, or sealed under another key of keys;
    `Conflict` where the database is not empty, or anybody is at work.
    """
    manifest = read_manifest(folder)
    if manifest.key != digest_of(record.keys):
        raise Malformed(
            "this backup is of another key of keys: set FEEDBACK_SECRET_KEY to that of the installation, for all that"
            " runs from now on, or bring secret.key of its data folder into this one"
        )
    require_whole(manifest, folder)
    _require_empty(record)
    with record.direct_engine.connect() as connection:
        _to_revision(connection, manifest.revision)
        connection.commit()
        for done, copy in enumerate(manifest.tables, 1):
            _copy_in(connection, copy, folder)
            tell("Tables", done, len(manifest.tables))
        connection.commit()
    migrate(record.direct_engine)
    return manifest, erase_again(record, ledgers)


def settle(record: Record, ledgers: Iterable[Path]) -> tuple[int, int]:
    """Makes a database fit to serve that PostgreSQL itself has brought back to a moment.

    What lay sealed then came back with it, and is destroyed with its keys; what any of the ledgers names is erased
    again. Returns how many pieces had not been cleaned, whose words are lost, and how much was erased. Raises
    `Conflict` where anybody is at work: that would be destroyed under their hands.
    """
    with record.transaction() as session:
        _require_nobody_at_work(session)
        lost = sum(raw.shred_days(session, dt.date.max).values())
        session.execute(text(f"TRUNCATE {', '.join(SEALED)}"))
    return lost, erase_again(record, ledgers)


def erase_again(record: Record, ledgers: Iterable[Path]) -> int:
    """Erases what any of the ledgers names and is stored all the same. Returns how many pieces that were."""
    ids, erased = iter({identity for path in ledgers for identity in erasure_ledger.read(path)}), 0
    while batch := list(islice(ids, BATCH)):
        with record.transaction() as session:
            if found := erasure_ledger.back_again(session, batch):
                erasure.erase(session, erasure.with_repeats(session, found), by=AUDITED_AS)
        erased += len(found)
    return erased


def _require_empty(record: Record) -> None:
    with record.transaction() as session:
        _require_nobody_at_work(session)
        for model in (Service, Feedback, Credential):
            if session.scalar(select(func.count()).select_from(model)):
                raise Conflict("the database is not empty: restore into a new one")


def _require_nobody_at_work(session: Session) -> None:
    if load.workers(session) or load.schedulers(session):
        raise Conflict("workers or a scheduler are at work here: stop everything first")


def _to_revision(connection: Connection, revision: str) -> None:
    """An empty database goes back to the schema that the backup was made with."""
    try:
        command.downgrade(alembic_config(connection), revision)
    except CommandError:
        raise Malformed("this backup was made by a newer version: install that first") from None


def _copy_in(connection: Connection, copy: TableCopy, folder: Path) -> None:
    if copy.name in LEFT_OUT:
        raise Malformed("a backup holds no raw text")
    name, names = sql.Identifier(copy.name), sql.SQL(", ").join(map(sql.Identifier, copy.columns))
    with cursor_of(connection) as cursor:
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))  # what they would note is here too
        cursor.execute(sql.SQL("DELETE FROM {}").format(name))  # what migrations put there
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(name, names)
        with gzip.open(copy.file(folder)) as rows, cursor.copy(statement) as into:
            shutil.copyfileobj(rows, into)
        if "claimed_by" in copy.columns:  # by workers that are no more
            cursor.execute(sql.SQL("UPDATE {} SET claimed_by = NULL WHERE claimed_by IS NOT NULL").format(name))
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))
    _count_on(connection, copy)


def _count_on(connection: Connection, copy: TableCopy) -> None:
    """What numbers the rows goes on behind the last."""
    for name in copy.columns:
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": copy.name, "c": name})
        if sequence:
            last = connection.scalar(select(func.max(table(copy.name, column(name)).c[name])))
            connection.execute(
                text("SELECT setval(:s, :last, :used)"), {"s": sequence, "last": last or 1, "used": bool(last)}
            )
