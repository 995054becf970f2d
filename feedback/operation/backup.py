"""A backup: every table as PostgreSQL's own copy of it, compressed, in a folder; raw text and its keys stay out.

All tables are of one moment, while everything goes on working. No program of PostgreSQL is needed, so that it is the
same for the embedded server and for any other.
"""

import datetime as dt
import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec
from alembic.runtime.migration import MigrationContext
from psycopg import sql
from sqlalchemy import Connection, Table

from feedback.process.progress import Progress
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.errors import Malformed
from feedback.record.models import Base

SEALED = ("raw", "day_keys", "held_raw", "message_parts", "upload_parts")
"""What citizens wrote, sealed, and the keys to it: a copy would outlive the day on which they are destroyed."""

LEFT_OUT = (*SEALED, "search_indexes", "search_vectors")
"""Beside it the indexes of searches, which workers make anew."""

MANIFEST = "manifest.json"
"""Is written last: a folder without it is no backup."""


class TableCopy(msgspec.Struct, frozen=True):
    """One table of a backup: its columns in their order, how many rows, and the digest (SHA-256) of its file."""

    name: str
    columns: list[str]
    rows: int
    digest: str

    def file(self, folder: Path) -> Path:
        """Returns where its rows are."""
        return _file_of(folder, self.name)


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: when it was made, the schema's revision, and a digest that tells the key of keys."""

    made_at: dt.datetime
    revision: str
    key: str
    tables: list[TableCopy]


def write(record: Record, folder: Path, tell: Progress) -> Manifest:
    """Writes a backup into a folder, which is for its owner alone. Raises `Malformed` where anything is in it already.

    Where it is cut off, the folder has no manifest.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Malformed(f"{folder} is not empty: name a new folder for each backup")
    made_at, tables = dt.datetime.now(dt.UTC), kept_tables()
    snapshot = record.direct_engine.connect().execution_options(isolation_level="REPEATABLE READ")
    with snapshot as connection, connection.begin():
        revision = MigrationContext.configure(connection).get_current_revision() or ""
        copies = []
        for done, table in enumerate(tables, 1):
            copies.append(copied(connection, table, folder))
            tell("Tables", done, len(tables))
    made = Manifest(made_at, revision, digest_of(record.keys), copies)
    with _own_file(folder / MANIFEST) as file:
        file.write(msgspec.json.format(msgspec.json.encode(made)))
    return made


def kept_tables() -> list[Table]:
    """Lists the tables of a backup, each after those that it leads to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def digest_of(keys: KeyRing) -> str:
    """Returns what tells one key of keys from another, and nothing about it."""
    return keys.digest(b"backup").hex()


def read_manifest(folder: Path) -> Manifest:
    """Reads what a backup holds. Raises `Malformed` where it is not whole."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise Malformed(f"{folder} holds no whole backup: {MANIFEST} is missing, or cannot be read") from None


def require_whole(manifest: Manifest, folder: Path) -> None:
    """Raises `Malformed` for a file that is missing, or not as it was written."""
    for table in manifest.tables:
        try:
            found = _digest(table.file(folder))
        except OSError:
            raise Malformed(f"{table.file(folder)} cannot be read") from None
        if found != table.digest:
            raise Malformed(f"{table.file(folder)} is not as it was written")


def copied(connection: Connection, table: Table, folder: Path) -> TableCopy:
    """Writes one table into the folder."""
    columns = [str(column.name) for column in table.columns]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    copy = sql.SQL("COPY {} ({}) TO STDOUT (FORMAT binary)").format(sql.Identifier(table.name), names)
    path = _file_of(folder, table.name)
    with _own_file(path) as file, gzip.open(file, "wb", compresslevel=1) as packed, cursor_of(connection) as cursor:
        with cursor.copy(copy) as blocks:
            for block in blocks:
                packed.write(block)
        rows = cursor.rowcount
    return TableCopy(str(table.name), columns, rows, _digest(path))


def _file_of(folder: Path, table: str) -> Path:
    return folder / f"{table}.copy.gz"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cursor_of(connection: Connection) -> Any:
    """Returns a cursor of the driver, which alone can copy, within the transaction of this connection."""
    return connection.connection.cursor()


def _own_file(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
