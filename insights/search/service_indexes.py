"""An index of vectors (HNSW) for each large service: of one for all, most of what is nearest is mostly another's.

They are made and removed beside whoever reads and writes, in no transaction. To make one once the vectors are there
takes a tenth of putting them into it one after the other.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Engine, text

MEMORY = "512MB"
"""What PostgreSQL may use while it makes one: with less, that of a large service takes many times as long."""

NAMED = "ix_search_vectors_of_"
WANTED = "SELECT 1 FROM search_indexes WHERE service_id = :service"
STATE = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"
ALL = "SELECT indexname FROM pg_indexes WHERE tablename = 'search_vectors' AND starts_with(indexname, :begin)"


def make(engine: Engine, service_id: int) -> None:
    """Makes the index of a service of which vectors are kept, where it has none; one that was cut off is made anew."""
    name = f"{NAMED}{service_id}"
    with _alone(engine) as connection:
        is_whole = connection.scalar(text(STATE), {"name": name})
        if is_whole or not connection.scalar(text(WANTED), {"service": service_id}):
            return
        _drop(connection, name)
        connection.exec_driver_sql(f"SET maintenance_work_mem = '{MEMORY}'")
        connection.exec_driver_sql(
            f"CREATE INDEX CONCURRENTLY {name} ON search_vectors USING hnsw (vector halfvec_cosine_ops)"
            f" WHERE service_id = {service_id}"
        )
        connection.exec_driver_sql("RESET maintenance_work_mem")


def remove(engine: Engine, service_id: int) -> None:
    """Removes the index of a service, if there is one."""
    with _alone(engine) as connection:
        _drop(connection, f"{NAMED}{service_id}")


def remove_others(engine: Engine, services: Collection[int]) -> None:
    """Removes the indexes of services that are no more."""
    with _alone(engine) as connection:
        for name in made(connection):
            if int(name.removeprefix(NAMED)) not in services:
                _drop(connection, name)


def made(connection: Connection) -> Sequence[str]:
    """Returns the names of those that there are."""
    return connection.scalars(text(ALL), {"begin": NAMED}).all()


def _alone(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _drop(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
