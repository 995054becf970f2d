"""Brings the database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from feedback.record.work.claims import ADVISORY_LOCKS


def alembic_config(connection: Connection) -> Config:
    """Returns what Alembic's commands need to run our migrations on this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Upgrades to the newest schema, one process at a time; the others wait and then find nothing to do."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:c, 0)"), {"c": ADVISORY_LOCKS})
        connection.commit()
        try:
            command.upgrade(alembic_config(connection), "head")
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:c, 0)"), {"c": ADVISORY_LOCKS})
            connection.commit()
