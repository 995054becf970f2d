"""The way to PostgreSQL: an engine, and a transaction that its door owns."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from feedback.record.encryption import KeyRing
from feedback.record.settings import Settings


def engine_for(url: str, *, size: int = 10) -> Engine:
    """`size`: connections kept. Statements' parameters, which may hold citizens' words, never enter a message."""
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    return create_engine(url, pool_size=size, max_overflow=size, pool_pre_ping=True, hide_parameters=True)


class Record:
    """What is stored, and the keys to it; one a process, passed down from its door."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.keys = KeyRing(settings.keys())
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commits at the end, or rolls back and raises: nothing below a door commits."""
        with self._sessions.begin() as session:
            yield session
