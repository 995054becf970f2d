"""Tables as Parquet files, for programs that analyse; written by arro3, whose libraries are Apache Arrow's in Rust."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import IO, Any

from feedback.record.output.columns import Batches, CellKind, Column, TableRows, whole

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def encode(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """Yields the bytes of a file whose columns have types of their own: times are UTC, to the microsecond."""
    return whole(lambda file: _write(file, columns, batches))


def _write(file: IO[bytes], columns: Sequence[Column], batches: Batches) -> None:
    from arro3.core import RecordBatchReader  # noqa: PLC0415 - thirty megabytes, for who exports such a file
    from arro3.io import write_parquet  # noqa: PLC0415

    schema = _schema(columns)
    rows = (_record_batch(schema, columns, rows) for rows in batches)
    write_parquet(RecordBatchReader.from_batches(schema, rows), file, compression="zstd(3)")


def _schema(columns: Sequence[Column]) -> Any:
    from arro3.core import DataType, Field, Schema  # noqa: PLC0415

    types = {
        CellKind.TEXT: DataType.utf8(),
        CellKind.INTEGER: DataType.int64(),
        CellKind.NUMBER: DataType.float64(),
        CellKind.MOMENT: DataType.timestamp("us", tz="UTC"),
        CellKind.DAY: DataType.date32(),
    }
    return Schema([Field(column.name, types[column.kind]) for column in columns])


def _record_batch(schema: Any, columns: Sequence[Column], rows: TableRows) -> Any:
    from arro3.core import Array, DataType, RecordBatch  # noqa: PLC0415

    counted = {CellKind.MOMENT: DataType.int64(), CellKind.DAY: DataType.int32()}
    arrays = []
    for at, column in enumerate(columns):
        values = [_counted(column.flat(row[at])) for row in rows]
        wanted = schema.field(at).type
        arrays.append(Array(values, counted.get(column.kind, wanted)).cast(wanted))
    return RecordBatch.from_arrays(arrays, schema=schema)


def _counted(value: Any) -> Any:
    """Moments as microseconds and days as days since 1970, as Arrow counts them."""
    if isinstance(value, dt.datetime):
        return (value - EPOCH) // dt.timedelta(microseconds=1)
    return (value - EPOCH.date()).days if isinstance(value, dt.date) else value
