"""Brings the database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from feedback.record.work.claims import ADVISORY_LOCKS


def migrate(engine: Engine) -> None:
    """One process at a time; the others wait and then find nothing to do."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:c, 0)"), {"c": ADVISORY_LOCKS})
        connection.commit()
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:c, 0)"), {"c": ADVISORY_LOCKS})
            connection.commit()
